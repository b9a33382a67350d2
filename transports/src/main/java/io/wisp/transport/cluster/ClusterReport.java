// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.transport.Client;
import io.wisp.transport.TransportException;

/** What the nodes of a cluster say of themselves. */
final class ClusterReport {

  private ClusterReport() {}

  /** What each node says, behind a line that names it; of one that cannot be reached, why. */
  static String of(NodeClients nodes) {
    StringBuilder all = new StringBuilder();
    for (NodeClient node : nodes.all()) {
      all.append("node:").append(node.node()).append('\n');
      try {
        all.append(node.use(Client::information));
        String said = node.use(Client::clusterInformation);
        if (isOfAnotherMap(said, node, nodes.map())) {
          all.append("warning:this node goes by another map of the cluster than this client\n");
        }
      } catch (TransportException e) {
        all.append("unreachable:").append(e.getMessage()).append('\n');
      }
    }
    return all.toString();
  }

  private static boolean isOfAnotherMap(String said, NodeClient node, ClusterMap map) {
    ClusterMap told = NodeClients.mapIn(said, node.node().toString());
    return told == null || !told.digest().equals(map.digest());
  }
}
