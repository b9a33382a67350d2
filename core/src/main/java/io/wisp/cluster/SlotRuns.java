// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Slots that follow each other and have one owner. */
final class SlotRuns {

  private SlotRuns() {}

  /**
   * Of each slot the place of the node that has it, or {@link ClusterMap#NOBODY}.
   *
   * @throws IllegalArgumentException if two nodes have one slot
   */
  static short[] owners(List<ClusterNode> nodes) {
    short[] owners = new short[KeySlot.COUNT];
    Arrays.fill(owners, (short) ClusterMap.NOBODY);
    for (int i = 0; i < nodes.size(); i++) {
      for (SlotRange range : nodes.get(i).slots()) {
        for (int slot = range.first(); slot <= range.last(); slot++) {
          if (owners[slot] != ClusterMap.NOBODY) {
            throw new IllegalArgumentException(
                "slot %s is given to %s and to %s, and a slot has one node"
                    .formatted(slot, nodes.get(owners[slot]).name(), nodes.get(i).name()));
          }
          owners[slot] = (short) i;
        }
      }
    }
    return owners;
  }

  /**
   * Nodes with the slots that owners say.
   *
   * @param owners of each slot the place of its node, or {@link ClusterMap#NOBODY}
   */
  static List<ClusterNode> give(short[] owners, List<ClusterNode> nodes) {
    List<List<SlotRange>> runs = new ArrayList<>();
    nodes.forEach(_ -> runs.add(new ArrayList<>()));
    int first = 0;
    for (int slot = 1; slot <= KeySlot.COUNT; slot++) {
      if (slot == KeySlot.COUNT || owners[slot] != owners[first]) {
        if (owners[first] != ClusterMap.NOBODY) {
          runs.get(owners[first]).add(new SlotRange(first, slot - 1));
        }
        first = slot;
      }
    }
    List<ClusterNode> given = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      given.add(nodes.get(i).withSlots(runs.get(i)));
    }
    return given;
  }
}
