// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ring.RingLimits;
import io.wisp.transport.ring.handshake.ClientFabric;
import io.wisp.transport.ring.server.ServerLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A server in this process over a table that its clients read. */
final class OneSidedServer implements AutoCloseable {

  private final CuckooStore store;
  private final Server server;

  OneSidedServer(long capacity, Duration stall, UnaryOperator<ServerOptions> options) {
    this(CuckooStore.Options.ofCapacity(capacity), stall, options);
  }

  OneSidedServer(CuckooStore.Options table, Duration stall, UnaryOperator<ServerOptions> options) {
    store = openTable(table);
    ServerLimits limits =
        new ServerLimits(RingLimits.defaults(), 256L << 20, Duration.ofSeconds(10), stall);
    ServerOptions chosen = options.apply(ServerOptions.at(new Endpoint("127.0.0.1", 0)));
    server = new ShmTransport().serve(store, chosen, limits);
  }

  static CuckooStore openTable(CuckooStore.Options options) {
    try {
      return SharedTable.open(options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static OneSidedServer open(UnaryOperator<ServerOptions> options) {
    return new OneSidedServer(32L << 20, Duration.ofSeconds(30), options);
  }

  /** A server of a table with options. */
  static OneSidedServer of(CuckooStore.Options table) {
    return new OneSidedServer(table, Duration.ofSeconds(30), UnaryOperator.identity());
  }

  CuckooStore store() {
    return store;
  }

  Server server() {
    return server;
  }

  Client connect(ClientOptions options) {
    return new ShmTransport().connect(server.endpoint(), options);
  }

  Client connect(ClientOptions options, UnaryOperator<ClientFabric> fabric, LongSupplier nanoTime) {
    return new ShmTransport().connect(server.endpoint(), options, fabric, nanoTime);
  }

  List<String> files() {
    return files(server.endpoint().port());
  }

  /** Where the folder of a server of this user is. */
  static Path folder(int port) {
    try {
      return UserFolder.make().resolve(Integer.toString(port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of the files in the folder of a server. */
  static List<String> files(int port) {
    try (Stream<Path> files = Files.list(folder(port))) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  @Override
  public void close() {
    server.close();
    store.close();
  }
}
