// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.MapLines;
import io.wisp.store.Status;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The map of a cluster as its nodes tell it, and the connection to each of them. Nodes need not
 * agree: each knows the masters of its own shard first, and so the map is what all that were asked
 * know together. Used as {@link NodeClient} is.
 */
final class NodeClients implements AutoCloseable {

  /** For so long nobody is asked about a shard of which nobody knew more. */
  private static final long QUIET_NANOS = 100_000_000;

  private final Transport transport;
  private final ClientOptions options;
  private ClusterMap map;

  /** What nodes told when they were connected to, until it is followed. */
  private @Nullable ClusterMap met;

  /** Until when that is, by the names of shards and {@link System#nanoTime}. */
  private final Map<String, Long> quietUntil = new HashMap<>();

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
   * Asks for a later master of a shard, or a later file, while no request is outstanding: the node
   * that has answered that a key is elsewhere, for that is so by its map. If it is gone or silent,
   * or knows of none that is later, because it goes by an older map or was cut off from its shard,
   * others are asked as by {@link #refreshWithout}.
   *
   * @param said what it has answered: one that names another node knows of one, and is asked
   *     however lately nobody knew
   * @return whether there was one
   */
  boolean refreshFrom(NodeClient node, Status said) {
    return refreshShardOf(node, said);
  }

  /**
   * Asks likewise because a node cannot be reached or knows of none: those that may have taken its
   * place, and as {@link #refresh} does if there are none of these, or they are gone too. Where
   * nobody knew of one, nobody is asked again within {@link #QUIET_NANOS}: members of a shard that
   * has no master have an election to hold, and their clients call again and again.
   *
   * @return whether there was one
   */
  boolean refreshWithout(NodeClient gone) {
    return refreshShardOf(gone, null);
  }

  /** Null is said by one that cannot be reached. */
  private boolean refreshShardOf(NodeClient node, @Nullable Status said) {
    int index = nodes.indexOf(node);
    if (index < 0) {
      return refresh();
    }
    ClusterMap before = map;
    followMet();
    String shard = before.nodes().get(index).shard();
    if (knowsMore(before, shard)) {
      return true;
    }
    if (!isQuiet(shard)) {
      askAbout(before, shard, node, said != null);
      followMet();
      quietUntil.put(shard, System.nanoTime() + (knowsMore(before, shard) ? 0 : QUIET_NANOS));
    } else if (said == Status.MOVED) {
      ask(node);
      followMet();
    }
    return knowsMore(before, shard);
  }

  private boolean isQuiet(String shard) {
    Long until = quietUntil.get(shard);
    return until != null && System.nanoTime() - until < 0;
  }

  /**
   * Whether the map is of a later file than one before, has a later master of a shard, or knows of
   * later moves of slots.
   */
  private boolean knowsMore(ClusterMap before, String shard) {
    return map != before
        && (!map.isOfSameFile(before)
            || map.epochOf(shard) > before.epochOf(shard)
            || map.moves() > before.moves());
  }

  /** Asks those who may know of a node's shard, until one knows more of it. */
  private void askAbout(ClusterMap before, String shard, NodeClient node, boolean itselfToo) {
    long end = endOfRound();
    List<NodeClient> others =
        nodes.stream().filter(each -> each != node && each.node().shard().equals(shard)).toList();
    if (itselfToo) {
      ask(node);
    }
    boolean asked = false;
    for (NodeClient other : likelyFirst(others)) {
      asked |= !knowsMore(before, shard) && mayAsk(other, end) && ask(other);
    }
    if (!asked && !knowsMore(before, shard)) {
      askAll(end);
    }
  }

  /**
   * Asks for a later map while no request is outstanding, and nobody is known to have one: those
   * nodes that are connected, or if none is, one after the other until one answers.
   *
   * @return whether there was one
   */
  boolean refresh() {
    ClusterMap before = map;
    askAll(endOfRound());
    followMet();
    return map != before;
  }

  private void askAll(long end) {
    boolean asked = false;
    for (NodeClient node : likelyFirst(nodes)) {
      boolean isWanted = node.isConnected() || !asked;
      asked |= isWanted && mayAsk(node, end) && ask(node);
    }
  }

  /**
   * Until when another node is asked. Who waits in vain waits for a whole timeout, so no more than
   * one does so in a round: the call for which nodes are asked takes no longer than that.
   */
  private long endOfRound() {
    return System.nanoTime() + options.timeout().toNanos() / 2;
  }

  private static boolean mayAsk(NodeClient node, long end) {
    boolean isInTime = System.nanoTime() - end < 0;
    return isInTime && (node.isConnected() || !node.hasJustFailed());
  }

  /** Those that are connected, then the others, who failed the longest ago first: by turns. */
  private static List<NodeClient> likelyFirst(List<NodeClient> some) {
    long now = System.nanoTime();
    List<NodeClient> connected = new ArrayList<>();
    List<NodeClient> others = new ArrayList<>();
    for (NodeClient node : some) {
      (node.isConnected() ? connected : others).add(node);
    }
    others.sort(Comparator.comparingLong(node -> node.failedAt() - now));
    connected.addAll(others);
    return connected;
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
      node.failed();
      return false;
    }
  }

  /** Goes by a map; the answer is whether that is another one. */
  private boolean follow(ClusterMap next) {
    ClusterMap before = map;
    map = next;
    if (next != before && !haveSameNodes(next, before)) {
      List<NodeClient> former = nodes;
      nodes = nodesOf(next);
      former.stream().filter(node -> !nodes.contains(node)).forEach(NodeClient::close);
      if (closed) {
        close();
      }
    }
    return next != before;
  }

  /** Other masters alone are the same nodes at the same places. */
  private static boolean haveSameNodes(ClusterMap one, ClusterMap other) {
    boolean same = one.nodes().size() == other.nodes().size();
    for (int i = 0; same && i < one.nodes().size(); i++) {
      ClusterNode node = one.nodes().get(i);
      ClusterNode before = other.nodes().get(i);
      same =
          node.name().equals(before.name())
              && node.port() == before.port()
              && node.host().equals(before.host());
    }
    return same;
  }

  @Override
  public void close() {
    closed = true;
    nodes.forEach(NodeClient::close);
  }
}
