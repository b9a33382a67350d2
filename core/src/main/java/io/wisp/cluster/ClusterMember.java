// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A server as one node of a cluster: which it is, and the map that it goes by now. Thread-safe:
 * whoever learns of a later map replaces this one's while the server runs.
 */
public final class ClusterMember {

  private final String name;
  private final boolean hasReplicas;
  private volatile Place place;

  /** What the log said last, whatever file it goes by. */
  private SlotMoves told = SlotMoves.NONE;

  /**
   * What holds at one moment: a map, and the place of this node in it. Who asks of a slot more than
   * one thing asks one of these.
   *
   * @param settled whether it is known who is the master of this node's shard, and if that is this
   *     node, whether it serves already
   * @param moves what the log of this node's shard says of slots that come and go
   */
  public record Place(ClusterMap map, int index, boolean settled, SlotMoves moves) {

    /** Whether this node has a slot, and serves. */
    public boolean serves(int slot) {
      return map.ownerIndex(slot) == index && settled && !isLeaving(slot);
    }

    /** Whether this node's shard has given up a slot, and does not know yet who serves it. */
    public boolean isLeaving(int slot) {
      SlotMoves.Move leaving = moves.leaving();
      return leaving != null && leaving.has(slot);
    }

    /** Whether a slot is on its way to this node's shard, which does not serve it yet. */
    public boolean isImporting(int slot) {
      SlotMoves.Move importing = moves.importing();
      return importing != null && importing.has(slot);
    }

    /** Whether this node's shard has a slot, although it may not serve it now. */
    public boolean isOfShard(int slot) {
      return map.ownerIndex(slot) == map.masterIndex(index);
    }

    /** Whether this node is the master of its shard, as far as is known. */
    public boolean isMaster() {
      return map.masterIndex(index) == index;
    }

    /** Whether it is, and serves. */
    public boolean leads() {
      return isMaster() && settled;
    }

    /** The master of this node's shard, as far as is known. */
    public ClusterNode master() {
      return map.nodes().get(map.masterIndex(index));
    }

    /** Whether a slot is that of this node's shard, and nobody is known to serve it. */
    public boolean isUnsettled(int slot) {
      return !settled && map.ownerIndex(slot) == map.masterIndex(index);
    }
  }

  /**
   * The node of a name.
   *
   * @throws IllegalArgumentException if the map has no such node
   */
  public ClusterMember(String name, ClusterMap map) {
    this.name = name;
    int index = indexIn(map);
    hasReplicas = map.shardOf(index).size() > 1;
    this.place = new Place(map, index, !hasReplicas, SlotMoves.NONE);
  }

  private int indexIn(ClusterMap map) {
    int index = map.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("the cluster has no node " + name);
    }
    return index;
  }

  /**
   * Whether its shard has other nodes. Then the map's master is only the one that was named first,
   * and nobody serves, until {@link #follow} says more.
   */
  public boolean hasReplicas() {
    return hasReplicas;
  }

  /** That of this node, by each map. */
  public String name() {
    return name;
  }

  /** What holds now. */
  public Place place() {
    return place;
  }

  /** The map that holds now. */
  public ClusterMap map() {
    return place.map();
  }

  /** This node, as the map has it. */
  public ClusterNode node() {
    Place now = place;
    return now.map().nodes().get(now.index());
  }

  /**
   * Goes by what another map knows better from now on: by all of it if it is of a later file, and
   * by the later nodes and masters of other shards, and moves of slots between these, if it is of
   * the same. Those of this node's own shard {@link #share} and {@link #follow} say alone. Requests
   * that have begun go by the earlier map.
   *
   * @return whether it knows anything better
   * @throws IllegalArgumentException if that map is of a later file and has no such node
   */
  public boolean replace(ClusterMap other) {
    while (true) {
      Place now = place;
      ClusterMap merged = now.map().mergedWith(other, ownShard(now));
      if (merged == now.map()) {
        return false;
      }
      if (change(now, new Place(merged, indexIn(merged), now.settled(), now.moves()))) {
        return true;
      }
    }
  }

  private static String ownShard(Place place) {
    return place.map().nodes().get(place.index()).shard();
  }

  /** Nobody who merges maps, which may be long, has {@link #follow} wait. */
  private synchronized boolean change(Place before, Place after) {
    if (!place.equals(before)) {
      return false;
    }
    boolean isOfSameFile = after.map().isOfSameFile(before.map());
    place = isOfSameFile ? after : beside(after, told);
    return true;
  }

  /**
   * Goes by other nodes of this node's shard from now on. This one is among them; while it is not,
   * because it has not joined them or has left, nothing changes.
   *
   * @param members all nodes of the shard; their slots do not matter
   * @param epoch of the shard that has these nodes
   */
  public synchronized void share(List<ClusterNode> members, long epoch) {
    Place now = place;
    ClusterMap map = now.map();
    boolean isAmong = members.stream().anyMatch(each -> each.name().equals(name));
    if (isAmong && !haveSameAddresses(map.shardOf(now.index()), members)) {
      long later = Math.max(epoch, map.epochAt(now.index()));
      ClusterMap next = map.withMembers(ownShard(now), members, later);
      int index = indexIn(next);
      String master = next.nodes().get(next.masterIndex(index)).name();
      boolean isSettled = now.settled() && now.master().name().equals(master);
      place = new Place(next, index, isSettled, now.moves());
    }
  }

  private static boolean haveSameAddresses(List<ClusterNode> some, List<ClusterNode> others) {
    return addresses(some).equals(addresses(others));
  }

  private static Set<String> addresses(List<ClusterNode> nodes) {
    return nodes.stream().map(ClusterNode::toString).collect(Collectors.toSet());
  }

  /**
   * Goes by another master of this node's shard from now on.
   *
   * @param master the name of a node of the shard; null keeps the one that was known last
   * @param epoch of the shard that has this master, if that is another one
   * @param settled as {@link Place#settled}
   */
  public synchronized void follow(@Nullable String master, long epoch, boolean settled) {
    Place now = place;
    ClusterMap map = now.map();
    boolean isOther = master != null && !now.master().name().equals(master);
    if (master != null && (isOther || map.epochAt(now.index()) < epoch)) {
      map = map.withMaster(master, epoch);
    }
    if (map != now.map() || settled != now.settled()) {
      place = new Place(map, now.index(), settled, now.moves());
    }
  }

  /**
   * Goes by what the log of this node's shard says of moves of slots from now on. Beside a later
   * file it says nothing: there slots are where the file puts them. If the log goes by a later file
   * than the map, no step follows until the map is of that file, too.
   *
   * @throws IllegalArgumentException if it names a shard that the cluster does not have
   */
  public synchronized void follow(SlotMoves moves) {
    Place next = beside(place, moves);
    told = moves;
    place = next;
  }

  /**
   * Slots that the map's file puts elsewhere than the log, which knows of moves beside an earlier
   * one: their records are where the slots moved.
   */
  public synchronized List<SlotRange> misplaced() {
    ClusterMap map = place.map();
    List<SlotRange> slots = new ArrayList<>();
    if (told.fileEpoch() < map.epoch()) {
      told.owners()
          .forEach(
              (slot, owner) -> {
                ClusterNode now = map.ownerOf(slot);
                if (owner.epoch() > 0 && (now == null || !now.shard().equals(owner.shard()))) {
                  slots.add(new SlotRange(slot, slot));
                }
              });
    }
    return SlotRange.joined(slots);
  }

  private static Place beside(Place now, SlotMoves moves) {
    ClusterMap map = now.map();
    if (moves.fileEpoch() != map.epoch()) {
      SlotMoves known = moves.fileEpoch() < map.epoch() ? SlotMoves.NONE : moves;
      return new Place(map, now.index(), now.settled(), known);
    }
    for (Map.Entry<SlotMoves.Owner, List<SlotRange>> each : moves.slotsOfOwners().entrySet()) {
      if (each.getKey().epoch() > 0) {
        map = map.withSlots(each.getValue(), each.getKey().shard(), each.getKey().epoch());
      }
    }
    return new Place(map, now.index(), now.settled(), moves);
  }
}
