// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Waiting;
import io.wisp.transport.ring.handshake.ServerOffer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Both sides of a connection in one thread, without a control connection. */
final class RdmaPair implements AutoCloseable {

  static final int RING = 16 << 10;

  /** An address that no device has. */
  static final InetSocketAddress NOWHERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Store store = new HeapStore();
  private final RdmaServerFabric serverFabric;
  final RdmaPort serverPort;
  final RdmaClientFabric clientFabric;
  final RdmaMemory server;
  final RdmaMemory client;

  RdmaPair() {
    this(ServerOptions.defaults(), ClientOptions.defaults());
  }

  RdmaPair(ServerOptions serverOptions, ClientOptions clientOptions) {
    serverFabric =
        new RdmaServerFabric(
            ServerRails.open(DeviceChoice.ANY, NOWHERE.getAddress(), store, true),
            8,
            AckTimeout.of(serverOptions.ackTimeout()));
    serverPort = (RdmaPort) serverFabric.openPort(Waiting.SLEEP);
    clientFabric = new RdmaClientFabric(clientOptions);
    Ends ends = connect(clientFabric, 5);
    server = ends.server();
    client = ends.client();
  }

  /** The two sides of a connection. */
  record Ends(RdmaMemory server, RdmaMemory client) {}

  /** Makes one more connection to the server's port. */
  Ends connect(RdmaClientFabric fabric, int number) {
    ServerOffer offer = serverFabric.offer(serverPort, RING, NOWHERE);
    ByteBuffer answer = ByteBuffer.allocate(4_096).order(ByteOrder.LITTLE_ENDIAN);
    RdmaMemory near = (RdmaMemory) fabric.connect(offer.encoded(), RING, answer);
    RdmaMemory far = (RdmaMemory) offer.accept(number, answer.flip());
    serverPort.attach(far);
    return new Ends(far, near);
  }

  RdmaPort clientPort() {
    return (RdmaPort) clientFabric.port();
  }

  /** Has both sides take in what arrives until something is so. */
  void awaitThat(BooleanSupplier condition) {
    await(
        () -> {
          boolean ignored = serverPort.poll();
          ignored = clientPort().poll();
          return condition.getAsBoolean();
        });
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("it did not happen");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    client.close();
    server.close();
    clientFabric.close();
    serverPort.close();
    serverFabric.close();
    store.close();
  }
}
