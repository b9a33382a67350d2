// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.transport.Log;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ServedClient;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one thread, by the numbers that its port knows them by. It belongs to that
 * thread; only the numbers are for any.
 */
final class ServedConnections {

  private static final Log LOG = Log.of(ServedConnections.class);

  private final Port port;
  private final ThreadContext context;
  private final BitSet numbers = new BitSet();
  private @Nullable ServerConnection[] byNumber = new @Nullable ServerConnection[16];
  private final ArrayDeque<ServerConnection> unfinished = new ArrayDeque<>();

  ServedConnections(Port port, ThreadContext context) {
    this.port = port;
    this.context = context;
  }

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

  /** How many numbers are reserved. */
  int count() {
    synchronized (numbers) {
      return numbers.cardinality();
    }
  }

  @Nullable ServerConnection get(int number) {
    return number < byNumber.length ? byNumber[number] : null;
  }

  /** Those that have more to do though nothing need arrive. */
  ArrayDeque<ServerConnection> unfinished() {
    return unfinished;
  }

  /** Begins to serve a client, and tells it so. */
  void begin(ServedClient control, RemoteMemory memory) {
    int number = control.number();
    try {
      if (number >= byNumber.length) {
        byNumber = Arrays.copyOf(byNumber, Math.max(number + 1, 2 * byNumber.length));
      }
      port.attach(memory);
      byNumber[number] = new ServerConnection(number, memory, context, control);
      control.begin();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "a client could not be begun with, and is disconnected", e);
      if (get(number) == null) {
        turnAway(control, memory);
      } else {
        end(number);
      }
    }
  }

  /** Frees what there is of a client that is not served. */
  void turnAway(ServedClient control, RemoteMemory memory) {
    closing(memory::close);
    control.end();
    release(control.number());
  }

  /** Ends the connection of a session, if it is served: its number may be another's by now. */
  void end(ServedClient control) {
    ServerConnection connection = get(control.number());
    if (connection != null && connection.control().equals(control)) {
      end(connection.number());
    }
  }

  void end(int number) {
    ServerConnection connection = get(number);
    if (connection != null) {
      byNumber[number] = null;
      unfinished.remove(connection);
      closing(connection::close);
      release(number);
    }
  }

  private static void closing(Runnable close) {
    try {
      close.run();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, "a client's connection did not end as it should", e);
    }
  }

  /** Does something for each. */
  void forEach(Consumer<ServerConnection> action) {
    for (ServerConnection connection : byNumber) {
      if (connection != null) {
        action.accept(connection);
      }
    }
  }

  /** Ends those that are to end. */
  void endIf(Predicate<ServerConnection> ends) {
    for (int number = 0; number < byNumber.length; number++) {
      ServerConnection connection = byNumber[number];
      if (connection != null && ends.test(connection)) {
        end(number);
      }
    }
  }

  /** Ends those whose client has taken their memory away, and returns whether there were any. */
  boolean endThoseWithoutMemory() {
    boolean any = false;
    for (int number = 0; number < byNumber.length; number++) {
      try {
        any |= endIfWithoutMemory(number);
      } catch (InternalError e) {
        // One more that was cut meanwhile, which the next turn finds.
      }
    }
    return any;
  }

  private boolean endIfWithoutMemory(int number) {
    ServerConnection connection = byNumber[number];
    if (connection == null || connection.memory().isWhole()) {
      return false;
    }
    LOG.log(
        Level.DEBUG, "a client is disconnected: {0}", String.valueOf(connection.memory().broken()));
    end(number);
    return true;
  }
}
