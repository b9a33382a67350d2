// SPDX-License-Identifier: Apache-2.0
package io.wisp.cluster;

/**
 * A server as one node of a cluster: which it is, and the map that it goes by now. Thread-safe:
 * whoever learns of a later map replaces this one's while the server runs.
 */
public final class ClusterMember {

  private final String name;
  private volatile Place place;

  /**
   * What holds at one moment: a map, and the place of this node in it. Who asks of a slot more than
   * one thing asks one of these.
   */
  public record Place(ClusterMap map, int index) {

    /** Whether this node has a slot. */
    public boolean serves(int slot) {
      return map.ownerIndex(slot) == index;
    }
  }

  /**
   * The node of a name.
   *
   * @throws IllegalArgumentException if the map has no such node
   */
  public ClusterMember(String name, ClusterMap map) {
    this.name = name;
    this.place = placeIn(map);
  }

  private Place placeIn(ClusterMap map) {
    int index = map.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("the cluster has no node " + name);
    }
    return new Place(map, index);
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
    Place next = placeIn(later);
    boolean isLater = later.epoch() > place.map().epoch();
    if (isLater) {
      place = next;
    }
    return isLater;
  }
}
