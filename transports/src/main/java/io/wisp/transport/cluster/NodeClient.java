// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import io.wisp.cluster.ClusterNode;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one node, made when it is first used and again after it broke. It belongs to
 * the thread that uses the cluster's client; only {@link #close} may come from another.
 */
final class NodeClient implements AutoCloseable {

  private final ClusterNode node;
  private final Transport transport;
  private final ClientOptions options;

  private volatile @Nullable Client client;
  private volatile boolean closed;
  private boolean broken;

  /** Requests that were submitted and not completed. */
  private int pending;

  /** Without a connection yet. */
  NodeClient(ClusterNode node, Transport transport, ClientOptions options) {
    this.node = node;
    this.transport = transport;
    this.options = options;
  }

  ClusterNode node() {
    return node;
  }

  /** Whether a connection is there that is not known to be broken. */
  boolean isConnected() {
    return client != null && !broken && !closed;
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
    if (existing != null && !(broken && pending == 0)) {
      return existing;
    }
    drop();
    try {
      Endpoint server = new Endpoint(node.host(), node.port());
      existing = transport.connect(transport.endpoint(server), options);
    } catch (TransportException | IllegalArgumentException e) {
      throw new TransportException("node " + node + " cannot be reached: " + e.getMessage(), e);
    }
    client = existing;
    if (closed) {
      existing.close();
    }
    return existing;
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
    return new TransportException("node " + node + ": " + why.getMessage(), why);
  }

  private void drop() {
    Client old = client;
    client = null;
    broken = false;
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
