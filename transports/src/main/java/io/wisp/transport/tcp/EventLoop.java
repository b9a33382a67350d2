// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.IdleStrategy;
import io.wisp.transport.Log;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.Threads;
import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.command.ClientState;
import io.wisp.transport.tcp.session.RespSession;
import io.wisp.transport.tcp.session.SessionContext;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread and the connections that it serves. It waits for them by a selector; or polls, and then
 * reads from a few connections without asking the selector first.
 */
public final class EventLoop implements Runnable {

  private static final Log LOG = Log.of(EventLoop.class);

  /** Up to so many connections are read from directly when polling. */
  private static final int MAX_READ_DIRECTLY = 8;

  /** How many rounds of direct reads go by until the selector is asked. */
  private static final int ROUNDS_PER_SELECT = 256;

  /** How many rounds bring nothing when polling, until the core is given away once. */
  private static final int IDLE_ROUNDS_PER_YIELD = 16;

  /** How often it is checked what is overdue. */
  private static final long CHECK_MILLIS = 100;

  /** How many connections of a server linger at a time. */
  static final int MAX_LINGERING = 64;

  private final TcpServer server;
  private final Selector selector;
  private final Thread thread;
  private final RequestCounters counters = new RequestCounters();
  private final Queue<SocketChannel> handedOver = new ConcurrentLinkedQueue<>();
  private final List<Connection> connections = new ArrayList<>();

  /** Those that go on in the next round without waiting for their clients. */
  private final ArrayDeque<Connection> unfinished = new ArrayDeque<>();

  private final List<LingeringChannel> lingering = new ArrayList<>();
  private final Consumer<SelectionKey> onReady = this::onReady;
  private final long idleNanos;
  private volatile boolean stopped;
  private @Nullable Acceptor acceptor;
  private boolean acceptsLater;
  private int holding;
  private long roundBeganNanos;
  private long nextCheckNanos;
  private int rounds;
  private final IdleStrategy idle = IdleStrategy.polling(IDLE_ROUNDS_PER_YIELD);
  private boolean served;

  // Confined to the loop's thread, and so made by it.
  private @Nullable LoopBuffers buffers;
  private @Nullable SessionContext context;

  public EventLoop(TcpServer server, int index) throws IOException {
    this.server = server;
    selector = Selector.open();
    idleNanos = server.options().idleTimeout().toNanos();
    roundBeganNanos = System.nanoTime();
    nextCheckNanos = roundBeganNanos;
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("wisp-tcp-" + index)
            .uncaughtExceptionHandler(server.options().onThreadLost())
            .unstarted(this);
  }

  /** Lets this loop accept connections, before it is started. */
  void listen(ServerSocketChannel channel) throws IOException {
    SelectionKey key = channel.register(selector, SelectionKey.OP_ACCEPT);
    acceptor = new Acceptor(server, channel, this, key);
    key.attach(acceptor);
  }

  public void start() {
    thread.start();
  }

  /** The thread that serves, for those who measure it. */
  long threadId() {
    return thread.threadId();
  }

  /** Hands a connection over to this loop, from another one's thread. */
  void handOver(SocketChannel channel) {
    try {
      handedOver.add(channel);
    } catch (OutOfMemoryError e) {
      giveUp(channel);
      throw e;
    }
    selector.wakeup();
  }

  public RequestCounters counters() {
    return counters;
  }

  public LoopBuffers buffers() {
    return Objects.requireNonNull(buffers);
  }

  /** The time, in nanoseconds, of what a connection does now; zero where nothing depends on it. */
  long activityNanos() {
    return idleNanos > 0 ? System.nanoTime() : 0;
  }

  @Override
  public void run() {
    try (LoopBuffers loopBuffers = new LoopBuffers(server.budget());
        SessionContext sessions = server.newContext(loopBuffers.pool(), counters)) {
      buffers = loopBuffers;
      context = sessions;
      try {
        serveUntilStopped();
      } finally {
        closeAll();
      }
    } catch (Throwable e) {
      server.fail(e);
    } finally {
      end();
    }
  }

  private void serveUntilStopped() throws IOException {
    boolean busyPoll = server.options().busyPoll();
    while (!stopped) {
      served = false;
      if (isTimed()) {
        roundBeganNanos = System.nanoTime();
      }
      if (busyPoll) {
        poll();
      } else if (unfinished.isEmpty()) {
        selector.select(onReady, isTimed() ? CHECK_MILLIS : 0);
      } else {
        selector.selectNow(onReady);
      }
      resumeUnfinished();
      registerHandedOver();
      if (isTimed()) {
        checkOverdue();
      }
      if (served) {
        idle.reset();
      } else if (busyPoll) {
        idle.pause();
      }
    }
  }

  private void poll() throws IOException {
    if (connections.size() > MAX_READ_DIRECTLY || rounds++ % ROUNDS_PER_SELECT == 0) {
      selector.selectNow(onReady);
      return;
    }
    for (int i = connections.size() - 1; i >= 0; i--) {
      serve(connections.get(i));
    }
  }

  /** Gives a connection another turn in the next round. */
  void resumeLater(Connection connection) {
    unfinished.addLast(connection);
  }

  private void resumeUnfinished() {
    for (int left = unfinished.size(); left > 0; left--) {
      Connection connection = unfinished.removeFirst();
      if (connection.position() >= 0) {
        connection.resume();
        serve(connection);
      }
    }
  }

  private void onReady(SelectionKey key) {
    if (key.attachment() instanceof ReadyChannel channel) {
      serve(channel);
    }
  }

  private void serve(ReadyChannel channel) {
    try {
      served |= channel.serve();
    } catch (IOException e) {
      // The client is gone; there is nobody to tell.
      channel.close();
    } catch (BufferLimitException e) {
      channel.close();
      server.rejected();
      LOG.log(Level.WARNING, "a connection was closed: {0}", e.getMessage());
    } catch (Throwable e) {
      channel.close();
      LOG.log(Level.ERROR, "a connection was closed, for serving it failed unexpectedly", e);
    }
    buffers().reset();
    Objects.requireNonNull(context).request().trim();
  }

  private void registerHandedOver() {
    for (SocketChannel channel = handedOver.poll(); channel != null; channel = handedOver.poll()) {
      register(channel);
    }
  }

  /** Makes a client's channel one of this loop's connections, or closes it if that fails. */
  public void register(SocketChannel channel) {
    try {
      ClientState client = server.newClient(channel);
      RespSession session = new RespSession(Objects.requireNonNull(context), client);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      Connection connection = new Connection(channel, key, session, this, connections.size());
      connections.add(connection);
      key.attach(connection);
    } catch (IOException e) {
      giveUp(channel);
      return;
    } catch (RuntimeException | Error e) {
      giveUp(channel);
      LOG.log(Level.ERROR, "a client was not let in, for that failed unexpectedly", e);
      return;
    }
    list(connections.getLast());
  }

  private void list(Connection connection) {
    try {
      server.clients().put(connection.client().id(), connection.client());
      served = true;
    } catch (OutOfMemoryError e) {
      connection.close();
    }
  }

  /** Gives up a client that was counted and is no connection yet. */
  private void giveUp(SocketChannel channel) {
    closeQuietly(channel);
    server.disconnected();
  }

  /** Ends a connection that has been sent its last reply, and lets the client see it. */
  void linger(Connection connection) throws IOException {
    remove(connection);
    linger(connection.channel());
  }

  /** Ends a connection because of a limit, of which its client was told. */
  void refuse(Connection connection) throws IOException {
    server.rejected();
    linger(connection);
  }

  /** Ends a connection to a client that has been sent the reason. */
  void linger(SocketChannel channel) throws IOException {
    if (lingering.size() >= Math.max(1, MAX_LINGERING / server.options().threads())) {
      closeQuietly(channel);
      return;
    }
    channel.shutdownOutput();
    long deadline = System.nanoTime() + server.limits().lingering().toNanos();
    LingeringChannel last = new LingeringChannel(channel, this, deadline);
    lingering.add(last);
    channel.register(selector, SelectionKey.OP_READ, last);
  }

  public void close(Connection connection) {
    try {
      remove(connection);
    } finally {
      closeQuietly(connection.channel());
    }
  }

  public void close(LingeringChannel channel) {
    lingering.remove(channel);
    closeQuietly(channel.channel());
  }

  private void remove(Connection connection) {
    int position = connection.position();
    if (position < 0) {
      return;
    }
    Connection last = connections.removeLast();
    if (last != connection) {
      connections.set(position, last);
      last.position(position);
    }
    connection.position(-1);
    server.clients().remove(connection.client().id());
    server.disconnected();
    connection.release();
  }

  /** Leaves the acceptor alone until the next check. */
  void retryAcceptLater() {
    acceptsLater = true;
    nextCheckNanos = System.nanoTime() + CHECK_MILLIS * 1_000_000;
  }

  /** Notes that so many more connections hold memory, which they may keep for too long. */
  void holding(int more) {
    holding += more;
  }

  private boolean isTimed() {
    return idleNanos > 0 || holding > 0 || !lingering.isEmpty() || acceptsLater;
  }

  /**
   * What had arrived when the round began has been served, unless more clients are ready than a
   * selection names; so a client is overdue if it was by then, however long the round has taken.
   */
  private void checkOverdue() {
    if (roundBeganNanos - nextCheckNanos < 0) {
      return;
    }
    nextCheckNanos = roundBeganNanos + CHECK_MILLIS * 1_000_000;
    for (int i = lingering.size() - 1; i >= 0; i--) {
      if (lingering.get(i).isOverdue(roundBeganNanos)) {
        lingering.get(i).close();
      }
    }
    if (idleNanos > 0 || holding > 0) {
      closeOverdueConnections();
    }
    if (acceptsLater && acceptor != null) {
      acceptsLater = false;
      acceptor.resume();
    }
  }

  private void closeOverdueConnections() {
    long fairShare = server.budget().fairShare(server.connected());
    for (int i = connections.size() - 1; i >= 0; i--) {
      Connection connection = connections.get(i);
      if ((idleNanos > 0 && connection.idleNanos(roundBeganNanos) > idleNanos)
          || hasStalled(connection, fairShare)) {
        server.rejected();
        connection.close();
      }
    }
  }

  /** Whoever holds more than a fair share has less time while others find no memory. */
  private boolean hasStalled(Connection connection, long fairShare) {
    TcpLimits limits = server.limits();
    boolean isHurried = server.budget().isShort() && connection.heldBytes() > fairShare;
    Duration atMost = isHurried ? limits.stallWhileShort() : limits.stall();
    return connection.stalledNanos(roundBeganNanos) > atMost.toNanos();
  }

  private void closeAll() {
    while (!connections.isEmpty()) {
      close(connections.getLast());
    }
    while (!lingering.isEmpty()) {
      close(lingering.getLast());
    }
    closeHandedOver();
  }

  /** Closes what was handed over and not taken. Any thread may do so once this loop has ended. */
  void closeHandedOver() {
    for (SocketChannel channel = handedOver.poll(); channel != null; channel = handedOver.poll()) {
      giveUp(channel);
    }
  }

  /** Gives up a loop that was never started. */
  void discard() {
    end();
  }

  private void end() {
    if (acceptor != null) {
      acceptor.close();
    }
    // Until then the port stays open, although its channel was closed.
    closeQuietly(selector);
  }

  /** Asks the loop to end. */
  void stop() {
    stopped = true;
    selector.wakeup();
  }

  /** Waits until the loop has ended. */
  public void join() {
    if (!Thread.currentThread().equals(thread)) {
      Threads.joinUninterruptibly(thread);
    }
  }

  public static void closeQuietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "closing failed", e);
    }
  }
}
