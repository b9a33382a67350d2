// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.store.Store;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.tcp.client.TcpClient;
import java.util.Optional;

/**
 * RESP, the protocol of Redis, over TCP. The client talks to Redis and its relatives as well, and
 * the server answers their clients.
 */
public final class TcpTransport implements Transport {

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public int portOffset() {
    return 0;
  }

  @Override
  public boolean logsWrites() {
    return true;
  }

  @Override
  public Server serve(Store store, ServerOptions options) {
    return new TcpServer(store, options, TcpLimits.defaults());
  }

  @Override
  public Client connect(Endpoint endpoint, ClientOptions options) {
    return TcpClient.connect(endpoint, options);
  }
}
