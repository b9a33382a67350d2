// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The nodes as a file of a cluster has them: who has slots is the master of a shard. */
final class FileNodes {

  private FileNodes() {}

  /**
   * Refuses nodes that do not go together, by an {@link IllegalArgumentException} that says why.
   */
  static void check(List<ClusterNode> nodes) {
    if (nodes.isEmpty() || nodes.size() > ClusterMap.MAX_NODES) {
      throw new IllegalArgumentException(
          "there are %s nodes, and a cluster has 1 to %s"
              .formatted(nodes.size(), ClusterMap.MAX_NODES));
    }
    Set<String> taken = new HashSet<>();
    for (ClusterNode node : nodes) {
      if (!taken.add(node.name())) {
        throw new IllegalArgumentException("two nodes have the name " + node.name());
      }
      if (!taken.add(node.address())) {
        throw new IllegalArgumentException("two nodes are at " + node.address());
      }
    }
  }

  /**
   * The place of the master of each node's shard.
   *
   * @throws IllegalArgumentException if a shard with several nodes has none, or any has several
   */
  static int[] masters(List<ClusterNode> nodes) {
    Map<String, Integer> masterOfShard = new HashMap<>();
    Map<String, Integer> nodesOfShard = new HashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      ClusterNode node = nodes.get(i);
      nodesOfShard.merge(node.shard(), 1, Integer::sum);
      Integer other = node.slots().isEmpty() ? null : masterOfShard.put(node.shard(), i);
      if (other != null) {
        throw new IllegalArgumentException(
            "%s and %s have slots and are both of shard %s, which has one master"
                .formatted(nodes.get(other).name(), node.name(), node.shard()));
      }
    }
    int[] found = new int[nodes.size()];
    for (int i = 0; i < found.length; i++) {
      String shard = nodes.get(i).shard();
      Integer master = masterOfShard.get(shard);
      if (master == null && nodesOfShard.getOrDefault(shard, 0) > 1) {
        throw new IllegalArgumentException(
            "node %s has replicas and no slots: leave its replicas out, or give it slots"
                .formatted(shard));
      }
      found[i] = master == null ? i : master;
    }
    return found;
  }
}
