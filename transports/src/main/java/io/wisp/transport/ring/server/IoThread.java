// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.codec.RequestExecutor;
import io.wisp.transport.IdleStrategy;
import io.wisp.transport.Log;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Threads;
import io.wisp.transport.TransportException;
import io.wisp.transport.ring.FabricCounters;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.RingFaultException;
import io.wisp.transport.ring.handshake.ServedClient;
import io.wisp.transport.ring.handshake.ServingThread;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that serves its share of the connections: it looks at its port, gives every connection
 * for which something arrived a turn, and waits as it was told to when there is nothing.
 */
final class IoThread implements ServingThread, Runnable, AutoCloseable {

  private static final Log LOG = Log.of(IoThread.class);

  private static final long LONGEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long STARVED_SLEEP_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long CHECK_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** How long the last replies may take to arrive, when the server ends. */
  private static final long LAST_REPLIES_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Looks at the port between two looks at the clock. */
  private static final int TURNS_BETWEEN_CLOCKS = 64;

  /** In a row, of files cut short and made whole again, before something else is suspected. */
  private static final int MOST_UNEXPLAINED_FAULTS = 100;

  private final Port port;
  private final ServerOptions options;
  private final IdleStrategy idle;
  private final ThreadContext context;
  private final long idleNanos;
  private final long stallNanos;
  private final Thread thread;

  /** A connection that is to be served from now on or, without memory, whose client is gone. */
  private record Change(ServedClient control, @Nullable RemoteMemory arriving) {}

  private final Queue<Change> changes = new ConcurrentLinkedQueue<>();
  private boolean closedToChanges;
  private final ServedConnections connections;
  private final ArrayDeque<ServerConnection> unfinished;
  private final @Nullable RingCommit commit;

  /** In the last turn an entry has let connections go on, which come before others. */
  private boolean letGoOn;

  private volatile boolean stopping;
  private final LongSupplier nanoTime;

  /** When the clock was last looked at. */
  private long now;

  private long nextCheck;
  private int turns;
  private int unexplainedFaults;

  /**
   * A thread that is still to be started.
   *
   * @param executor of requests to the store, as the commit has it if there is one
   * @param commit logs what is written before that happens; null lets it happen at once
   */
  IoThread(
      String name,
      Port port,
      RequestExecutor executor,
      @Nullable RingCommit commit,
      ServerLimits limits,
      ServerOptions options,
      LongSupplier nanoTime) {
    this.port = port;
    this.options = options;
    this.commit = commit;
    this.nanoTime = nanoTime;
    now = nanoTime.getAsLong();
    nextCheck = now;
    idle = new IdleStrategy(options.waiting(), port::await, LONGEST_SLEEP_NANOS);
    context = ThreadContext.of(executor, commit, limits, nanoTime);
    connections = new ServedConnections(port, context);
    unfinished = connections.unfinished();
    idleNanos = options.idleTimeout().toNanos();
    stallNanos = limits.stall().toNanos();
    thread = Thread.ofPlatform().name(name).unstarted(this);
  }

  void start() {
    thread.start();
  }

  @Override
  public Port port() {
    return port;
  }

  RequestCounters counters() {
    return context.counters();
  }

  /** What the thread has had its port do. */
  FabricCounters fabricCounters() {
    return port.counters();
  }

  @Override
  public int reserve() {
    return connections.reserve();
  }

  @Override
  public void release(int number) {
    connections.release(number);
  }

  @Override
  public int load() {
    return connections.count();
  }

  @Override
  public void adopt(RemoteMemory memory, ServedClient control) {
    if (!change(new Change(control, memory))) {
      connections.turnAway(control, memory);
    }
  }

  @Override
  public void abandon(ServedClient control) {
    // If the thread has ended, so has the connection.
    change(new Change(control, null));
  }

  private boolean change(Change change) {
    synchronized (changes) {
      if (closedToChanges) {
        return false;
      }
      changes.add(change);
      port.wake();
      return true;
    }
  }

  private boolean makeChanges() {
    boolean any = false;
    for (Change change = changes.poll(); change != null; change = changes.poll()) {
      any = true;
      RemoteMemory arriving = change.arriving;
      if (arriving != null) {
        connections.begin(change.control, arriving);
      } else {
        connections.end(change.control);
      }
    }
    return any;
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        turnDespiteFaults();
      }
    } catch (RuntimeException | Error e) {
      options.threadLost(e);
    } finally {
      endAll();
    }
  }

  /**
   * A turn in which an access to memory may fail that a client has taken away. Such a fault is
   * thrown somewhere behind the access, which need not be where its client is served.
   */
  private void turnDespiteFaults() {
    try {
      turn();
      unexplainedFaults = 0;
    } catch (InternalError e) {
      if (!connections.endThoseWithoutMemory() && ++unexplainedFaults > MOST_UNEXPLAINED_FAULTS) {
        throw e;
      }
    }
  }

  /** Looks at the port once, and does what there is to do. */
  void turn() {
    boolean worked = port.poll();
    if (commit != null && letGoOn) {
      serveUnfinished();
    }
    for (int number = port.nextReady(); number >= 0; number = port.nextReady()) {
      ServerConnection connection = connections.get(number);
      if (connection != null) {
        serve(connection);
      }
    }
    boolean starvedOnly = serveUnfinished();
    worked |= makeChanges();
    if (commit != null) {
      letGoOn = commit.endTurn(unfinished);
      starvedOnly &= !letGoOn;
    }
    if (!rest(worked, starvedOnly) && ++turns % TURNS_BETWEEN_CLOCKS != 0) {
      return;
    }
    long before = now;
    now = nanoTime.getAsLong();
    if (now - nextCheck >= 0) {
      nextCheck = now + CHECK_INTERVAL_NANOS;
      connections.endIf(each -> isOverdue(each, before));
    }
  }

  /** The answer is whether those that have more to do wait for memory, all of them. */
  private boolean serveUnfinished() {
    boolean starvedOnly = true;
    // Serving one may end others that wait here: those whose memory has been taken away, too.
    for (int i = unfinished.size(); i > 0 && !unfinished.isEmpty(); i--) {
      starvedOnly &= serve(unfinished.remove()) == ServerConnection.Outcome.STARVED;
    }
    return starvedOnly;
  }

  /** Waits if there is nothing to do; the answer is whether it slept. */
  private boolean rest(boolean worked, boolean starvedOnly) {
    if (!unfinished.isEmpty()) {
      if (starvedOnly) {
        port.await(STARVED_SLEEP_NANOS);
      }
      return starvedOnly;
    }
    if (worked) {
      idle.reset();
      return false;
    }
    return idle.pause();
  }

  /**
   * Ends those whose memory was found to be gone before a connection is served, lest it is taken
   * for one of them. The answer is whether it is still there.
   */
  private boolean settleBefore(ServerConnection connection) {
    if (commit == null) {
      return true;
    }
    try {
      commit.settle();
    } catch (InternalError e) {
      connections.endThoseWithoutMemory();
    }
    return connection.equals(connections.get(connection.number()));
  }

  private ServerConnection.Outcome serve(ServerConnection connection) {
    if (!settleBefore(connection)) {
      return ServerConnection.Outcome.WAITING;
    }
    String fault = null;
    try {
      fault = connection.memory().broken();
      if (fault == null) {
        ServerConnection.Outcome outcome = connection.serve();
        fault = connection.memory().broken();
        if (fault == null) {
          if (outcome != ServerConnection.Outcome.WAITING && !unfinished.contains(connection)) {
            unfinished.add(connection);
          }
          return outcome;
        }
      }
    } catch (RingFaultException e) {
      context.counters().countMalformed();
      fault = e.getMessage();
    } catch (TransportException e) {
      // No memory for a long request.
      fault = e.getMessage();
    } catch (InternalError e) {
      // Whoever's memory it was that is gone, this request was not finished.
      connections.endThoseWithoutMemory();
      fault = e.getMessage();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a client is disconnected, for serving it failed unexpectedly", e);
      fault = e.toString();
    }
    LOG.log(Level.DEBUG, "a client is disconnected: {0}", String.valueOf(fault));
    connections.end(connection.number());
    return ServerConnection.Outcome.WAITING;
  }

  /**
   * Whether a client was silent for too long, or did not read for too long.
   *
   * @param before a time since which the port was looked at. What had arrived by then has been
   *     served, so a client is overdue if it was by then, however long the turn has taken.
   */
  private boolean isOverdue(ServerConnection connection, long before) {
    long silent = connection.silentNanos(before, now);
    return (idleNanos > 0 && silent > idleNanos) || connection.hasStalled(before, stallNanos);
  }

  /** Stops the thread and waits for it. */
  void stop() {
    stopping = true;
    synchronized (changes) {
      if (!closedToChanges) {
        port.wake();
      }
    }
    Threads.joinUninterruptibly(thread);
  }

  /** Ends all connections. The port is not touched after that by this thread. */
  private void endAll() {
    if (commit != null) {
      sendLast(commit);
    }
    connections.endIf(each -> true);
    closeToChanges();
  }

  /** Those that wait for an entry have replies that nobody has sent yet. */
  private void sendLast(RingCommit commit) {
    try {
      commit.settle();
    } catch (InternalError e) {
      // Whoever has taken memory away is ended with all others.
    }
    commit.close(unfinished);
    unfinished.forEach(connection -> tellLast(connection, ServerConnection::sendLast));
    // Of those as well that were told in the last turn.
    long deadline = System.nanoTime() + LAST_REPLIES_NANOS;
    connections.forEach(connection -> tellLast(connection, each -> each.drain(deadline)));
  }

  private static void tellLast(ServerConnection connection, Consumer<ServerConnection> tell) {
    try {
      tell.accept(connection);
    } catch (RuntimeException | Error e) {
      LOG.log(Level.DEBUG, "a client is not told the last", e);
    }
  }

  private void closeToChanges() {
    synchronized (changes) {
      closedToChanges = true;
      for (Change change = changes.poll(); change != null; change = changes.poll()) {
        RemoteMemory arriving = change.arriving;
        if (arriving != null) {
          connections.turnAway(change.control, arriving);
        }
      }
    }
  }

  /** Frees what the thread held, after it has ended or without its having been started. */
  @Override
  public void close() {
    context.close();
    port.close();
  }
}
