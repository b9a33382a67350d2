// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A server of a cluster.
 *
 * @param name that no other node has: 1 to 64 letters, digits, dots, underscores and hyphens
 * @param host where clients reach it, a name or an address
 * @param port of tcp, 1 to 65,535; the other transports are just above it
 * @param slots whose keys it keeps, in ascending order and as few ranges as can be
 */
public record ClusterNode(String name, String host, int port, List<SlotRange> slots) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** Whatever may stand between commas in a line. */
  private static final Pattern HOST = Pattern.compile("[^\\s,=\"\\p{Cntrl}]{1,255}");

  /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
  public ClusterNode {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the name \"%s\" is not 1 to 64 letters, digits, dots, underscores and hyphens"
              .formatted(name));
    }
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "the host \"%s\" is no name or address of 1 to 255 characters".formatted(host));
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("the port " + port + " is not between 1 and 65535");
    }
    slots = SlotRange.joined(slots);
  }

  /** By which Redis' clients know it: 40 hexadecimal digits, the same for the same name. */
  public String id() {
    return digits("node " + name);
  }

  /** By which they know it and its replicas, of which there are none. */
  public String shardId() {
    return digits("shard " + name);
  }

  private static String digits(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-1", e);
    }
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
