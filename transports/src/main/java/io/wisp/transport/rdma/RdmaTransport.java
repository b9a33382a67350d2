// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.Store;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Closing;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.client.RingClient;
import io.wisp.transport.ring.server.RingServer;
import io.wisp.transport.ring.server.ServerLimits;
import io.wisp.verbs.Verbs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * RDMA by libibverbs. The endpoint is where the control connection goes, by TCP; requests go
 * between the devices, whose addresses the two sides tell each other there. A server that listens
 * at all addresses serves each client by the device that has the address which it came to.
 *
 * <p>Clients read the table themselves if the store is a {@link io.wisp.store.cuckoo.CuckooStore},
 * all of whose memory is then locked, for each device that clients go through; else they ask for
 * everything. So they do where a server with a log may not lock it: they are used to asking.
 */
public final class RdmaTransport implements Transport {

  @Override
  public String name() {
    return "rdma";
  }

  @Override
  public Optional<String> unavailable() {
    return Verbs.availability();
  }

  @Override
  public int portOffset() {
    return 2;
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
    DeviceChoice choice = DeviceChoice.parse(options.device());
    AckTimeout ackTimeout = AckTimeout.of(options.ackTimeout());
    InetSocketAddress address = resolve(options.endpoint(), "cannot listen on ");
    ServerSocketChannel listener = listen(options.endpoint(), address);
    Endpoint endpoint = new Endpoint(options.endpoint().host(), listener.socket().getLocalPort());
    RdmaServerFabric fabric;
    try {
      fabric =
          new RdmaServerFabric(
              ServerRails.open(
                  choice, address.getAddress(), options.readTable(store), !options.leasesTable()),
              options.maxClients(),
              ackTimeout);
    } catch (RuntimeException | Error e) {
      Closing.quietly(listener);
      throw e;
    }
    return new RingServer(this, store, options, limits, listener, endpoint, fabric);
  }

  private static ServerSocketChannel listen(Endpoint endpoint, InetSocketAddress address) {
    ServerSocketChannel listener = null;
    try {
      listener = ServerSocketChannel.open();
      return listener.bind(address, ServerOptions.BACKLOG);
    } catch (IOException e) {
      Closing.quietly(listener);
      throw new TransportException("cannot listen on " + endpoint + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Client connect(Endpoint endpoint, ClientOptions options) {
    requireAvailable();
    RdmaClientFabric fabric = new RdmaClientFabric(options);
    InetSocketAddress address = resolve(endpoint, "cannot connect to ");
    try {
      return RingClient.connect(
          SocketChannel.open(), address, endpoint, fabric, options, System::nanoTime);
    } catch (IOException e) {
      throw new TransportException("cannot connect to " + endpoint + ": " + e.getMessage(), e);
    }
  }

  private static InetSocketAddress resolve(Endpoint endpoint, String what) {
    InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
    if (address.isUnresolved()) {
      throw new TransportException(what + endpoint + ": its host has no address");
    }
    return address;
  }
}
