// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.Endpoint;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.tcp.buffer.BufferBudget;
import io.wisp.transport.tcp.command.ClientState;
import io.wisp.transport.tcp.command.ConnectedSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** The clients of a server: which there are, and what they may use. Any thread uses it. */
final class Clients {

  private final ServerOptions options;
  private final TcpLimits limits;
  private final LongSupplier currentTimeMillis;
  private final BufferBudget budget;
  private final SecondHand secondHand;
  private final Map<Long, ClientState> listed = new ConcurrentSkipListMap<>();
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private final AtomicLong lastId = new AtomicLong();
  private volatile long most;

  /**
   * No clients yet.
   *
   * @param currentTimeMillis the store's clock
   * @param secondHand tells when they were active
   */
  Clients(
      ServerOptions options,
      TcpLimits limits,
      LongSupplier currentTimeMillis,
      SecondHand secondHand) {
    this.options = options;
    this.limits = limits;
    this.currentTimeMillis = currentTimeMillis;
    this.secondHand = secondHand;
    most = options.maxClients();
    budget = BufferBudget.shared(limits.bufferMemory());
  }

  ServerOptions options() {
    return options;
  }

  TcpLimits limits() {
    return limits;
  }

  SecondHand secondHand() {
    return secondHand;
  }

  /** How many there may be at a time. */
  long most() {
    return most;
  }

  /** Lets so many in from now on; those that are there stay. */
  void most(long clients) {
    most = clients;
  }

  /** What the buffers of all of them may take together. */
  BufferBudget budget() {
    return budget;
  }

  /** Admits one more if the limit lets it, and counts it either way. */
  boolean tryConnect() {
    if (connected.incrementAndGet() <= most) {
      accepted.incrementAndGet();
      return true;
    }
    connected.decrementAndGet();
    rejected.incrementAndGet();
    return false;
  }

  /** Counts one that was admitted and is gone. */
  void disconnected() {
    connected.decrementAndGet();
  }

  /** Counts one that was closed because of a limit. */
  void reject() {
    rejected.incrementAndGet();
  }

  /** The state of a client that has just connected. */
  ClientState newClient(SocketChannel channel) throws IOException {
    ConnectedSocket connection =
        new ConnectedSocket(
            shown(channel.getRemoteAddress()),
            shown(channel.getLocalAddress()),
            () -> shutDown(channel));
    boolean authenticated = options.password() == null;
    long now = currentTimeMillis.getAsLong();
    return new ClientState(
        lastId.incrementAndGet(), connection, now, secondHand.second(), authenticated);
  }

  private static String shown(SocketAddress address) {
    return address instanceof InetSocketAddress inet
        ? new Endpoint(inet.getAddress().getHostAddress(), inet.getPort()).toString()
        : String.valueOf(address);
  }

  /** The loop that serves it finds it at its end, or cannot write to it, and closes it. */
  private static void shutDown(SocketChannel channel) {
    try {
      channel.shutdownInput();
      channel.shutdownOutput();
    } catch (IOException e) {
      // It is closed.
    }
  }

  /** Shows a client in CLIENT LIST. */
  void list(ClientState client) {
    listed.put(client.id(), client);
  }

  /** Shows a client no longer, and counts it as gone. */
  void remove(ClientState client) {
    listed.remove(client.id());
    disconnected();
  }

  /** Those that CLIENT LIST shows, the oldest first. */
  Stream<ClientState> listed() {
    return listed.values().stream();
  }

  int connected() {
    return connected.get();
  }

  long accepted() {
    return accepted.get();
  }

  long rejected() {
    return rejected.get();
  }
}
