// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which node has which slots, at one moment. It never changes; another moment has another map.
 *
 * <p>Two kinds of numbers say what is later. The map's {@link #epoch} is that of the file: it says
 * which shards there are, and which slots each has. The {@link #epochAt epoch of a shard} says who
 * its nodes are, and who of them is the master, and grows whenever that is another one; the file
 * says only with which nodes a shard began. Each slot has {@link #slotEpoch one} too, which says
 * where it is now and grows with each move to another shard. So of two maps of one file neither
 * need be the later: each may know later masters of other shards, and later moves, and {@link
 * #mergedWith} takes the later of each.
 */
public final class ClusterMap {

  /** The most nodes of a cluster. */
  public static final int MAX_NODES = 1_000;

  /** What {@link #ownerIndex} says of a slot that nobody serves. */
  public static final int NOBODY = -1;

  private final long epoch;
  private final List<ClusterNode> nodes;

  /** The place of each slot's node among the nodes, or {@link #NOBODY}. */
  private final short[] owners;

  /** The place of the master of each node's shard, which is its own if it is one. */
  private final int[] masters;

  /** The epoch of each node's shard. */
  private final long[] epochs;

  private final SlotEpochs slotEpochs;

  /** The slots that the file gives to each shard, by its name. */
  private final Map<String, List<SlotRange>> slotsOfFile;

  private final NodeIds ids;
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
    FileNodes.check(nodes);
    this.epoch = epoch;
    this.nodes = List.copyOf(nodes);
    owners = SlotRuns.owners(nodes);
    masters = FileNodes.masters(nodes);
    epochs = new long[nodes.size()];
    Arrays.fill(epochs, epoch);
    slotEpochs = SlotEpochs.NONE;
    slotsOfFile = new HashMap<>();
    for (int i = 0; i < masters.length; i++) {
      if (masters[i] == i) {
        slotsOfFile.put(nodes.get(i).shard(), nodes.get(i).slots());
      }
    }
    ids = NodeIds.of(nodes);
    digest = FileDigest.of(epoch, nodes, masters);
  }

  /**
   * Another moment of the same shards. Slots do not say who is the master: a map that knows of some
   * moves and not of others may have none for a shard with replicas.
   */
  private ClusterMap(
      ClusterMap before,
      List<ClusterNode> nodes,
      int[] masters,
      long[] epochs,
      SlotEpochs slotEpochs,
      String digest) {
    epoch = before.epoch;
    this.nodes = List.copyOf(nodes);
    this.masters = masters;
    this.epochs = epochs;
    this.slotEpochs = slotEpochs;
    slotsOfFile = before.slotsOfFile;
    ids = before.ids.after(nodes);
    this.digest = digest;
    owners = SlotRuns.owners(nodes);
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
    return with(Map.of(nodes.get(index).shard(), new Shard(shardOf(index), name, shardEpoch)));
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
    String last = nodes.get(masters[before]).name();
    return with(Map.of(shard, Shard.of(shard, members, last, shardEpoch)));
  }

  /** The map after changes of shards, by their names. */
  ClusterMap with(Map<String, Shard> changed) {
    ShardChanges changes = new ShardChanges(this, changed);
    return new ClusterMap(
        this, changes.nodes(), changes.masters(), changes.epochs(), slotEpochs, digest);
  }

  long requireNotBefore(long shardEpoch, ClusterNode node) {
    if (shardEpoch < epoch) {
      throw new IllegalArgumentException(
          "the epoch of shard %s is %s, and that of the map is %s already"
              .formatted(node.shard(), shardEpoch, epoch));
    }
    return shardEpoch;
  }

  /**
   * The place of a node of a shard; -1 if there is none.
   *
   * @param likely which is usually one
   */
  int placeOfShard(String shard, int likely) {
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
   * master with the greater epoch, and for each slot the shard with the greater one.
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
    return new MapMerge(other, kept).into(this);
  }

  /**
   * The map after a move of slots to a shard. What this map knows of a later move stays.
   *
   * @param slotEpoch that the move has given to the slots
   * @return this one if it knows that already, of all of the slots
   * @throws IllegalArgumentException if there is no shard of the name
   */
  public ClusterMap withSlots(List<SlotRange> slots, String shard, long slotEpoch) {
    int master = masterOf(shard);
    if (master == NOBODY) {
      throw new IllegalArgumentException("the cluster has no shard " + shard);
    }
    return withOwners(slot -> SlotRange.haveAny(slots, slot) ? master : NOBODY, _ -> slotEpoch);
  }

  /**
   * The map with other owners of those slots of which somebody knows a later move.
   *
   * @param ownerOf the place of a slot's node, or {@link #NOBODY} to leave the slot as it is
   */
  ClusterMap withOwners(IntUnaryOperator ownerOf, IntToLongFunction epochOf) {
    short[] next = owners.clone();
    long[] later = slotEpochs.copy();
    boolean isLater = false;
    for (int slot = 0; slot < KeySlot.COUNT; slot++) {
      int owner = epochOf.applyAsLong(slot) > later[slot] ? ownerOf.applyAsInt(slot) : NOBODY;
      if (owner != NOBODY) {
        next[slot] = (short) owner;
        later[slot] = epochOf.applyAsLong(slot);
        isLater = true;
      }
    }
    if (!isLater) {
      return this;
    }
    List<ClusterNode> given = SlotRuns.give(next, nodes);
    return new ClusterMap(this, given, masters, epochs, SlotEpochs.of(later), digest);
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
    return ofShards.isEmpty()
        ? this
        : new ClusterMap(this, nodes, masters, later, slotEpochs, digest);
  }

  /** The same map as one of a file with a digest: that of nodes which joined later is another. */
  ClusterMap ofFile(String fileDigest) {
    return fileDigest.equals(digest)
        ? this
        : new ClusterMap(this, nodes, masters, epochs, slotEpochs, fileDigest);
  }

  /** The place of the master of a node's shard among the nodes: the node's own if it is one. */
  public int masterIndex(int index) {
    return masters[index];
  }

  /** The place of the master of a shard; {@link #NOBODY} if there is no shard of the name. */
  public int masterOf(String shard) {
    int place = placeOfShard(shard, 0);
    return place < 0 ? NOBODY : masters[place];
  }

  /** Whether all nodes are of one shard, so that slots can move nowhere. */
  public boolean isOfOneShard() {
    for (int master : masters) {
      if (master != masters[0]) {
        return false;
      }
    }
    return true;
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

  /** That of a slot: 0 before its first move. */
  public long slotEpoch(int slot) {
    return slotEpochs.of(slot);
  }

  /** Greater for a map that is merged of this one and one that knows later moves of slots. */
  public long moves() {
    return slotEpochs.sum();
  }

  /** Whether a slot has moved since the file was written. */
  boolean hasMoves() {
    return !slotEpochs.isNone();
  }

  /** What the file gives to the shard of which the node at a place is the master; else nothing. */
  List<SlotRange> slotsOfFileAt(int index) {
    return masters[index] == index
        ? slotsOfFile.getOrDefault(nodes.get(index).shard(), List.of())
        : List.of();
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
    return ids.ids().get(index);
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
