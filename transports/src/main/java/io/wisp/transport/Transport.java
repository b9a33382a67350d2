// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.Store;
import java.util.Optional;

/**
 * A way for requests to travel, found with {@link java.util.ServiceLoader}. A transport has no
 * state of its own: any thread may use it, and each server and client that it makes stands alone.
 */
public interface Transport {

  /** The name by which commands and benchmarks ask for it, in lower case: {@code tcp}. */
  String name();

  /** Why this machine cannot run the transport, in one sentence, or empty if it can. */
  Optional<String> unavailable();

  /**
   * Does nothing where this machine can run the transport.
   *
   * @throws TransportException if it cannot; the message says why
   */
  default void requireAvailable() {
    unavailable()
        .ifPresent(
            reason -> {
              throw new TransportException("this machine cannot run " + name() + ": " + reason);
            });
  }

  /**
   * What is added to a server's port to get this transport's, so that one server can offer every
   * transport; {@code tcp} has 0.
   */
  int portOffset();

  /** Whether it serves with a {@link ServerOptions#writeLog}. */
  default boolean logsWrites() {
    return false;
  }

  /**
   * Serves a store until the server is closed. The store stays the caller's, who closes it after
   * the server.
   *
   * @throws TransportException if the endpoint cannot be listened on
   */
  Server serve(Store store, ServerOptions options);

  /**
   * Connects to a server.
   *
   * @throws TransportTimeoutException if the server does not answer in time
   * @throws TransportException if it cannot be reached, or refuses
   */
  Client connect(Endpoint endpoint, ClientOptions options);

  /**
   * Where it listens.
   *
   * @param server where the server is, by the port that it was given, which is tcp's
   * @throws IllegalArgumentException if the port leaves no room
   */
  default Endpoint endpoint(Endpoint server) {
    int port = server.port() + portOffset();
    if (port > 65_535) {
      throw new IllegalArgumentException(
          "port "
              + server.port()
              + " leaves no room for the transport "
              + name()
              + ", which listens "
              + portOffset()
              + " above it; 65535 is the last port");
    }
    return new Endpoint(server.host(), port);
  }
}
