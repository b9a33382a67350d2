// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.ring.handshake.ClientFabric;
import io.wisp.transport.ring.handshake.ControlLink;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;

/** Connects clients. */
public final class RingClients {

  private RingClients() {}

  /**
   * Connects to a server.
   *
   * @param channel for the control connection, not connected yet; it belongs to the client from now
   *     on, also if this fails
   * @param address where the server listens
   * @param endpoint the same, for people
   * @param fabric what carries the bytes, which belongs to the client likewise
   * @throws io.wisp.transport.TransportException if the server cannot be reached, does not answer
   *     in time, refuses, or what it offers does not work
   */
  public static Client connect(
      SocketChannel channel,
      SocketAddress address,
      Endpoint endpoint,
      ClientFabric fabric,
      ClientOptions options) {
    return connect(channel, address, endpoint, fabric, options, System::nanoTime);
  }

  /** Connects a client that counts time by a clock which only goes on, in nanoseconds. */
  public static Client connect(
      SocketChannel channel,
      SocketAddress address,
      Endpoint endpoint,
      ClientFabric fabric,
      ClientOptions options,
      LongSupplier nanoTime) {
    ControlLink control;
    try {
      control = new ControlLink(channel, address, endpoint, options.timeout().toNanos());
    } catch (RuntimeException | Error e) {
      fabric.close();
      throw e;
    }
    ClientConnection connection;
    try {
      connection = ClientConnection.open(control, fabric, endpoint, options, nanoTime);
    } catch (RuntimeException | Error e) {
      fabric.close();
      control.close();
      throw e;
    }
    return new RingClient(endpoint, options, connection, nanoTime);
  }
}
