// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

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
   * Goes by another map from now on, if it is later. Requests that have begun go by the earlier,
   * and clients that read the memory by themselves may still find the records of a slot that this
   * node has lost: who moves a slot deletes them.
   *
   * @return whether it is
   * @throws IllegalArgumentException if that map has no such node
   */
  public synchronized boolean replace(ClusterMap later) {
    int index = indexIn(later);
    boolean isLater = later.epoch() > place.map().epoch();
    if (isLater) {
      place = new Place(later, index, place.settled());
    }
    return isLater;
  }

  /**
   * Goes by another master of this node's shard from now on.
   *
   * @param master the name of a node of the shard; null keeps the one that was known last
   * @param epoch of the map that has this master, if that is another one
   * @param settled as {@link Place#settled}
   */
  public synchronized void follow(@Nullable String master, long epoch, boolean settled) {
    Place now = place;
    ClusterMap map = now.map();
    if (master != null && (!now.master().name().equals(master) || map.epoch() < epoch)) {
      map = map.withMaster(master, epoch);
    }
    if (map != now.map() || settled != now.settled()) {
      place = new Place(map, now.index(), settled);
    }
  }
}
