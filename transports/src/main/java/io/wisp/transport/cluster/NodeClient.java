// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.MapLines;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one node, made when it is first used and again after it broke. It belongs to
 * the thread that uses the cluster's client; only {@link #close} may come from another.
 */
final class NodeClient implements AutoCloseable {

  /** For so long a node that failed is not asked for the map if others are there. */
  private static final long RESPITE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ClusterNode node;
  private final Transport transport;
  private final ClientOptions options;

  /** Takes the map that the node tells when it is connected to. */
  private final Consumer<ClusterMap> met;

  private volatile @Nullable Client client;
  private volatile boolean closed;
  private boolean broken;

  /** Its last answer was that it serves no slot. */
  private boolean refused;

  /** When it last could not be reached or told no map, by {@link System#nanoTime}. */
  private long failedAt = System.nanoTime() - RESPITE_NANOS;

  /** Requests that were submitted and not completed. */
  private int pending;

  /** Without a connection yet. */
  NodeClient(
      ClusterNode node, Transport transport, ClientOptions options, Consumer<ClusterMap> met) {
    this.node = node;
    this.transport = transport;
    this.options = options;
    this.met = met;
  }

  ClusterNode node() {
    return node;
  }

  /** Whether a connection is there that is not known to be broken. */
  boolean isConnected() {
    return client != null && !broken && !closed;
  }

  /** Notes that it could not be reached, or told no map. */
  void failed() {
    failedAt = System.nanoTime();
  }

  /** When that was last, by {@link System#nanoTime}; long ago if it never was. */
  long failedAt() {
    return failedAt;
  }

  /** Whether it was so lately that to ask again would tell the same. */
  boolean hasJustFailed() {
    return System.nanoTime() - failedAt < RESPITE_NANOS;
  }

  int pending() {
    return pending;
  }

  /**
   * The client of the node, connected if it was not.
   *
   * @throws TransportException if it cannot be; the message names the node
   */
  Client client() {
    Client existing = client;
    if (existing != null && refused && pending == 0) {
      broken |= hasEnded(existing);
    }
    if (existing != null && !(broken && pending == 0)) {
      return existing;
    }
    drop();
    try {
      Endpoint server = new Endpoint(node.host(), node.port());
      Client connected = transport.connect(transport.endpoint(server), options);
      client = connected;
      if (closed) {
        connected.close();
      }
      meet(connected);
      return connected;
    } catch (TransportException | IllegalArgumentException e) {
      drop();
      failed();
      throw new TransportException("node " + node + " cannot be reached: " + e.getMessage(), e);
    }
  }

  private static boolean hasEnded(Client connected) {
    try {
      var _ = connected.isReplyReady();
      return false;
    } catch (TransportException e) {
      return true;
    }
  }

  /**
   * Notes whether its last answer was that it serves no slot. Behind some of these, of writes that
   * did not happen, a server ends the connection; so the next use looks at that before it sends.
   */
  void refused(boolean isRefusal) {
    refused = isRefusal;
  }

  /**
   * Sees to it that the node is there and not another, which has other keys: shared memory, for
   * one, is found by a port whatever the host is.
   */
  private void meet(Client connected) {
    String information = connected.clusterInformation();
    ClusterMap told = MapLines.read(information);
    if (told == null) {
      throw new TransportException("a server is there that is in no cluster");
    }
    met.accept(told);
    String name = MapLines.nameIn(information);
    if (!name.equals(node.name())) {
      throw new TransportException("node " + name + " is there");
    }
  }

  /** Says that a request was submitted, or that one was completed. */
  void addPending(int change) {
    pending += change;
  }

  /** Uses the client. What fails names the node, and the next use connects anew. */
  <T> T use(Function<Client, T> what) {
    Client current = client();
    try {
      return what.apply(current);
    } catch (TransportException e) {
      throw broke(e);
    }
  }

  /** Sends what was submitted. */
  void flush() {
    use(
        client -> {
          client.flush();
          return client;
        });
  }

  /** Notes that the connection broke: the next use makes another, once nothing waits for this. */
  TransportException broke(TransportException why) {
    broken = true;
    String message = "node " + node + ": " + why.getMessage();
    if (why instanceof TransportTimeoutException) {
      TransportTimeoutException late = new TransportTimeoutException(message);
      late.initCause(why);
      return late;
    }
    return new TransportException(message, why);
  }

  private void drop() {
    Client old = client;
    client = null;
    broken = false;
    refused = false;
    if (old != null) {
      old.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    Client open = client;
    if (open != null) {
      open.close();
    }
  }
}
