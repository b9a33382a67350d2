// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.store.Store;
import io.wisp.transport.Closing;
import io.wisp.transport.CommitToken;
import io.wisp.transport.IdleStrategy;
import io.wisp.transport.Log;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.Threads;
import io.wisp.transport.tcp.ReadyChannel.Next;
import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.Commands;
import io.wisp.transport.tcp.command.ServerView;
import io.wisp.transport.tcp.command.Traffic;
import io.wisp.transport.tcp.session.RespSession;
import io.wisp.transport.tcp.session.SessionContext;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread and the connections that it serves. It waits for them by a selector; or polls, and then
 * reads from a few connections without asking the selector first.
 */
final class EventLoop implements Runnable {

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

  private static final int SCRATCH_CAPACITY = 4 << 10;

  private final Store store;
  private final ServerView view;
  private final Clients clients;
  private final Consumer<Throwable> onFailure;
  private final Selector selector;
  private final @Nullable LoopCommit commit;
  private final Thread thread;
  private final RequestCounters counters = new RequestCounters();
  private final Traffic traffic = new Traffic(Commands.names().size());
  private final Queue<SocketChannel> handedOver = new ConcurrentLinkedQueue<>();

  /** Those that go on in the next round without waiting for their clients. */
  private final ArrayDeque<TcpConnection> unfinished = new ArrayDeque<>();

  private final List<LingeringChannel> lingering = new ArrayList<>();
  private final Consumer<SelectionKey> onReady = this::onReady;
  private final LongSupplier activity = this::activityNanos;
  private final boolean busyPoll;
  private final boolean limitsIdleness;
  private volatile boolean stopped;
  private @Nullable ReadyChannel acceptor;
  private @Nullable Runnable retry;
  private long roundBeganNanos;
  private long nextCheckNanos;
  private int rounds;
  private final IdleStrategy idle = IdleStrategy.polling(IDLE_ROUNDS_PER_YIELD);
  private boolean served;

  /** What is confined to the loop's thread, and so made by it. */
  private record Confined(
      LoopBuffers buffers, SessionContext context, TcpConnections connections) {}

  private @Nullable Confined confined;

  /**
   * A loop that is still to be started.
   *
   * @param view what its sessions may learn of the server
   * @param token lets its sessions log what they write before that happens; null lets it happen at
   *     once
   * @param onFailure told why the thread ends before it was stopped
   */
  EventLoop(
      int index,
      Store store,
      ServerView view,
      Clients clients,
      @Nullable CommitToken token,
      Consumer<Throwable> onFailure)
      throws IOException {
    this.view = view;
    this.clients = clients;
    this.onFailure = onFailure;
    selector = Selector.open();
    commit = token == null ? null : new LoopCommit(token, store, selector::wakeup);
    this.store = commit == null ? store : commit.store();
    busyPoll = clients.options().busyPoll();
    limitsIdleness = !clients.options().idleTimeout().isZero();
    roundBeganNanos = System.nanoTime();
    nextCheckNanos = roundBeganNanos;
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("wisp-tcp-" + index)
            .uncaughtExceptionHandler(clients.options().onThreadLost())
            .unstarted(this);
  }

  /**
   * Lets this loop accept connections, before it is started.
   *
   * @param acceptor makes what is served when a client comes; the loop closes it
   */
  void listen(ServerSocketChannel channel, Function<SelectionKey, ReadyChannel> acceptor)
      throws IOException {
    SelectionKey key = channel.register(selector, SelectionKey.OP_ACCEPT);
    this.acceptor = acceptor.apply(key);
    key.attach(this.acceptor);
  }

  void start() {
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

  RequestCounters counters() {
    return counters;
  }

  Traffic traffic() {
    return traffic;
  }

  private Confined confined() {
    return Objects.requireNonNull(confined);
  }

  /** The time, in nanoseconds, of what a connection does now; zero where nothing depends on it. */
  private long activityNanos() {
    return limitsIdleness ? System.nanoTime() : 0;
  }

  @Override
  public void run() {
    try (LoopBuffers buffers = new LoopBuffers(clients.budget());
        SessionContext context = newContext(buffers)) {
      confined = new Confined(buffers, context, new TcpConnections(clients, buffers));
      try {
        serveUntilStopped();
      } finally {
        closeAll();
      }
    } catch (Throwable e) {
      onFailure.accept(e);
    } finally {
      end();
    }
  }

  private SessionContext newContext(LoopBuffers buffers) {
    NativeBuffer scratch = new NativeBuffer(SCRATCH_CAPACITY, Arena::ofConfined, clients.budget());
    return new SessionContext(store, view, traffic, scratch, buffers.pool(), counters, commit);
  }

  private void serveUntilStopped() throws IOException {
    boolean letGoOn = false;
    while (!stopped) {
      served = false;
      if (isTimed()) {
        roundBeganNanos = System.nanoTime();
      }
      if (letGoOn) {
        resumeUnfinished();
      }
      if (busyPoll) {
        poll();
      } else if (unfinished.isEmpty() && !letGoOn) {
        selector.select(onReady, isTimed() ? CHECK_MILLIS : 0);
      } else {
        selector.selectNow(onReady);
      }
      if (!letGoOn) {
        resumeUnfinished();
      }
      registerHandedOver();
      if (isTimed()) {
        checkOverdue();
      }
      letGoOn = commit != null && commit.endRound(unfinished);
      if (served) {
        idle.reset();
      } else if (busyPoll) {
        idle.pause();
      }
    }
  }

  private void poll() throws IOException {
    TcpConnections connections = confined().connections();
    if (connections.size() > MAX_READ_DIRECTLY || rounds++ % ROUNDS_PER_SELECT == 0) {
      selector.selectNow(onReady);
      return;
    }
    for (int i = connections.size() - 1; i >= 0; i--) {
      serve(connections.get(i));
    }
  }

  private void resumeUnfinished() {
    for (int left = unfinished.size(); left > 0; left--) {
      TcpConnection connection = unfinished.removeFirst();
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
      Next next = channel.serve();
      served |= next != Next.IDLE;
      switch (next) {
        case IDLE, WAIT -> {}
        case RESUME -> unfinished.addLast((TcpConnection) channel);
        case LINGER -> linger((TcpConnection) channel);
        case REFUSE -> {
          clients.reject();
          linger((TcpConnection) channel);
        }
        case CLOSE -> close(channel);
      }
    } catch (IOException e) {
      // The client is gone; there is nobody to tell.
      close(channel);
    } catch (BufferLimitException e) {
      // Counted first: who sees that it is closed finds it counted.
      clients.reject();
      close(channel);
      LOG.log(Level.WARNING, "a connection was closed: {0}", e.getMessage());
    } catch (Throwable e) {
      close(channel);
      LOG.log(Level.ERROR, "a connection was closed, for serving it failed unexpectedly", e);
    }
    confined().buffers().reset();
    confined().context().request().trim();
  }

  private void registerHandedOver() {
    for (SocketChannel channel = handedOver.poll(); channel != null; channel = handedOver.poll()) {
      register(channel);
    }
  }

  /** Makes a client's channel one of this loop's connections, or closes it if that fails. */
  void register(SocketChannel channel) {
    Confined own = confined();
    TcpConnection connection;
    try {
      RespSession session = new RespSession(own.context(), clients.newClient(channel));
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      connection =
          new TcpConnection(
              channel,
              key,
              session,
              own.buffers(),
              traffic,
              clients.secondHand(),
              activity,
              commit);
      own.connections().add(connection);
      key.attach(connection);
    } catch (IOException e) {
      giveUp(channel);
      return;
    } catch (RuntimeException | Error e) {
      giveUp(channel);
      LOG.log(Level.ERROR, "a client was not let in, for that failed unexpectedly", e);
      return;
    }
    try {
      clients.list(connection.client());
      served = true;
    } catch (OutOfMemoryError e) {
      close(connection);
    }
  }

  /** Gives up a client that was counted and is no connection yet. */
  private void giveUp(SocketChannel channel) {
    Closing.quietly(channel);
    clients.disconnected();
  }

  /** Ends a connection that has been sent its last reply, and lets the client see it. */
  private void linger(TcpConnection connection) throws IOException {
    confined().connections().remove(connection);
    connection.release();
    if (connection.endsByEntry()) {
      lingerOn(connection.channel());
    } else {
      linger(connection.channel());
    }
  }

  /** Ends a connection to a client that has been sent the reason. */
  void linger(SocketChannel channel) throws IOException {
    if (lingering.size() >= Math.max(1, MAX_LINGERING / clients.options().threads())) {
      Closing.quietly(channel);
      return;
    }
    lingerOn(channel);
  }

  private void lingerOn(SocketChannel channel) throws IOException {
    channel.shutdownOutput();
    long deadline = System.nanoTime() + clients.limits().lingering().toNanos();
    LingeringChannel last = new LingeringChannel(channel, confined().buffers(), deadline);
    lingering.add(last);
    channel.register(selector, SelectionKey.OP_READ, last);
  }

  private void close(ReadyChannel channel) {
    if (channel instanceof TcpConnection connection) {
      confined().connections().close(connection);
    } else {
      lingering.remove(channel);
      channel.close();
    }
  }

  /** Has something done at the next check, and no earlier. */
  void retryLater(Runnable retry) {
    this.retry = retry;
    nextCheckNanos = System.nanoTime() + CHECK_MILLIS * 1_000_000;
  }

  private boolean isTimed() {
    return confined().connections().areTimed() || !lingering.isEmpty() || retry != null;
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
        close(lingering.get(i));
      }
    }
    if (confined().connections().areTimed()) {
      confined().connections().closeOverdue(roundBeganNanos);
    }
    Runnable due = retry;
    if (due != null) {
      retry = null;
      due.run();
    }
  }

  private void closeAll() {
    try {
      sendLast();
    } finally {
      closeConnections();
    }
  }

  /** The last round may have ended an entry, so that some have replies nobody has sent yet. */
  private void sendLast() {
    if (commit != null) {
      commit.close(unfinished);
    }
    for (TcpConnection connection : unfinished) {
      // It may have been closed while it was held: there was no memory for what it had sent.
      if (connection.position() >= 0) {
        connection.sendLast();
      }
      // What one client did not take is not for the next one.
      confined().buffers().reset();
    }
  }

  private void closeConnections() {
    TcpConnections connections = confined().connections();
    while (connections.size() > 0) {
      close(connections.get(connections.size() - 1));
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

  /** Frees what a loop has that has ended, or was never started. */
  void end() {
    if (acceptor != null) {
      acceptor.close();
    }
    // Until then the port stays open, although its channel was closed.
    Closing.quietly(selector);
  }

  /** Asks the loop to end. */
  void stop() {
    stopped = true;
    selector.wakeup();
  }

  /** Waits until the loop has ended. */
  void join() {
    if (!Thread.currentThread().equals(thread)) {
      Threads.joinUninterruptibly(thread);
    }
  }
}
