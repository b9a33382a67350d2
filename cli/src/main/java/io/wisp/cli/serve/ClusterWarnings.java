// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.serve;

import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** What a node can serve with, and its user will hardly have meant. */
final class ClusterWarnings {

  private ClusterWarnings() {}

  /**
   * The warnings of a node, a sentence each.
   *
   * @param listened where it is to listen
   * @param transports those that it is to serve
   */
  static List<String> of(ClusterMember member, Endpoint listened, List<Transport> transports) {
    List<String> warnings = new ArrayList<>();
    warnOfPorts(member, transports, warnings);
    warnOfLoopback(member, listened, warnings);
    return warnings;
  }

  private static void warnOfPorts(
      ClusterMember member, List<Transport> transports, List<String> warnings) {
    int ports = 1 + transports.stream().mapToInt(Transport::portOffset).max().orElse(0);
    ClusterNode own = member.node();
    for (ClusterNode other : member.map().nodes()) {
      int apart = Math.abs(other.port() - own.port());
      if (apart > 0 && apart < ports && other.host().equals(own.host())) {
        warnings.add(
            "nodes %s and %s have ports of one machine that are %s apart, and a server may take"
                    .formatted(own.name(), other.name(), apart)
                + " %s from its own on: leave %s between them, or serve tcp alone by -t"
                    .formatted(ports, ports));
      }
    }
  }

  /** As of a machine whose name its own list of hosts gives to itself alone. */
  private static void warnOfLoopback(
      ClusterMember member, Endpoint listened, List<String> warnings) {
    boolean others =
        member.map().nodes().stream().anyMatch(each -> !each.host().equals(listened.host()));
    if (others && isName(listened.host()) && isLoopback(listened.host())) {
      warnings.add(
          "%s is this machine's own name for itself, so other machines cannot reach the node:"
                  .formatted(listened.host())
              + " have it listen on a network by --host, as 0.0.0.0 for all");
    }
  }

  private static boolean isName(String host) {
    try {
      return InetAddress.ofLiteral(host) == null;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
