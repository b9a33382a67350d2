// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.transport.ServerOptions;
import io.wisp.transport.SpareDescriptor;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import zmq.SocketBase;
import zmq.ZMQ;
import zmq.io.Metadata;
import zmq.util.Utils;

/** The connections of a server. JeroMQ's I/O thread adds and removes, any thread may read. */
final class ZmqConnections implements ZMQ.EventConsummer, InboundFrames.Owner {

  static final int EVENTS =
      ZMQ.ZMQ_EVENT_ACCEPTED
          | ZMQ.ZMQ_EVENT_ACCEPT_FAILED
          | ZMQ.ZMQ_EVENT_DISCONNECTED
          | ZMQ.ZMQ_EVENT_HANDSHAKE_PROTOCOL;

  /** How many connections too many are told so; yet more are closed without a word. */
  private static final int MAX_SURPLUS = 64;

  /** How long a connection too many stays, so that it can be told why it is closed. */
  private static final Duration SURPLUS_STAY = Duration.ofSeconds(1);

  /** Between attempts to accept a connection for which there is no file descriptor. */
  private static final long ACCEPT_PAUSE_NANOS = 10_000_000;

  private final Map<SocketChannel, ZmqConnection> byChannel = new ConcurrentHashMap<>();
  private final Map<String, ZmqConnection> byAddress = new ConcurrentHashMap<>();
  private final Set<InboundFrames> unattached = ConcurrentHashMap.newKeySet();
  private final AtomicInteger clients = new AtomicInteger();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder malformed = new LongAdder();
  private final SocketBase router;
  private final ServerOptions options;
  private final ZmqLimits limits;
  private final MemoryBudget budget;
  private final SpareDescriptor spare = new SpareDescriptor();
  private @Nullable InboundFrames nextFrames;

  ZmqConnections(SocketBase router, ServerOptions options, ZmqLimits limits) {
    this.router = router;
    this.options = options;
    this.limits = limits;
    budget = new MemoryBudget(limits.inboundBytes());
    provideFrames();
  }

  /**
   * Has the next connection whose handshake comes so far draw on an account of its own: JeroMQ
   * hands the socket's allocator to a connection just before it tells of the handshake's protocol.
   */
  private void provideFrames() {
    InboundFrames taken = nextFrames;
    if (taken != null) {
      taken.handedOut();
      unattached.add(taken);
    }
    nextFrames = new InboundFrames(this, budget.new Account());
    router.setSocketOpt(ZMQ.ZMQ_MSG_ALLOCATOR, nextFrames);
  }

  @Override
  public void consume(ZMQ.Event event) {
    switch (event.event) {
      case ZMQ.ZMQ_EVENT_ACCEPTED -> add((SocketChannel) event.arg);
      case ZMQ.ZMQ_EVENT_ACCEPT_FAILED -> makeRoomForRefusal();
      case ZMQ.ZMQ_EVENT_DISCONNECTED -> remove((SocketChannel) event.arg);
      default -> provideFrames();
    }
  }

  /** JeroMQ tries again at once, and again and again. */
  private void makeRoomForRefusal() {
    if (!spare.free()) {
      LockSupport.parkNanos(ACCEPT_PAUSE_NANOS);
    }
  }

  private void add(SocketChannel channel) {
    // Without the spare one this connection has the last file descriptor.
    boolean surplus = !spare.take() || clients.get() >= options.maxClients();
    String address = Utils.getPeerIpAddress(channel).address();
    ZmqConnection connection = new ZmqConnection(channel, address, surplus);
    byChannel.put(channel, connection);
    byAddress.put(address, connection);
    if (surplus) {
      rejected.increment();
      if (byChannel.size() - clients.get() > MAX_SURPLUS) {
        connection.disconnect(() -> {});
      }
    } else {
      clients.incrementAndGet();
      accepted.increment();
    }
  }

  private void remove(SocketChannel channel) {
    ZmqConnection connection = byChannel.remove(channel);
    if (connection == null) {
      return;
    }
    byAddress.remove(connection.address(), connection);
    if (!connection.isSurplus()) {
      clients.decrementAndGet();
    }
    if (!connection.hasSpoken() && !connection.isSurplus()) {
      malformed.increment();
    }
    connection.gone();
  }

  @Override
  public @Nullable ZmqConnection of(Metadata metadata) {
    return byAddress.get(metadata.get(Metadata.PEER_ADDRESS));
  }

  @Override
  public boolean isStranger(@Nullable ZmqConnection connection) {
    return options.password() != null && (connection == null || !connection.authenticated);
  }

  @Override
  public void refuse(@Nullable ZmqConnection connection) {
    if (connection == null) {
      rejected.increment();
    } else {
      connection.disconnect(rejected::increment);
    }
  }

  void countMalformed() {
    malformed.increment();
  }

  Collection<ZmqConnection> all() {
    return byChannel.values();
  }

  /**
   * Closes the connections that have kept the server waiting for too long, or were silent for too
   * long.
   *
   * @param before a time since which each connection had a turn. What had come by then has been
   *     handled, so a client is silent if it was by then, however long the round has taken.
   */
  void closeOverdue(long now, long before) {
    for (ZmqConnection connection : byChannel.values()) {
      if (isOverdue(connection, now, before)) {
        refuse(connection);
      }
    }
    unattached.removeIf(frames -> frames.isAttached() || isLeftBehind(frames, now));
  }

  /**
   * Frees the memory of a connection's first frame that never became complete. Only with that frame
   * does JeroMQ say whose it is, so it is freed when its connection, older than this, is sure to be
   * overdue.
   */
  private boolean isLeftBehind(InboundFrames frames, long now) {
    if (now - frames.handedOutAt() <= limits.stall().toNanos()) {
      return false;
    }
    frames.close();
    return true;
  }

  private boolean isOverdue(ZmqConnection connection, long now, long before) {
    long stall = limits.stall().toNanos();
    if (connection.isSurplus()) {
      return now - connection.acceptedAt() > SURPLUS_STAY.toNanos();
    }
    if (!connection.hasSpoken() && now - connection.acceptedAt() > stall) {
      return true;
    }
    long incompleteSince = connection.incompleteSince();
    if (incompleteSince != 0 && now - incompleteSince > stall) {
      return true;
    }
    if (connection.replyBytes() > 0 && now - connection.lastReplyTaken() > stall) {
      return true;
    }
    long silent = connection.silentNanos(before, now);
    return !options.idleTimeout().isZero() && silent > options.idleTimeout().toNanos();
  }

  /** Frees what it holds. JeroMQ calls this too, perhaps while it still accepts. */
  @Override
  public void close() {
    spare.close();
  }

  int clients() {
    return clients.get();
  }

  long accepted() {
    return accepted.sum();
  }

  long rejected() {
    return rejected.sum();
  }

  long malformed() {
    return malformed.sum();
  }

  /** Memory that frames may still draw. */
  long availableBytes() {
    return budget.availableBytes();
  }
}
