// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The nodes of a map when some of its shards have become others. Each shard has the slots that it
 * had, at its master.
 */
final class ShardChanges {

  private final ClusterMap before;
  private final Map<String, Shard> changed;
  private final List<ClusterNode> nodes;
  private final int[] masters;

  /**
   * Of a map.
   *
   * @param changed what shards of the map have become, by their names
   * @throws IllegalArgumentException if there would be more nodes than a cluster has
   */
  ShardChanges(ClusterMap before, Map<String, Shard> changed) {
    this.before = before;
    this.changed = changed;
    nodes = Shard.nodesAfter(before.nodes(), changed);
    if (nodes.size() > ClusterMap.MAX_NODES) {
      throw new IllegalArgumentException(
          "a cluster has " + ClusterMap.MAX_NODES + " nodes at most");
    }
    masters = new int[nodes.size()];
    findMasters();
    for (int i = 0; i < masters.length; i++) {
      List<SlotRange> slots = masters[i] == i ? masterBefore(i).slots() : List.of();
      nodes.set(i, nodes.get(i).withSlots(slots));
    }
  }

  /** It is the first node of a shard whose own is not there: until another one is known. */
  private void findMasters() {
    Map<String, Integer> ofShards = new HashMap<>();
    for (int i = 0; i < masters.length; i++) {
      ClusterNode node = nodes.get(i);
      Shard shard = changed.get(node.shard());
      String master = shard == null ? masterBefore(i).name() : shard.master();
      ofShards.putIfAbsent(node.shard(), i);
      if (node.name().equals(master)) {
        ofShards.put(node.shard(), i);
      }
    }
    for (int i = 0; i < masters.length; i++) {
      masters[i] = ofShards.getOrDefault(nodes.get(i).shard(), i);
    }
  }

  private int placeBefore(int index) {
    return before.placeOfShard(nodes.get(index).shard(), index);
  }

  private ClusterNode masterBefore(int index) {
    return before.nodes().get(before.masterIndex(placeBefore(index)));
  }

  List<ClusterNode> nodes() {
    return nodes;
  }

  /** The place of the master of each node's shard. */
  int[] masters() {
    return masters;
  }

  /**
   * The epoch of each node's shard.
   *
   * @throws IllegalArgumentException if one would be less than that of the map
   */
  long[] epochs() {
    long[] epochs = new long[nodes.size()];
    for (int i = 0; i < epochs.length; i++) {
      ClusterNode node = nodes.get(i);
      Shard shard = changed.get(node.shard());
      epochs[i] =
          shard == null
              ? before.epochAt(placeBefore(i))
              : before.requireNotBefore(shard.epoch(), node);
    }
    return epochs;
  }
}
