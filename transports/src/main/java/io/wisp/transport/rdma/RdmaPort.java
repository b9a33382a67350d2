// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TransportException;
import io.wisp.transport.ring.FabricCounters;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.verbs.ChannelSet;
import io.wisp.verbs.CompletionChannel;
import io.wisp.verbs.VerbsException;
import io.wisp.verbs.WorkCompletions;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A thread's connections, whatever rails they go through, and what the thread has of each rail. A
 * rail that fails ends its own connections and is given up when the last of them has ended.
 */
final class RdmaPort implements Port {

  private static final int COMPLETIONS_PER_POLL = 32;

  private final int most;
  private final ChannelSet channels = new ChannelSet();
  private final WorkCompletions completions = new WorkCompletions(COMPLETIONS_PER_POLL);
  private final FabricCounters counters = new FabricCounters();
  private final AtomicLong serials = new AtomicLong();
  private @Nullable RdmaMemory[] connections = new @Nullable RdmaMemory[1];

  /** Those that something was taken in for. */
  private final Queue<RdmaMemory> listed = new ArrayDeque<>();

  /** Whether something was taken in by a wait, for the next poll to tell. */
  private boolean tookWhileWaiting;

  /** Replaced, never changed, so that the thread goes through it without a lock. */
  private volatile RailPort[] rails = {};

  private boolean closed;

  /**
   * A port without rails.
   *
   * @param most how many connections it will have on each
   */
  RdmaPort(int most) {
    this.most = most;
  }

  /**
   * What the port has of a rail, made when it is first asked for. Any thread may ask.
   *
   * @throws VerbsException if the device does not give what is needed
   */
  synchronized RailPort on(Rail rail) {
    if (closed) {
      throw new TransportException("the server is closing");
    }
    for (RailPort each : rails) {
      if (each.rail() == rail && each.failure() == null) {
        return each;
      }
    }
    RailPort made = new RailPort(this, rail, most);
    // The thread waits at it from the next time on, before which nobody can be served through it.
    channels.add(made.channel());
    RailPort[] more = Arrays.copyOf(rails, rails.length + 1);
    more[rails.length] = made;
    rails = more;
    return made;
  }

  /** A number that no other connection of this port has had. */
  long nextSerial() {
    return serials.incrementAndGet();
  }

  @Override
  public void attach(RemoteMemory connection) {
    RdmaMemory memory = (RdmaMemory) connection;
    if (memory.number() >= connections.length) {
      connections =
          Arrays.copyOf(connections, Math.max(memory.number() + 1, 2 * connections.length));
    }
    connections[memory.number()] = memory;
  }

  /** Forgets a connection, which may be one that was never attached. */
  void detach(RdmaMemory memory) {
    if (find(memory.number()) == memory) {
      connections[memory.number()] = null;
    }
  }

  private @Nullable RdmaMemory find(int number) {
    return number < connections.length ? connections[number] : null;
  }

  @Override
  public boolean poll() {
    boolean any = tookWhileWaiting;
    tookWhileWaiting = false;
    for (RailPort each : rails) {
      String failure = each.failure();
      any |= failure == null ? poll(each) : end(each, failure);
    }
    return any;
  }

  private boolean poll(RailPort rail) {
    boolean any = false;
    try {
      for (CompletionQueues.Shared each : rail.queues().all()) {
        int count = each.queue().poll(completions);
        for (int i = 0; i < count; i++) {
          any |= take(i);
        }
      }
    } catch (VerbsException e) {
      rail.fail(String.valueOf(e.getMessage()));
    }
    return any;
  }

  private boolean take(int index) {
    long id = completions.id(index);
    RdmaMemory memory = find(RequestId.number(id));
    if (memory == null || !memory.owns(id) || !memory.take(completions, index)) {
      return false;
    }
    list(memory);
    return true;
  }

  private void list(RdmaMemory memory) {
    if (!memory.isListed()) {
      memory.setListed(true);
      listed.add(memory);
    }
  }

  /** Breaks what goes through a rail that has failed, and gives it up when nothing does. */
  private boolean end(RailPort rail, String failure) {
    if (rail.stopWaiting()) {
      // A device that is gone would end every wait at once.
      channels.remove(rail.channel());
    }
    boolean any = false;
    for (RdmaMemory each : connections) {
      if (each != null && each.rail() == rail && each.broken() == null) {
        each.breakWith(failure);
        list(each);
        any = true;
      }
    }
    if (rail.queues().closeIfUnused()) {
      remove(rail);
    }
    return any;
  }

  private void remove(RailPort rail) {
    synchronized (this) {
      rails = Arrays.stream(rails).filter(each -> each != rail).toArray(RailPort[]::new);
    }
    rail.close();
  }

  @Override
  public int nextReady() {
    for (RdmaMemory next = listed.poll(); next != null; next = listed.poll()) {
      next.setListed(false);
      if (!next.isClosed()) {
        return next.number();
      }
    }
    return -1;
  }

  @Override
  public void await(long nanoseconds) {
    for (RailPort each : rails) {
      if (each.failure() == null) {
        arm(each);
      }
    }
    // What arrived before was asked for is not announced.
    if (poll()) {
      tookWhileWaiting = true;
      return;
    }
    counters.slept();
    CompletionChannel ready =
        channels.await(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanoseconds)));
    if (ready != null) {
      takeAnnouncement(ready);
    }
  }

  private static void arm(RailPort rail) {
    try {
      rail.arm();
    } catch (VerbsException e) {
      rail.fail(String.valueOf(e.getMessage()));
    }
  }

  private void takeAnnouncement(CompletionChannel channel) {
    for (RailPort each : rails) {
      if (each.channel() == channel) {
        try {
          each.takeAnnouncement();
        } catch (VerbsException e) {
          each.fail(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  @Override
  public void wake() {
    channels.wakeUp();
  }

  @Override
  public FabricCounters counters() {
    return counters;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      for (RailPort each : rails) {
        each.close();
      }
      channels.close();
    }
  }
}
