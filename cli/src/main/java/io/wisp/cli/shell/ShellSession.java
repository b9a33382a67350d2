// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import io.wisp.transport.Client;
import io.wisp.transport.TransportException;
import io.wisp.transport.cluster.ClusterClient;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The connection of a shell, made anew after it broke. Belongs to one thread. */
final class ShellSession implements AutoCloseable {

  private final Supplier<Client> connector;
  private @Nullable Client client;

  /** Starts without a connection: the first use makes it. */
  ShellSession(Supplier<Client> connector) {
    this.connector = connector;
  }

  /**
   * The client, connected if it was not.
   *
   * @throws TransportException if it cannot be
   */
  Client client() {
    Client current = client;
    if (current == null) {
      current = connector.get();
      client = current;
    }
    return current;
  }

  /** Whether the client is of a whole cluster, and goes on when a node of it cannot be reached. */
  boolean outlivesNodes() {
    return client instanceof ClusterClient;
  }

  /** Forgets a connection that broke. */
  void drop() {
    Client broken = client;
    client = null;
    if (broken != null) {
      broken.close();
    }
  }

  @Override
  public void close() {
    drop();
  }
}
