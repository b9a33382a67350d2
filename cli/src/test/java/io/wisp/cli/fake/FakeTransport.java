// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.fake;

import io.wisp.store.Store;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Log;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ServerStatistics;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Calls the store of a server of this process. */
public class FakeTransport implements Transport {

  public static final int PORT_OFFSET = 7;

  private static final Log LOG = Log.of(FakeTransport.class);

  private static final AtomicInteger NEXT_PORT = new AtomicInteger(50_000);
  private static final Map<Integer, FakeServer> SERVERS = new ConcurrentHashMap<>();

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  @Override
  public int portOffset() {
    return PORT_OFFSET;
  }

  @Override
  public Server serve(Store store, ServerOptions options) {
    int asked = options.endpoint().port();
    int port = asked == 0 ? NEXT_PORT.getAndAdd(10) : asked;
    FakeServer server =
        new FakeServer(
            new Endpoint(options.endpoint().host(), port), store, options, new AtomicBoolean(true));
    if (SERVERS.putIfAbsent(port, server) != null) {
      throw new TransportException("port " + port + " is taken by another server");
    }
    return server;
  }

  /** What the server was told that listens on a port. */
  public static ServerOptions optionsOfServerAt(int port) {
    return Objects.requireNonNull(SERVERS.get(port)).options();
  }

  @Override
  public Client connect(Endpoint endpoint, ClientOptions options) {
    return connect(endpoint, options, null);
  }

  static Client connect(Endpoint endpoint, ClientOptions options, @Nullable String device) {
    LOG.log(Level.INFO, "port 1 is up");
    FakeServer server = SERVERS.get(endpoint.port());
    if (server == null) {
      throw new TransportException("no server listens on " + endpoint);
    }
    if (!Objects.equals(server.options().password(), options.password())) {
      throw new TransportException("the server at " + endpoint + " wants another password");
    }
    return new FakeClient(server, options, device);
  }

  /** A store that can be reached until it is closed. */
  record FakeServer(Endpoint endpoint, Store store, ServerOptions options, AtomicBoolean open)
      implements Server {

    boolean isUp() {
      return open.get();
    }

    @Override
    public String description() {
      return "fake server at " + endpoint;
    }

    @Override
    public ServerStatistics statistics() {
      return new ServerStatistics(0, 0, 0, 0, 0);
    }

    @Override
    public void close() {
      open.set(false);
      SERVERS.remove(endpoint.port());
    }
  }
}
