// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.store.Store;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Log;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ServerStatistics;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.buffer.BufferBudget;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.ClientState;
import io.wisp.transport.tcp.command.ServerView;
import io.wisp.transport.tcp.session.SessionContext;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Serves a store to clients of Redis over TCP, with event loops over which connections spread. */
final class TcpServer implements Server {

  private static final int BACKLOG = 1024;
  private static final int SCRATCH_CAPACITY = 4 << 10;

  private final Store store;
  private final ServerOptions options;
  private final TcpLimits limits;
  private final BufferBudget budget;
  private final ServerSocketChannel listening;
  private final Endpoint endpoint;
  private final ServerView view;
  private final List<EventLoop> loops = new ArrayList<>();
  private final Map<Long, ClientState> clients = new ConcurrentHashMap<>();
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicLong lastClientId = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();

  TcpServer(Store store, ServerOptions options, TcpLimits limits) {
    this.store = store;
    this.options = options;
    this.limits = limits;
    budget = BufferBudget.shared(limits.bufferMemory());
    Log.prepare();
    listening = listen(options.endpoint());
    try {
      InetSocketAddress address = (InetSocketAddress) listening.getLocalAddress();
      endpoint = new Endpoint(options.endpoint().host(), address.getPort());
      view = new ServerInformation(this, store);
      for (int i = 0; i < options.threads(); i++) {
        loops.add(new EventLoop(this, i));
      }
      loops.getFirst().listen(listening);
    } catch (IOException e) {
      loops.forEach(EventLoop::discard);
      EventLoop.closeQuietly(listening);
      throw new TransportException("the TCP server cannot start: " + e.getMessage(), e);
    }
    loops.forEach(EventLoop::start);
  }

  private static ServerSocketChannel listen(Endpoint endpoint) {
    InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
    if (address.isUnresolved()) {
      throw new TransportException("cannot listen on " + endpoint + ": no such host");
    }
    ServerSocketChannel channel = null;
    try {
      channel = ServerSocketChannel.open();
      channel.configureBlocking(false);
      channel.bind(address, BACKLOG);
      return channel;
    } catch (IOException e) {
      if (channel != null) {
        EventLoop.closeQuietly(channel);
      }
      throw new TransportException("cannot listen on " + endpoint + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public String description() {
    return "tcp at "
        + endpoint
        + ", "
        + (options.threads() == 1 ? "1 thread" : options.threads() + " threads")
        + (options.busyPoll() ? ", busy polling" : "");
  }

  @Override
  public ServerStatistics statistics() {
    long requests = 0;
    long malformed = 0;
    for (EventLoop loop : loops) {
      requests += loop.counters().executed();
      malformed += loop.counters().malformed();
    }
    return new ServerStatistics(
        connected.get(), accepted.get(), rejected.get(), requests, malformed);
  }

  /** Bytes that the buffers of all connections take now. */
  long bufferedBytes() {
    return budget.used();
  }

  ServerOptions options() {
    return options;
  }

  TcpLimits limits() {
    return limits;
  }

  /** Connections at this moment. */
  int connected() {
    return connected.get();
  }

  BufferBudget budget() {
    return budget;
  }

  EventLoop loop(int index) {
    return loops.get(Math.floorMod(index, loops.size()));
  }

  Map<Long, ClientState> clients() {
    return clients;
  }

  /** What the sessions of the calling thread share. */
  SessionContext newContext(BufferPool buffers, RequestCounters counters) {
    NativeBuffer scratch = new NativeBuffer(SCRATCH_CAPACITY, Arena::ofConfined, budget);
    return new SessionContext(store, view, scratch, buffers, counters);
  }

  /** Admits one more connection if the limit lets it, and counts it either way. */
  boolean tryConnect() {
    if (connected.incrementAndGet() <= options.maxClients()) {
      accepted.incrementAndGet();
      return true;
    }
    connected.decrementAndGet();
    rejected.incrementAndGet();
    return false;
  }

  void disconnected() {
    connected.decrementAndGet();
  }

  /** Counts a connection that was closed because of a limit. */
  void rejected() {
    rejected.incrementAndGet();
  }

  ClientState newClient(SocketChannel channel) throws IOException {
    SocketAddress address = channel.getRemoteAddress();
    String shown =
        address instanceof InetSocketAddress inet
            ? new Endpoint(inet.getAddress().getHostAddress(), inet.getPort()).toString()
            : String.valueOf(address);
    return new ClientState(
        lastClientId.incrementAndGet(), shown, store.currentTimeMillis(), view.password() == null);
  }

  /** Stops because the calling thread failed. */
  void fail(Throwable cause) {
    options.threadLost(cause);
    stop();
  }

  private void stop() {
    EventLoop.closeQuietly(listening);
    loops.forEach(EventLoop::stop);
  }

  @Override
  public void close() {
    stop();
    loops.forEach(EventLoop::join);
    // The loop that accepts may have handed connections to one that had ended already.
    loops.forEach(EventLoop::closeHandedOver);
  }
}
