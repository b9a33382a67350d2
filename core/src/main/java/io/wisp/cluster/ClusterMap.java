// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

  /** The place of the master of each node's shard, which is its own if it is one. */
  private final int[] masters;

  private final List<String> ids;
  private final String digest;

  /**
   * A map of nodes.
   *
   * @param epoch greater for a later map of the same cluster, at least 1
   * @param nodes with names and addresses of their own, and no slot twice; not every slot need have
   *     a node. Of several nodes of a shard one has slots, and is the master of the others
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
    masters = masters();
    ids = nodes.stream().map(ClusterNode::id).toList();
    digest = Digest.of(epoch + " " + nodes.stream().map(ClusterMap::line).sorted().toList());
  }

  private static String line(ClusterNode node) {
    String line = node + " " + node.slots();
    return node.shard().equals(node.name()) ? line : line + " " + node.shard();
  }

  private int[] masters() {
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

  /**
   * The map after a change of masters: a node has the slots of its shard, and the others are its
   * replicas.
   *
   * @param epoch of that map
   * @throws IllegalArgumentException if there is no node of the name
   */
  public ClusterMap withMaster(String name, long epoch) {
    int index = indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("the cluster has no node " + name);
    }
    List<SlotRange> slots = nodes.get(masters[index]).slots();
    List<ClusterNode> changed = new ArrayList<>(nodes);
    changed.set(masters[index], nodes.get(masters[index]).withSlots(List.of()));
    changed.set(index, nodes.get(index).withSlots(slots));
    return new ClusterMap(epoch, changed);
  }

  /** The place of the master of a node's shard among the nodes: the node's own if it is one. */
  public int masterIndex(int index) {
    return masters[index];
  }

  /** The nodes of the shard of the node at a place, the master first. */
  public List<ClusterNode> shardOf(int index) {
    ClusterNode master = nodes.get(masters[index]);
    List<ClusterNode> members = new ArrayList<>();
    members.add(master);
    for (ClusterNode node : nodes) {
      if (node.shard().equals(master.shard()) && !node.name().equals(master.name())) {
        members.add(node);
      }
    }
    return members;
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
