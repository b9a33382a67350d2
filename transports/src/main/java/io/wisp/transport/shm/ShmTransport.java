// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.client.RingClient;
import io.wisp.transport.ring.handshake.ClientFabric;
import io.wisp.transport.ring.server.RingServer;
import io.wisp.transport.ring.server.ServerLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * Shared memory, between processes of one user on one machine. The port of an endpoint is the name
 * of the server's folder, and no port of the network; the host must be this machine.
 *
 * <p>Clients read the table themselves if the store is a {@link CuckooStore} in a shared file, such
 * as {@link SharedTable} opens; else they ask for everything.
 */
public final class ShmTransport implements Transport {

  @Override
  public String name() {
    return "shm";
  }

  @Override
  public Optional<String> unavailable() {
    return Futex.unavailable().or(UserFolder::unavailable);
  }

  @Override
  public int portOffset() {
    return 3;
  }

  @Override
  public boolean logsWrites() {
    return true;
  }

  @Override
  public Server serve(Store store, ServerOptions options) {
    return serve(store, options, ServerLimits.defaults());
  }

  Server serve(Store store, ServerOptions options, ServerLimits limits) {
    requireAvailable();
    ServerFolder folder = ServerFolder.take(options.endpoint());
    ShmServerFabric fabric;
    Endpoint endpoint = new Endpoint(options.endpoint().host(), folder.port());
    ServerSocketChannel listener;
    try {
      fabric = new ShmServerFabric(folder, options.readTable(store));
      listener = listen(folder.files().control());
    } catch (IOException e) {
      folder.close();
      throw new TransportException("cannot listen on " + endpoint + ": " + Reason.of(e), e);
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
    return new RingServer(this, store, options, limits, listener, endpoint, fabric);
  }

  private static ServerSocketChannel listen(Path path) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      return listener.bind(UnixDomainSocketAddress.of(path), ServerOptions.BACKLOG);
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  @Override
  public Client connect(Endpoint endpoint, ClientOptions options) {
    return connect(endpoint, options, UnaryOperator.identity(), System::nanoTime);
  }

  /** Connects a client of which tests see the fabric and set the clock. */
  Client connect(
      Endpoint endpoint,
      ClientOptions options,
      UnaryOperator<ClientFabric> fabric,
      LongSupplier nanoTime) {
    requireAvailable();
    requireThisMachine(endpoint);
    ServerFiles files = ServerFolder.find(endpoint);
    try {
      return RingClient.connect(
          SocketChannel.open(StandardProtocolFamily.UNIX),
          UnixDomainSocketAddress.of(files.control()),
          endpoint,
          fabric.apply(new ShmClientFabric(files)),
          options,
          nanoTime);
    } catch (IOException e) {
      throw new TransportException("cannot connect to " + endpoint + ": " + Reason.of(e), e);
    }
  }

  private static void requireThisMachine(Endpoint endpoint) {
    try {
      InetAddress address = InetAddress.getByName(endpoint.host());
      boolean here =
          address.isLoopbackAddress()
              || address.isAnyLocalAddress()
              || NetworkInterface.getByInetAddress(address) != null;
      if (!here) {
        throw new TransportException(
            "cannot connect to " + endpoint + ": shm reaches servers of this machine alone");
      }
    } catch (UnknownHostException e) {
      throw new TransportException(
          "cannot connect to " + endpoint + ": its host has no address", e);
    } catch (IOException e) {
      throw new TransportException("cannot connect to " + endpoint + ": " + Reason.of(e), e);
    }
  }
}
