package io.wisp.transport.memory;

import io.wisp.codec.FrameBuffer;
import io.wisp.codec.RequestExecutor;
import io.wisp.transport.TransportException;
import io.wisp.transport.Waiting;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A thread that serves its share of the connections: it looks at its port, gives every connection
 * for which something arrived a turn, and waits as it was told to when there is nothing.
 */
final class IoThread implements Runnable {

  private static final System.Logger LOGGER = System.getLogger(IoThread.class.getName());

  private static final long LONGEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long STARVED_SLEEP_NANOS = TimeUnit.MICROSECONDS.toNanos(200);
  private static final long CHECK_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Looks at the port between two looks at the clock. */
  private static final int TURNS_BETWEEN_CLOCKS = 64;

  private final Port port;
  private final Patience patience;
  private final Workspace workspace;
  private final long idleNanos;
  private final long stallNanos;
  private final Arena arena = Arena.ofShared();
  private final Thread thread;

  /**
   * A connection that is to be served from now on, or, without memory, one whose client is gone.
   */
  private record Change(ControlSession control, @Nullable RemoteMemory arriving) {}

  private final Queue<Change> changes = new ConcurrentLinkedQueue<>();
  private boolean closedToChanges;
  private final Map<Integer, ServerConnection> connections = new HashMap<>();
  private @Nullable ServerConnection[] byNumber = new @Nullable ServerConnection[16];
  private final ArrayDeque<ServerConnection> unfinished = new ArrayDeque<>();
  private final BitSet numbers = new BitSet();
  private volatile boolean stopping;
  private long now = System.nanoTime();
  private long nextCheck = now;
  private int turns;

  IoThread(
      String name,
      Port port,
      RequestExecutor executor,
      ServerLimits limits,
      Duration idleTimeout,
      Waiting waiting) {
    this.port = port;
    patience = new Patience(waiting, port, LONGEST_SLEEP_NANOS);
    workspace =
        new Workspace(
            executor,
            arena.allocate(limits.rings().maxPayload(), Long.BYTES),
            new FrameBuffer(),
            new BulkBuffers(port, limits.bulkBudget()),
            limits.rings(),
            new RequestCounters());
    idleNanos = idleTimeout.toNanos();
    stallNanos = limits.stall().toNanos();
    thread = Thread.ofPlatform().name(name).unstarted(this);
  }

  void start() {
    thread.start();
  }

  Port port() {
    return port;
  }

  RequestCounters counters() {
    return workspace.counters();
  }

  /** A number for a connection of this thread, until it is {@linkplain #release released}. */
  int reserve() {
    synchronized (numbers) {
      int number = numbers.nextClearBit(0);
      numbers.set(number);
      return number;
    }
  }

  void release(int number) {
    synchronized (numbers) {
      numbers.clear(number);
    }
  }

  /** How many connections the thread has, for spreading them. */
  int load() {
    synchronized (numbers) {
      return numbers.cardinality();
    }
  }

  /** Has the thread serve a connection, which it then owns. Any thread may call this. */
  void adopt(RemoteMemory memory, ControlSession control) {
    if (!change(new Change(control, memory))) {
      memory.close();
    }
  }

  /** Has the thread end the connection of a session whose client is gone. */
  void abandon(ControlSession control) {
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
        begin(change.control, arriving);
      } else {
        endIfServed(change.control);
      }
    }
    return any;
  }

  /** By now its number may be another connection's. */
  private void endIfServed(ControlSession control) {
    ServerConnection connection = connection(control.number());
    if (connection != null && connection.control() == control) {
      end(connection.number());
    }
  }

  private @Nullable ServerConnection connection(int number) {
    return number < byNumber.length ? byNumber[number] : null;
  }

  private void begin(ControlSession control, RemoteMemory memory) {
    int number = control.number();
    port.attach(memory);
    if (number >= byNumber.length) {
      byNumber = Arrays.copyOf(byNumber, Math.max(number + 1, 2 * byNumber.length));
    }
    ServerConnection connection = new ServerConnection(number, memory, workspace, control, now);
    byNumber[number] = connection;
    connections.put(number, connection);
    control.begin();
  }

  private void end(int number) {
    ServerConnection connection = connections.remove(number);
    if (connection != null) {
      byNumber[number] = null;
      unfinished.remove(connection);
      connection.close();
      release(number);
    }
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        try {
          turn();
        } catch (RuntimeException | Error e) {
          LOGGER.log(Level.ERROR, "a thread that serves clients goes on after a failure", e);
        }
      }
    } finally {
      closeAll();
    }
  }

  private void turn() {
    boolean worked = port.poll();
    for (int number = port.nextReady(); number >= 0; number = port.nextReady()) {
      ServerConnection connection = connection(number);
      if (connection != null) {
        serve(connection);
      }
    }
    boolean starvedOnly = true;
    for (int i = unfinished.size(); i > 0; i--) {
      starvedOnly &= serve(unfinished.remove()) == ServerConnection.Outcome.STARVED;
    }
    worked |= makeChanges();
    if (!rest(worked, starvedOnly) && ++turns % TURNS_BETWEEN_CLOCKS != 0) {
      return;
    }
    now = System.nanoTime();
    if (now - nextCheck >= 0) {
      nextCheck = now + CHECK_INTERVAL_NANOS;
      endOverdue();
    }
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
      patience.reset();
      return false;
    }
    return patience.pause();
  }

  private ServerConnection.Outcome serve(ServerConnection connection) {
    String fault = connection.broken();
    try {
      if (fault == null) {
        ServerConnection.Outcome outcome = connection.serve(now);
        fault = connection.broken();
        if (fault == null
            && outcome != ServerConnection.Outcome.WAITING
            && !unfinished.contains(connection)) {
          unfinished.add(connection);
        }
        if (fault == null) {
          return outcome;
        }
      }
    } catch (RingFaultException e) {
      workspace.counters().countFault();
      fault = e.getMessage();
    } catch (TransportException | InternalError e) {
      // No memory for a long request, or the client's file is shorter than it said (SIGBUS).
      fault = e.getMessage();
    }
    LOGGER.log(Level.DEBUG, "a client is disconnected: {0}", fault);
    end(connection.number());
    return ServerConnection.Outcome.WAITING;
  }

  private void endOverdue() {
    for (int number = 0; number < byNumber.length; number++) {
      ServerConnection connection = byNumber[number];
      if (connection != null && isOverdue(connection)) {
        end(number);
      }
    }
  }

  private boolean isOverdue(ServerConnection connection) {
    long silent = now - connection.lastActivity();
    return (idleNanos > 0 && silent > idleNanos) || connection.hasStalled(now, stallNanos);
  }

  /** Stops the thread and waits for it. */
  void stop() {
    stopping = true;
    synchronized (changes) {
      if (!closedToChanges) {
        port.wake();
      }
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Frees what a thread holds that was never started. */
  void discard() {
    closeAll();
  }

  private void closeAll() {
    synchronized (changes) {
      closedToChanges = true;
    }
    for (Change change = changes.poll(); change != null; change = changes.poll()) {
      RemoteMemory arriving = change.arriving;
      if (arriving != null) {
        arriving.close();
      }
    }
    for (Integer number : List.copyOf(connections.keySet())) {
      end(number);
    }
    workspace.bulks().close();
    workspace.reply().close();
    port.close();
    arena.close();
  }
}
