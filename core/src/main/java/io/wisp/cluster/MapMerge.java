// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a map takes of another one of the same file: of each shard the nodes and the master with the
 * greater epoch, and of each slot the shard with the greater epoch.
 *
 * @param kept the name of a shard of which it takes nothing, neither slots that come nor that go;
 *     null is none
 */
record MapMerge(ClusterMap other, @Nullable String kept) {

  ClusterMap into(ClusterMap map) {
    Map<String, Shard> later = new HashMap<>();
    for (int i = 0; i < other.nodes().size(); i++) {
      ClusterNode master = other.nodes().get(i);
      if (other.masterIndex(i) == i && !master.shard().equals(kept)) {
        int place = map.placeOfShard(master.shard(), i);
        if (place >= 0 && other.epochAt(i) > map.epochAt(place)) {
          later.put(master.shard(), new Shard(other.shardOf(i), master.name(), other.epochAt(i)));
        }
      }
    }
    ClusterMap merged = later.isEmpty() ? map : map.with(later);
    return other.hasMoves() ? withMoves(merged) : merged;
  }

  private ClusterMap withMoves(ClusterMap map) {
    Map<String, Integer> masters = new HashMap<>();
    for (int i = 0; i < map.nodes().size(); i++) {
      masters.put(map.nodes().get(i).shard(), map.masterIndex(i));
    }
    return map.withOwners(
        slot -> {
          ClusterNode theirs = other.ownerOf(slot);
          return theirs == null || isKept(theirs) || isKept(map.ownerOf(slot))
              ? ClusterMap.NOBODY
              : masters.getOrDefault(theirs.shard(), ClusterMap.NOBODY);
        },
        other::slotEpoch);
  }

  private boolean isKept(@Nullable ClusterNode owner) {
    return owner != null && owner.shard().equals(kept);
  }
}
