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
 * The map of a cluster as its nodes tell it, and the connection to each of them. Used as {@link
 * NodeClient} is.
 */
final class NodeClients implements AutoCloseable {

  private final Transport transport;
  private final ClientOptions options;
  private ClusterMap map;

  /** What a node told when it was connected to, if it is to be followed. */
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
    return mapIn(client.information(), server);
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
   * elsewhere, for that is so by its map; and all as {@link #refresh} does if it is gone or silent,
   * or knows of none that is later: it may go by an older one.
   *
   * @return whether there was one
   */
  boolean refreshFrom(NodeClient node) {
    ClusterMap before = map;
    if (!nodes.contains(node) || !ask(node) || (map == before && met == null)) {
      refresh();
    }
    followMet();
    return map != before;
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

  /**
   * Notes a later map. One of the same epoch counts as later, too, when a connection is new: the
   * node was started after the one that told the map of now, and with another file.
   */
  private void meet(ClusterMap told) {
    if (told.epoch() >= map.epoch() && !told.digest().equals(map.digest())) {
      met = told;
    }
  }

  /**
   * Follows, while no request is outstanding, what a node told when it was connected to.
   *
   * @return whether that is another map
   */
  boolean followMet() {
    ClusterMap told = met;
    met = null;
    boolean isLater = told != null && told.epoch() >= map.epoch();
    if (told != null && isLater) {
      follow(told);
    }
    return isLater;
  }

  /** Takes the node's map if it is later; the answer is whether it could be asked. */
  private boolean ask(NodeClient node) {
    try {
      ClusterMap told = readMap(node.client(), node.node().toString());
      if (told != null && told.epoch() > map.epoch()) {
        follow(told);
      }
      return told != null;
    } catch (TransportException e) {
      // Another one will know.
      node.broke(e);
      return false;
    }
  }

  private void follow(ClusterMap later) {
    List<NodeClient> before = nodes;
    map = later;
    nodes = nodesOf(later);
    before.stream().filter(node -> !nodes.contains(node)).forEach(NodeClient::close);
    if (closed) {
      close();
    }
  }

  @Override
  public void close() {
    closed = true;
    nodes.forEach(NodeClient::close);
  }
}
