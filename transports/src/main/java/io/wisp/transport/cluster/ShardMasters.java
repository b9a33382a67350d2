// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.MapLines;
import io.wisp.cluster.SlotMoves;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the masters of shards, by the maps that nodes tell. It belongs to one thread. */
final class ShardMasters {

  private final Endpoint server;
  private final @Nullable String password;
  private final Duration timeout;
  private @Nullable ClusterMap map;

  /** As {@link SlotMover} has them. */
  ShardMasters(Endpoint server, @Nullable String password, Duration timeout) {
    this.server = server;
    this.password = password;
    this.timeout = timeout;
  }

  /** By any node that answers, the one first that was named. */
  ClusterMap ask() throws IOException {
    ClusterMap before = map;
    IOException first;
    try (NodeWire wire = new NodeWire(server.toString(), server, password, timeout)) {
      return learn(wire, server.toString());
    } catch (IOException e) {
      first = e;
    }
    for (ClusterNode node : before == null ? List.<ClusterNode>of() : before.nodes()) {
      try (NodeWire wire = connect(node)) {
        return learn(wire, node.name());
      } catch (IOException e) {
        first.addSuppressed(e);
      }
    }
    throw first;
  }

  private NodeWire connect(ClusterNode node) throws IOException {
    return new NodeWire(node.name(), new Endpoint(node.host(), node.port()), password, timeout);
  }

  /**
   * What a node knows, and all that were asked before.
   *
   * @throws TransportException if they go by different files
   */
  ClusterMap learn(NodeWire wire, String name) throws IOException {
    ClusterMap told;
    try {
      told = MapLines.read(wire.text("INFO", "wisp_cluster"));
    } catch (IllegalArgumentException e) {
      throw new IOException(name + " tells of its cluster what is no map: " + e.getMessage(), e);
    }
    if (told == null) {
      throw new TransportException(name + " is no node of a cluster");
    }
    ClusterMap before = map;
    if (before != null && !before.isOfSameFile(told)) {
      throw new TransportException(name + " goes by another file of the cluster than others");
    }
    ClusterMap merged = before == null ? told : before.mergedWith(told);
    map = merged;
    return merged;
  }

  /** The only node of a shard that carries out steps is its master. */
  NodeWire of(String shard, ClusterMap known) throws IOException {
    IOException last = new IOException("there is none");
    for (ClusterNode node : known.shardOf(known.masterOf(shard))) {
      try {
        return asMaster(node);
      } catch (IOException e) {
        last = e;
      }
    }
    if (last instanceof NodeErrorException error && !error.isPassing()) {
      throw error;
    }
    throw new IOException("no node of shard " + shard + " serves: " + last.getMessage(), last);
  }

  private NodeWire asMaster(ClusterNode node) throws IOException {
    NodeWire wire = connect(node);
    try {
      var _ = state(wire);
      return wire;
    } catch (IOException | RuntimeException e) {
      wire.close();
      throw e;
    }
  }

  /** What the log of a master says of moves. */
  static SlotMoves state(NodeWire wire) throws IOException {
    try {
      return SlotMoves.parse(wire.text("MOVESLOTS", "STATE"));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
