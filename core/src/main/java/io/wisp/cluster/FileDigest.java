// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What maps of one file have in common: the file's epoch, its shards and their slots, and where
 * nodes are that have no replicas. Who shares a log with others may change without the file.
 */
final class FileDigest {

  private FileDigest() {}

  /**
   * That of a file.
   *
   * @param masters the place of the master of each node's shard
   */
  static String of(long epoch, List<ClusterNode> nodes, int[] masters) {
    Set<String> shared = new HashSet<>();
    for (int i = 0; i < masters.length; i++) {
      if (masters[i] != i) {
        shared.add(nodes.get(i).shard());
      }
    }
    Set<String> lines = new TreeSet<>();
    for (int i = 0; i < masters.length; i++) {
      ClusterNode node = nodes.get(i);
      List<SlotRange> slots = nodes.get(masters[i]).slots();
      lines.add(shared.contains(node.shard()) ? ofShared(node.shard(), slots) : of(node, slots));
    }
    return Digest.of(epoch + " " + lines);
  }

  private static String ofShared(String shard, List<SlotRange> slots) {
    return "shard " + shard + " " + slots;
  }

  private static String of(ClusterNode node, List<SlotRange> slots) {
    String line = node + " " + slots;
    return node.shard().equals(node.name()) ? line : line + " " + node.shard();
  }
}
