// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.measure.input.UserError;
import io.wisp.transport.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which node of a cluster a server is, and where it listens.
 *
 * @param endpoint where it listens
 */
record ClusterChoice(ClusterMember member, Endpoint endpoint) {

  /**
   * Finds it.
   *
   * @param file that names the nodes
   * @param name of the node; null means the one that is at the host and port
   * @param host to listen on, if it was given: without it, the named node's
   * @param port likewise
   * @throws UserError if the file is wrong, or there is not exactly one such node
   */
  static ClusterChoice of(
      Path file, @Nullable String name, @Nullable String host, @Nullable Integer port) {
    ClusterMap map = ClusterFile.read(file);
    if (port != null && port == 0) {
      throw UserError.usage(
          "--port 0 is any free port, and clients of a cluster go by those of --cluster " + file);
    }
    ClusterNode node = name == null ? nodeAt(map, file, host, port) : named(map, file, name);
    String listened = host != null ? host : name == null ? Endpoint.LOOPBACK : node.host();
    Endpoint endpoint = new Endpoint(listened, port == null ? node.port() : port);
    return new ClusterChoice(new ClusterMember(node.name(), map), endpoint);
  }

  private static ClusterNode named(ClusterMap map, Path file, String name) {
    int index = map.indexOf(name);
    if (index < 0) {
      throw UserError.usage(
          "--cluster-node %s: there is no such node in %s; there are %s"
              .formatted(name, file, names(map)));
    }
    return map.nodes().get(index);
  }

  /** By its port alone where it listens on every address of its machine. */
  private static ClusterNode nodeAt(
      ClusterMap map, Path file, @Nullable String host, @Nullable Integer port) {
    String ownHost = host == null ? Endpoint.LOOPBACK : host;
    int ownPort = port == null ? Endpoint.DEFAULT_PORT : port;
    Predicate<ClusterNode> isOwn =
        node -> node.port() == ownPort && (isWildcard(ownHost) || node.host().equals(ownHost));
    List<ClusterNode> found = map.nodes().stream().filter(isOwn).toList();
    if (found.size() != 1) {
      throw UserError.usage(
          "--cluster %s has %s at %s: say which one this is by --cluster-node; there are %s"
              .formatted(
                  file,
                  found.isEmpty() ? "no node" : found.size() + " nodes",
                  new Endpoint(ownHost, ownPort),
                  names(map)));
    }
    return found.getFirst();
  }

  private static boolean isWildcard(String host) {
    try {
      return InetAddress.getByName(host).isAnyLocalAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static String names(ClusterMap map) {
    return map.nodes().stream().map(ClusterNode::name).collect(Collectors.joining(", "));
  }
}
