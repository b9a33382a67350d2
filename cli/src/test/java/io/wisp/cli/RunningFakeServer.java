// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import io.wisp.cli.fake.FakeTransport;
import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;

/** A store served over the fake transport. */
final class RunningFakeServer implements AutoCloseable {

  private final Store store;
  private final Server server;

  RunningFakeServer() {
    this(new HeapStore());
  }

  RunningFakeServer(Store store) {
    this.store = store;
    this.server = new FakeTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)));
  }

  Store store() {
    return store;
  }

  Endpoint endpoint() {
    return server.endpoint();
  }

  /** As a user names it: by the port that the server was given. */
  String host() {
    return "127.0.0.1:" + (server.endpoint().port() - FakeTransport.PORT_OFFSET);
  }

  @Override
  public void close() {
    server.close();
    store.close();
  }
}
