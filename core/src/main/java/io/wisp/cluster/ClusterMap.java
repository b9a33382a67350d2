// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which node has which slots, at one moment. It never changes; another moment has another map. */
public final class ClusterMap {

  /** The most nodes of a cluster. */
  public static final int MAX_NODES = 1_000;

  /** What {@link #ownerIndex} says of a slot that nobody serves. */
  public static final int NOBODY = -1;

  private final long epoch;
  private final List<ClusterNode> nodes;

  /** The place of each slot's node among the nodes, or {@link #NOBODY}. */
  private final short[] owners = new short[KeySlot.COUNT];

  private final List<String> ids;
  private final String digest;

  /**
   * A map of nodes.
   *
   * @param epoch greater for a later map of the same cluster, at least 1
   * @param nodes with names and addresses of their own, and no slot twice; not every slot need have
   *     a node
   * @throws IllegalArgumentException if the nodes do not go together; the message says why
   */
  public ClusterMap(long epoch, List<ClusterNode> nodes) {
    if (epoch < 1) {
      throw new IllegalArgumentException("the epoch is " + epoch + ", and 1 is the least");
    }
    if (nodes.isEmpty() || nodes.size() > MAX_NODES) {
      throw new IllegalArgumentException(
          "there are " + nodes.size() + " nodes, and a cluster has 1 to " + MAX_NODES);
    }
    this.epoch = epoch;
    this.nodes = List.copyOf(nodes);
    Set<String> taken = new HashSet<>();
    Arrays.fill(owners, (short) NOBODY);
    for (int i = 0; i < nodes.size(); i++) {
      ClusterNode node = nodes.get(i);
      if (!taken.add(node.name())) {
        throw new IllegalArgumentException("two nodes have the name " + node.name());
      }
      if (!taken.add(node.address())) {
        throw new IllegalArgumentException("two nodes are at " + node.address());
      }
      give(i);
    }
    ids = nodes.stream().map(ClusterNode::id).toList();
    digest = Digest.of(epoch + " " + nodes.stream().map(ClusterMap::line).sorted().toList());
  }

  private static String line(ClusterNode node) {
    return node + " " + node.slots();
  }

  private void give(int index) {
    for (SlotRange range : nodes.get(index).slots()) {
      for (int slot = range.first(); slot <= range.last(); slot++) {
        if (owners[slot] != NOBODY) {
          throw new IllegalArgumentException(
              "slot %s is given to %s and to %s, and a slot has one node"
                  .formatted(slot, nodes.get(owners[slot]).name(), nodes.get(index).name()));
        }
        owners[slot] = (short) index;
      }
    }
  }

  /** Which of two maps of a cluster is later: that with the greater epoch. */
  public long epoch() {
    return epoch;
  }

  /** 40 hexadecimal digits that maps have in common if they say the same in whatever order. */
  public String digest() {
    return digest;
  }

  /** All nodes, also those without slots. */
  public List<ClusterNode> nodes() {
    return nodes;
  }

  /**
   * As {@link ClusterNode#id} of the node at a place, known already: a reply may have thousands.
   */
  public String idAt(int index) {
    return ids.get(index);
  }

  /** The node of a slot, or null if nobody serves it. */
  public @Nullable ClusterNode ownerOf(int slot) {
    int owner = owners[slot];
    return owner == NOBODY ? null : nodes.get(owner);
  }

  /** The place of a slot's node among the nodes; {@link #NOBODY} if none serves it. */
  public int ownerIndex(int slot) {
    return owners[slot];
  }

  /** The place of a node of this name among the nodes; -1 if there is none. */
  public int indexOf(String name) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** How many slots have a node. */
  public int assignedSlots() {
    int assigned = 0;
    for (short owner : owners) {
      assigned += owner == NOBODY ? 0 : 1;
    }
    return assigned;
  }
}
