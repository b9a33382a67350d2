// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A shard as it becomes.
 *
 * @param members its nodes; their slots do not matter
 * @param master the name of one of them
 * @param epoch that it has then
 */
record Shard(List<ClusterNode> members, String master, long epoch) {

  /**
   * One whose nodes have become others.
   *
   * @param last its master so far, which it stays if it is still there; else it is the first
   */
  static Shard of(String name, List<ClusterNode> nodes, String last, long epoch) {
    List<ClusterNode> members = new ArrayList<>();
    for (ClusterNode each : nodes) {
      members.add(new ClusterNode(each.name(), each.host(), each.port(), List.of(), name));
    }
    boolean stays = members.stream().anyMatch(each -> each.name().equals(last));
    return new Shard(members, stays ? last : members.getFirst().name(), epoch);
  }

  private @Nullable ClusterNode named(String name) {
    for (ClusterNode each : members) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    return null;
  }

  /**
   * The nodes of a map when some of its shards have become others. Who stays keeps the place, as
   * far as nobody before has left; who is new is last.
   *
   * @param changed what they have become, by their names
   */
  static List<ClusterNode> nodesAfter(List<ClusterNode> nodes, Map<String, Shard> changed) {
    List<ClusterNode> next = new ArrayList<>();
    Set<String> there = new HashSet<>();
    for (ClusterNode node : nodes) {
      Shard shard = changed.get(node.shard());
      ClusterNode kept = shard == null ? node : shard.named(node.name());
      if (kept != null && there.add(kept.name())) {
        next.add(kept);
      }
    }
    for (Shard shard : changed.values()) {
      for (ClusterNode member : shard.members()) {
        if (there.add(member.name())) {
          next.add(member);
        }
      }
    }
    return next;
  }
}
