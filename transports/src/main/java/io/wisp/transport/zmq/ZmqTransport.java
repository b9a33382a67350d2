// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.store.Store;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * ZeroMQ, by JeroMQ: what a messaging library costs. Any ZeroMQ client of any language can talk to
 * the server; {@code PROTOCOL.md} of the core says how.
 *
 * <p>The server executes requests in one thread and moves bytes in another, whatever {@link
 * ServerOptions#threads} says: see the package's documentation.
 */
public final class ZmqTransport implements Transport {

  @Override
  public String name() {
    return "zmq";
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public int portOffset() {
    return 1;
  }

  @Override
  public Server serve(Store store, ServerOptions options) {
    return serve(store, options, ZmqLimits.defaults());
  }

  ZmqServer serve(Store store, ServerOptions options, ZmqLimits limits) {
    options.requireNoWriteLog(this);
    return new ZmqServer(this, store, options, limits);
  }

  @Override
  public Client connect(Endpoint endpoint, ClientOptions options) {
    return connect(endpoint, options, System::nanoTime);
  }

  /** Connects a client of which tests set the clock. */
  Client connect(Endpoint endpoint, ClientOptions options, LongSupplier nanoTime) {
    return new ZmqClient(endpoint, options, nanoTime);
  }
}
