// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.store.Store;
import io.wisp.transport.Closing;
import io.wisp.transport.CommitToken;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Log;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ServerStatistics;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.command.ServerView;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Serves a store to clients of Redis over TCP, with event loops over which connections spread. */
final class TcpServer implements Server {

  private final ServerOptions options;
  private final SecondHand secondHand;
  private final Clients clients;
  private final ServerSocketChannel listening;
  private final Endpoint endpoint;
  private final List<EventLoop> loops = new ArrayList<>();

  TcpServer(Store store, ServerOptions options, TcpLimits limits) {
    this.options = options;
    TrafficRates rates = new TrafficRates(this::totals);
    secondHand = new SecondHand(rates);
    clients = new Clients(options, limits, store::currentTimeMillis, secondHand);
    Log.prepare();
    // Loads what it takes to close a client, which takes descriptors, too.
    Closing.quietly(null);
    listening = listen(options.endpoint());
    try {
      InetSocketAddress address = (InetSocketAddress) listening.getLocalAddress();
      endpoint = new Endpoint(options.endpoint().host(), address.getPort());
      ServerView view = new TcpServerView(this, clients, store, rates);
      CommitToken token = options.commitToken(store);
      for (int i = 0; i < options.threads(); i++) {
        loops.add(new EventLoop(i, store, view, clients, token, this::fail));
      }
      loops.getFirst().listen(listening, key -> new Acceptor(listening, key, clients, loops));
    } catch (IOException e) {
      loops.forEach(EventLoop::end);
      Closing.quietly(listening);
      throw new TransportException("the TCP server cannot start: " + e.getMessage(), e);
    }
    loops.forEach(EventLoop::start);
    secondHand.start();
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
      channel.bind(address, ServerOptions.BACKLOG);
      return channel;
    } catch (IOException e) {
      Closing.quietly(channel);
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
    Totals totals = totals();
    return new ServerStatistics(
        clients.connected(),
        totals.accepted(),
        totals.rejected(),
        totals.requests(),
        totals.malformed());
  }

  /** What its loops have counted since it started. */
  Totals totals() {
    long requests = 0;
    long malformed = 0;
    long received = 0;
    long sent = 0;
    long hits = 0;
    long misses = 0;
    for (EventLoop loop : loops) {
      requests += loop.counters().executed();
      malformed += loop.counters().malformed();
      received += loop.traffic().received();
      sent += loop.traffic().sent();
      hits += loop.traffic().hits();
      misses += loop.traffic().misses();
    }
    return new Totals(
        clients.accepted(), clients.rejected(), requests, malformed, received, sent, hits, misses);
  }

  /** What its loops have counted of commands and errors since it started. */
  CommandTotals commandTotals() {
    return CommandTotals.of(loops.stream().map(EventLoop::traffic).toList());
  }

  /** Bytes that the buffers of all connections take now. */
  long bufferedBytes() {
    return clients.budget().used();
  }

  /** One of the loops, for tests. */
  EventLoop loop(int index) {
    return loops.get(index);
  }

  /** Stops because the calling thread failed. */
  private void fail(Throwable cause) {
    options.threadLost(cause);
    stop();
  }

  private void stop() {
    Closing.quietly(listening);
    loops.forEach(EventLoop::stop);
  }

  @Override
  public void close() {
    stop();
    loops.forEach(EventLoop::join);
    // The loop that accepts may have handed connections to one that had ended already.
    loops.forEach(EventLoop::closeHandedOver);
    secondHand.close();
  }
}
