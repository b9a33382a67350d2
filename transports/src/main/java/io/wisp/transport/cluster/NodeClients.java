// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.MapLines;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The map of a cluster as its nodes tell it, and the connection to each of them. Nodes need not
 * agree: each knows the masters of its own shard first, and so the map is what all that were asked
 * know together. Used as {@link NodeClient} is.
 */
final class NodeClients implements AutoCloseable {

  private final Transport transport;
  private final ClientOptions options;
  private ClusterMap map;

  /** What nodes told when they were connected to, until it is followed. */
  private @Nullable ClusterMap met;

  /** A connection for each node, in the order of the map. */
  private volatile List<NodeClient> nodes = List.of();

  private volatile boolean closed;

  /** Of a cluster whose map one of its nodes has told. */
  NodeClients(Transport transport, ClientOptions options, ClusterMap map) {
    this.transport = transport;
    this.options = options;
    this.map = map;
    nodes = nodesOf(map);
  }

  /**
   * The map that a server tells.
   *
   * @param server for people
   * @return null if it is in no cluster
   * @throws TransportException if what it tells is no map
   */
  static @Nullable ClusterMap readMap(Client client, String server) {
    return mapIn(client.clusterInformation(), server);
  }

  /** The map in all that a server said, likewise. */
  static @Nullable ClusterMap mapIn(String information, String server) {
    try {
      return MapLines.read(information);
    } catch (IllegalArgumentException e) {
      throw new TransportException(
          server + " tells of its cluster what is no map: " + e.getMessage(), e);
    }
  }

  private List<NodeClient> nodesOf(ClusterMap next) {
    List<NodeClient> made = new ArrayList<>();
    for (ClusterNode node : next.nodes()) {
      made.add(
          nodes.stream()
              .filter(each -> each.node().address().equals(node.address()))
              .filter(each -> each.node().name().equals(node.name()))
              .findFirst()
              .orElseGet(() -> new NodeClient(node, transport, options, this::meet)));
    }
    return List.copyOf(made);
  }

  ClusterMap map() {
    return map;
  }

  List<NodeClient> all() {
    return nodes;
  }

  NodeClient get(int index) {
    return nodes.get(index);
  }

  /** The node of a slot, or null if nobody serves it. */
  @Nullable NodeClient ofSlot(int slot) {
    int owner = map.ownerIndex(slot);
    return owner < 0 ? null : nodes.get(owner);
  }

  /**
   * Asks for a later map while no request is outstanding: the node that has answered that a key is
   * elsewhere, for that is so by its map. If it is gone or silent, or knows of none that is later,
   * because it goes by an older one or was cut off from its shard, others are asked as by {@link
   * #refreshWithout}.
   *
   * @return whether there was one
   */
  boolean refreshFrom(NodeClient node) {
    ClusterMap before = map;
    if (nodes.contains(node)) {
      ask(node);
    }
    followMet();
    return map != before || refreshWithout(node);
  }

  /**
   * Asks for a later map while no request is outstanding, because a node cannot be reached or knows
   * of none: those that may have taken its place, and as {@link #refresh} does if there are none of
   * these, or they are gone too.
   *
   * @return whether there was one
   */
  boolean refreshWithout(NodeClient gone) {
    ClusterMap before = map;
    if (!askOthersOfShard(gone)) {
      refresh();
    }
    followMet();
    return map != before;
  }

  /**
   * Asks the others of a node's shard until one knows a later map.
   *
   * @return whether any could be asked
   */
  private boolean askOthersOfShard(NodeClient node) {
    ClusterMap before = map;
    List<NodeClient> all = nodes;
    int index = all.indexOf(node);
    boolean asked = false;
    for (int i = 0; i < all.size() && index >= 0 && map == before; i++) {
      boolean mayKnow = i != index && before.masterIndex(i) == before.masterIndex(index);
      asked |= mayKnow && ask(all.get(i));
    }
    return asked;
  }

  /**
   * Asks for a later map while no request is outstanding, and nobody is known to have one: those
   * nodes that are connected, or if none is, one after the other until one answers.
   *
   * @return whether there was one
   */
  boolean refresh() {
    ClusterMap before = map;
    boolean asked = false;
    for (NodeClient node : nodes) {
      asked |= node.isConnected() && ask(node);
    }
    for (int i = 0; i < nodes.size() && !asked; i++) {
      asked = ask(nodes.get(i));
    }
    followMet();
    return map != before;
  }

  /** Notes what a node told when it was connected to. */
  private void meet(ClusterMap told) {
    ClusterMap noted = met;
    met = noted == null ? told : afterMeeting(noted, told);
  }

  /**
   * What a map becomes by one that a node told when it was connected to. Another one of the same
   * epoch counts as later then: the node was started after the one that told the map of now, and
   * with another file.
   */
  private static ClusterMap afterMeeting(ClusterMap known, ClusterMap told) {
    boolean isOfAnotherFile = told.epoch() == known.epoch() && !told.isOfSameFile(known);
    return isOfAnotherFile ? told : known.mergedWith(told);
  }

  /**
   * Follows, while no request is outstanding, what nodes told when they were connected to.
   *
   * @return whether that is another map
   */
  boolean followMet() {
    ClusterMap told = met;
    met = null;
    return told != null && follow(afterMeeting(map, told));
  }

  /** Takes what the node knows that is later; the answer is whether it could be asked. */
  private boolean ask(NodeClient node) {
    try {
      ClusterMap told = readMap(node.client(), node.node().toString());
      if (told != null) {
        follow(map.mergedWith(told));
      }
      return told != null;
    } catch (TransportException e) {
      // Another one will know.
      node.broke(e);
      return false;
    }
  }

  /** Goes by a map; the answer is whether that is another one. */
  private boolean follow(ClusterMap next) {
    ClusterMap before = map;
    map = next;
    if (!next.isOfSameFile(before)) {
      // Other masters alone are the same nodes at the same places.
      List<NodeClient> former = nodes;
      nodes = nodesOf(next);
      former.stream().filter(node -> !nodes.contains(node)).forEach(NodeClient::close);
      if (closed) {
        close();
      }
    }
    return next != before;
  }

  @Override
  public void close() {
    closed = true;
    nodes.forEach(NodeClient::close);
  }
}
