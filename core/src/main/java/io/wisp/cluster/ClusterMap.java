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

/**
 * Which node has which slots, at one moment. It never changes; another moment has another map.
 *
 * <p>Two kinds of numbers say what is later. The map's {@link #epoch} is that of the file: it says
 * which shards there are, and which slots each has. The {@link #epochAt epoch of a shard} says who
 * its nodes are, and who of them is the master, and grows whenever that is another one; the file
 * says only with which nodes a shard began. So of two maps of one file neither need be the later:
 * each may know later masters of other shards, and {@link #mergedWith} takes the later of each.
 */
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

  /** The epoch of each node's shard. */
  private final long[] epochs;

  private final List<String> ids;
  private final String digest;

  /**
   * A map of nodes, whose shards have the map's epoch.
   *
   * @param epoch greater for a later file of the same cluster, at least 1
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
    for (ClusterNode node : nodes) {
      if (!taken.add(node.name())) {
        throw new IllegalArgumentException("two nodes have the name " + node.name());
      }
      if (!taken.add(node.address())) {
        throw new IllegalArgumentException("two nodes are at " + node.address());
      }
    }
    giveSlots();
    masters = masters();
    epochs = new long[nodes.size()];
    Arrays.fill(epochs, epoch);
    ids = idsOf(nodes);
    digest = FileDigest.of(epoch, nodes, masters);
  }

  /** Another moment of the same shards. */
  private ClusterMap(ClusterMap before, List<ClusterNode> nodes, long[] epochs, String digest) {
    epoch = before.epoch;
    this.nodes = List.copyOf(nodes);
    this.epochs = epochs;
    ids = haveSameNames(before.nodes, nodes) ? before.ids : idsOf(nodes);
    this.digest = digest;
    giveSlots();
    masters = masters();
  }

  private static boolean haveSameNames(List<ClusterNode> some, List<ClusterNode> others) {
    boolean same = some.size() == others.size();
    for (int i = 0; same && i < some.size(); i++) {
      same = some.get(i).name().equals(others.get(i).name());
    }
    return same;
  }

  private static List<String> idsOf(List<ClusterNode> nodes) {
    return nodes.stream().map(ClusterNode::id).toList();
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
   * @param shardEpoch of that shard from then on, no less than the map's
   * @throws IllegalArgumentException if there is no node of the name
   */
  public ClusterMap withMaster(String name, long shardEpoch) {
    int index = indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("the cluster has no node " + name);
    }
    List<ClusterNode> members = new ArrayList<>();
    List<SlotRange> slots = nodes.get(masters[index]).slots();
    for (ClusterNode member : shardOf(index)) {
      members.add(member.withSlots(member.name().equals(name) ? slots : List.of()));
    }
    return with(Map.of(nodes.get(index).shard(), new Shard(members, shardEpoch)));
  }

  /**
   * The map after a change of a shard's nodes. Its master stays the one that it was, if it is among
   * them; else it is the first of them, until another one is known.
   *
   * @param shard its name
   * @param members all nodes that it has from then on, one at least; their slots do not matter
   * @param shardEpoch as of {@link #withMaster}
   * @throws IllegalArgumentException if there is no such shard, or no node of it
   */
  ClusterMap withMembers(String shard, List<ClusterNode> members, long shardEpoch) {
    int before = placeOfShard(shard, 0);
    if (before < 0 || members.isEmpty()) {
      throw new IllegalArgumentException("the cluster has no shard " + shard + " with nodes");
    }
    ClusterNode last = nodes.get(masters[before]);
    boolean stays = members.stream().anyMatch(each -> each.name().equals(last.name()));
    String master = stays ? last.name() : members.getFirst().name();
    List<ClusterNode> next = new ArrayList<>();
    for (ClusterNode each : members) {
      List<SlotRange> slots = each.name().equals(master) ? last.slots() : List.of();
      next.add(new ClusterNode(each.name(), each.host(), each.port(), slots, shard));
    }
    return with(Map.of(shard, new Shard(next, shardEpoch)));
  }

  private ClusterMap with(Map<String, Shard> changed) {
    List<ClusterNode> next = Shard.nodesAfter(nodes, changed);
    if (next.size() > MAX_NODES) {
      throw new IllegalArgumentException("a cluster has " + MAX_NODES + " nodes at most");
    }
    long[] later = new long[next.size()];
    for (int i = 0; i < later.length; i++) {
      ClusterNode node = next.get(i);
      Shard shard = changed.get(node.shard());
      later[i] =
          shard == null ? epochs[placeOf(node.name(), i)] : requireNotBefore(shard.epoch(), node);
    }
    return new ClusterMap(this, next, later, digest);
  }

  /** The place of a node, usually the same in several maps of a cluster. */
  private int placeOf(String name, int likely) {
    boolean isThere = likely < nodes.size() && nodes.get(likely).name().equals(name);
    return isThere ? likely : indexOf(name);
  }

  private long requireNotBefore(long shardEpoch, ClusterNode node) {
    if (shardEpoch < epoch) {
      throw new IllegalArgumentException(
          "the epoch of shard %s is %s, and that of the map is %s already"
              .formatted(node.shard(), shardEpoch, epoch));
    }
    return shardEpoch;
  }

  /** The place of a node of a shard, likewise; -1 if there is none. */
  private int placeOfShard(String shard, int likely) {
    if (likely < nodes.size() && nodes.get(likely).shard().equals(shard)) {
      return likely;
    }
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).shard().equals(shard)) {
        return i;
      }
    }
    return -1;
  }

  /**
   * What this map and another one of the cluster know together. If they are of two files, that is
   * the map of the later one. If they are of the same, it is for each shard the nodes and the
   * master with the greater epoch.
   *
   * @return this one if the other knows nothing that is later, or says something else of the same
   *     epoch
   */
  public ClusterMap mergedWith(ClusterMap other) {
    return mergedWith(other, null);
  }

  /**
   * The same, by which of one shard nothing changes.
   *
   * @param kept the name of that shard; null is none
   */
  ClusterMap mergedWith(ClusterMap other, @Nullable String kept) {
    if (!isOfSameFile(other)) {
      return other.epoch > epoch ? other : this;
    }
    Map<String, Shard> later = new HashMap<>();
    for (int i = 0; i < other.masters.length; i++) {
      String shard = other.nodes.get(i).shard();
      if (other.masters[i] == i && !shard.equals(kept)) {
        int place = placeOfShard(shard, i);
        if (place >= 0 && other.epochs[i] > epochs[place]) {
          later.put(shard, new Shard(other.shardOf(i), other.epochs[i]));
        }
      }
    }
    return later.isEmpty() ? this : with(later);
  }

  /** Whether another map has the same shards and slots of shards, and their epoch. */
  public boolean isOfSameFile(ClusterMap other) {
    return digest.equals(other.digest);
  }

  /**
   * The same map with other epochs of some shards.
   *
   * @param ofShards by their names
   * @throws IllegalArgumentException if there is no such shard, or an epoch is less than the map's
   */
  ClusterMap withEpochs(Map<String, Long> ofShards) {
    long[] later = epochs.clone();
    Set<String> unknown = new HashSet<>(ofShards.keySet());
    for (int i = 0; i < later.length; i++) {
      ClusterNode node = nodes.get(i);
      Long shardEpoch = ofShards.get(node.shard());
      if (shardEpoch != null) {
        unknown.remove(node.shard());
        later[i] = requireNotBefore(shardEpoch, node);
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("the cluster has no shard " + unknown.iterator().next());
    }
    return ofShards.isEmpty() ? this : new ClusterMap(this, nodes, later, digest);
  }

  /** The same map as one of a file with a digest: that of nodes which joined later is another. */
  ClusterMap ofFile(String fileDigest) {
    return fileDigest.equals(digest) ? this : new ClusterMap(this, nodes, epochs, fileDigest);
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

  private void giveSlots() {
    Arrays.fill(owners, (short) NOBODY);
    for (int i = 0; i < nodes.size(); i++) {
      give(i);
    }
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

  /** That of the file: of two maps with other shards, or slots of them, it says the later. */
  public long epoch() {
    return epoch;
  }

  /**
   * That of the shard of the node at a place, no less than the map's. Of two maps of the same file
   * it says which one knows the later nodes and master of that shard.
   */
  public long epochAt(int index) {
    return epochs[index];
  }

  /** The same of a shard by its name; 0 if there is none. */
  public long epochOf(String shard) {
    int place = placeOfShard(shard, 0);
    return place < 0 ? 0 : epochs[place];
  }

  /** The greatest of all shards', as Redis has it. */
  public long currentEpoch() {
    long greatest = epoch;
    for (long each : epochs) {
      greatest = Math.max(greatest, each);
    }
    return greatest;
  }

  /**
   * 40 hexadecimal digits that maps have in common if they are of the same file: if shards and
   * their slots are the same in whatever order, and their epoch, and the nodes of shards that have
   * one. Those that share a log may be others.
   */
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
