// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

import java.util.List;
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

  /**
   * What holds at one moment: a map, and the place of this node in it. Who asks of a slot more than
   * one thing asks one of these.
   *
   * @param settled whether it is known who is the master of this node's shard, and if that is this
   *     node, whether it serves already
   */
  public record Place(ClusterMap map, int index, boolean settled) {

    /** Whether this node has a slot, and serves. */
    public boolean serves(int slot) {
      return map.ownerIndex(slot) == index && settled;
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
    this.place = new Place(map, index, !hasReplicas);
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
   * by the later nodes and masters of other shards if it is of the same. Those of this node's own
   * shard {@link #share} and {@link #follow} say alone. Requests that have begun go by the earlier
   * map, and clients that read the memory by themselves may still find the records of a slot that
   * this node has lost: who moves a slot deletes them.
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
      if (change(now, new Place(merged, indexIn(merged), now.settled()))) {
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
    place = after;
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
      Place next = placeIn(map.withMembers(ownShard(now), members, later), now.settled());
      boolean isSameMaster = next.master().name().equals(now.master().name());
      place = isSameMaster ? next : placeIn(next.map(), false);
    }
  }

  private Place placeIn(ClusterMap map, boolean settled) {
    return new Place(map, indexIn(map), settled);
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
      place = new Place(map, now.index(), settled);
    }
  }
}
