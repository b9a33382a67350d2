// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.Log;
import io.wisp.transport.TransportException;
import io.wisp.verbs.CompletionChannel;
import io.wisp.verbs.CompletionQueue;
import io.wisp.verbs.Context;
import io.wisp.verbs.VerbsException;
import java.lang.System.Logger.Level;
import java.util.Arrays;

/**
 * The completion queues of a port on one device, of which there are more the more connections go
 * through it: each has room for all that its connections can have posted at once, so that none
 * overruns. Any thread may reserve room.
 */
final class CompletionQueues implements AutoCloseable {

  private static final Log LOG = Log.of(CompletionQueues.class);

  /** Connections that share a queue, if the device allows it to be that long. */
  private static final int CONNECTIONS_PER_QUEUE = 64;

  private final Context context;
  private final CompletionChannel channel;
  private final int capacity;
  private final int perQueue;

  /** Replaced, never changed, so that the port's thread goes through it without a lock. */
  private volatile Shared[] queues = {};

  private boolean closed;

  /** A queue and how many connections have their completions in it. */
  static final class Shared {

    private final CompletionQueue queue;
    private int connections;

    /** Whether an announcement was asked for that has not come; for the port's thread. */
    private boolean armed;

    private Shared(CompletionQueue queue) {
      this.queue = queue;
    }

    CompletionQueue queue() {
      return queue;
    }

    void arm() {
      if (!armed) {
        queue.requestNotification(false);
        armed = true;
      }
    }

    void announced(CompletionQueue which) {
      if (which == queue) {
        armed = false;
      }
    }
  }

  /**
   * @param most how many connections there will ever be
   * @param perConnection how many requests a connection can have posted at once
   */
  CompletionQueues(Context context, CompletionChannel channel, int most, int perConnection) {
    this.context = context;
    this.channel = channel;
    int limit = context.attributes().maxCompletions();
    perQueue = Math.min(Math.min(most, CONNECTIONS_PER_QUEUE), limit / perConnection - 1);
    if (perQueue < 1) {
      throw new TransportException(
          "the completion queues of %s hold %s entries, and a connection needs %s"
              .formatted(context.device().name(), limit, 2 * perConnection));
    }
    // What a connection that was closed has left in the queue goes with the next poll, and has room
    // until then.
    capacity = (perQueue + 1) * perConnection;
  }

  /** All that there are now. */
  Shared[] all() {
    return queues;
  }

  /**
   * Room for a connection, to be given back.
   *
   * @throws io.wisp.verbs.VerbsException if the device has no more queues; it names the limit
   */
  synchronized Shared reserve() {
    if (closed) {
      throw new TransportException("the RDMA device is given up, or the server is closing");
    }
    for (Shared each : queues) {
      if (each.connections < perQueue) {
        each.connections++;
        return each;
      }
    }
    Shared more = new Shared(context.createCompletionQueue(capacity, channel, 0));
    more.connections = 1;
    Shared[] longer = Arrays.copyOf(queues, queues.length + 1);
    longer[queues.length] = more;
    queues = longer;
    return more;
  }

  synchronized void giveBack(Shared shared) {
    shared.connections--;
  }

  /** Closes them if no room is reserved; the answer is whether they are closed. */
  synchronized boolean closeIfUnused() {
    for (Shared each : queues) {
      if (each.connections > 0) {
        return false;
      }
    }
    close();
    return true;
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (Shared each : queues) {
      try {
        each.queue.close();
      } catch (VerbsException e) {
        // A device that has failed may refuse it, which must not end a thread that serves others.
        LOG.log(Level.WARNING, "a completion queue was not freed", e);
      }
    }
    queues = new Shared[0];
  }
}
