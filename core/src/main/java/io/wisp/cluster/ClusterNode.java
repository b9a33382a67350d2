// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server of a cluster.
 *
 * @param name that no other node has: 1 to 64 letters, digits, dots, underscores and hyphens
 * @param host where clients reach it, a name or an address
 * @param port of tcp, 1 to 65,535; the other transports are just above it
 * @param slots whose keys it keeps, in ascending order and as few ranges as can be; a replica has
 *     none
 * @param shard what it has in common with its replicas, or with its master and the other replicas:
 *     a name of the same kind, that of a node alone unless said
 */
public record ClusterNode(String name, String host, int port, List<SlotRange> slots, String shard) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,255}");
  private static final Pattern ADDRESS = Pattern.compile("[A-Fa-f0-9.:]{1,45}");

  /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
  public ClusterNode {
    requireName(name);
    requireName(shard);
    InetAddress address = literal(host);
    if (address == null && !HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(
          ("the host \"%s\" is no name or address of 1 to 255 characters, which are letters,"
                  + " digits, dots, underscores and hyphens, or those of IPv6 without brackets")
              .formatted(host));
    }
    if (address != null && address.isAnyLocalAddress()) {
      throw new IllegalArgumentException(
          "the host %s is every address of a machine, and clients are told one".formatted(host));
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("the port " + port + " is not between 1 and 65535");
    }
    slots = SlotRange.joined(slots);
  }

  /** A node without replicas. */
  public ClusterNode(String name, String host, int port, List<SlotRange> slots) {
    this(name, host, port, slots, name);
  }

  private static void requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the name \"%s\" is not 1 to 64 letters, digits, dots, underscores and hyphens"
              .formatted(name));
    }
  }

  /** The same node with other slots. */
  ClusterNode withSlots(List<SlotRange> other) {
    return new ClusterNode(name, host, port, other, shard);
  }

  private static @Nullable InetAddress literal(String host) {
    try {
      return ADDRESS.matcher(host).matches() ? InetAddress.ofLiteral(host) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** By which Redis' clients know it: 40 hexadecimal digits, the same for the same name. */
  public String id() {
    return Digest.of("node " + name);
  }

  /** By which they know it and its replicas together. */
  public String shardId() {
    return Digest.of("shard " + shard);
  }

  /** Where it is, as Redis tells its clients: {@code HOST:PORT}, without brackets. */
  public String address() {
    return host + ":" + port;
  }

  /** For people. */
  @Override
  public String toString() {
    return name + " at " + address();
  }
}
