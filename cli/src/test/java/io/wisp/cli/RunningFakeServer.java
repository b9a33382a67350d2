// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import io.wisp.cli.fake.FakeTransport;
import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;

/** A store served over the fake transport. */
record RunningFakeServer(Store store, Server server) implements AutoCloseable {

  RunningFakeServer() {
    this(new HeapStore());
  }

  RunningFakeServer(Store store) {
    this(store, new FakeTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0))));
  }

  Endpoint endpoint() {
    return server.endpoint();
  }

  /** As a user names it: by the port that the server was given. */
  String host() {
    return "127.0.0.1:" + (server.endpoint().port() - FakeTransport.PORT_OFFSET);
  }

  /** The command line that measures it. */
  String[] perf(String options) {
    return ("-p " + host() + " --transport fake " + options).split(" ");
  }

  @Override
  public void close() {
    server.close();
    store.close();
  }
}
