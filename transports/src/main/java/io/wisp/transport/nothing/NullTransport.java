// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.nothing;

import io.wisp.store.Store;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ServerStatistics;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import java.util.Optional;

/**
 * Sends nothing anywhere. What a harness measures with it is the harness: making keys and values,
 * taking times, recording them, and the copy of each value into and out of a client. Its servers
 * listen nowhere and leave the store alone; its clients connect to any endpoint.
 */
public final class NullTransport implements Transport {

  @Override
  public String name() {
    return "null";
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  /** Far from the others, although nothing listens there. */
  @Override
  public int portOffset() {
    return 99;
  }

  @Override
  public Server serve(Store store, ServerOptions options) {
    options.requireNoWriteLog(this);
    if (options.member() != null) {
      throw new TransportException(
          "null answers for every key, and so cannot be a node of a cluster");
    }
    return new NullServer(options.endpoint());
  }

  @Override
  public Client connect(Endpoint endpoint, ClientOptions options) {
    return new NullClient(options);
  }

  private record NullServer(Endpoint endpoint) implements Server {

    @Override
    public String description() {
      return "null (inside the process, serves nobody)";
    }

    @Override
    public ServerStatistics statistics() {
      return new ServerStatistics(0, 0, 0, 0, 0);
    }

    @Override
    public void close() {}
  }
}
