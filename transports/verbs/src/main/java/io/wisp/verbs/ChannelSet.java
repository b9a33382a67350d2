// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Completion channels that a thread waits at together, of one device or of several. Any thread may
 * add and remove channels, also during a wait, which then goes on with those that it began with.
 * Several threads that wait take turns. Waiting allocates nothing.
 */
public final class ChannelSet implements AutoCloseable {

  private final WakeUp wakeUp = new WakeUp();
  private final ReentrantLock turn = new ReentrantLock();

  /** Replaced, never changed. */
  private volatile Watched watched = new Watched(List.of(), wakeUp);

  private volatile boolean closed;

  /** A set without channels, in which a wait ends by {@link #wakeUp} or its time. */
  public ChannelSet() {}

  /** Some channels, and the descriptors at which they are waited for. */
  private static final class Watched {

    /** Descriptors of a channel: for what it announces, and for its being closed. */
    private static final int EACH = 2;

    private final CompletionChannel[] channels;
    private final PolledDescriptors polled;

    Watched(List<CompletionChannel> channels, WakeUp wakeUp) {
      this.channels = channels.toArray(CompletionChannel[]::new);
      int[] descriptors = new int[EACH * channels.size() + 1];
      for (int i = 0; i < channels.size(); i++) {
        descriptors[EACH * i] = channels.get(i).fileDescriptor();
        descriptors[EACH * i + 1] = channels.get(i).events.wakingDescriptor();
      }
      descriptors[descriptors.length - 1] = wakeUp.descriptor();
      polled = new PolledDescriptors(descriptors);
    }

    List<CompletionChannel> without(CompletionChannel channel) {
      List<CompletionChannel> others = new ArrayList<>();
      for (CompletionChannel each : channels) {
        if (each != channel) {
          others.add(each);
        }
      }
      return others;
    }

    boolean isWoken() {
      return polled.isReady(EACH * channels.length);
    }

    @Nullable CompletionChannel ready() {
      for (int i = 0; i < channels.length; i++) {
        if (polled.isReady(EACH * i) || polled.isReady(EACH * i + 1)) {
          return channels[i];
        }
      }
      return null;
    }
  }

  /** Waits at one more channel from the next wait on. */
  public synchronized void add(CompletionChannel channel) {
    List<CompletionChannel> more = watched.without(channel);
    more.add(channel);
    watched = new Watched(more, wakeUp);
  }

  /** Waits at a channel no more from the next wait on, if it is one of these. */
  public synchronized void remove(CompletionChannel channel) {
    List<CompletionChannel> others = watched.without(channel);
    if (others.size() < watched.channels.length) {
      watched = new Watched(others, wakeUp);
    }
  }

  /**
   * Waits until a channel has something to tell. What that is {@link CompletionChannel#awaitEvent
   * awaitEvent(0)} says: an announcement, or by an exception that the channel was closed or its
   * device is gone. Until it was taken, or the channel removed, the next wait ends at once.
   *
   * @param timeoutMilliseconds how long at most; 0 does not wait; negative waits forever
   * @return a channel, or null if none had anything in time or {@link #wakeUp} was called
   * @throws IllegalStateException if one of the channels, or the set, is closed
   */
  public @Nullable CompletionChannel await(long timeoutMilliseconds) {
    long deadline = PolledDescriptors.deadline(timeoutMilliseconds);
    turn.lock();
    try {
      if (closed) {
        throw new IllegalStateException("a set of completion channels is closed");
      }
      return await(watched, timeoutMilliseconds, deadline);
    } finally {
      turn.unlock();
    }
  }

  private @Nullable CompletionChannel await(
      Watched among, long timeoutMilliseconds, long deadline) {
    int acquired = 0;
    try {
      for (; acquired < among.channels.length; acquired++) {
        long ignored = among.channels[acquired].acquire();
      }
      if (!among.polled.await(timeoutMilliseconds, deadline)) {
        return null;
      }
      if (among.isWoken()) {
        wakeUp.clear();
      }
      return among.ready();
    } finally {
      for (; acquired > 0; acquired--) {
        among.channels[acquired - 1].release();
      }
    }
  }

  /** Ends the wait that is under way, or else the next one. */
  public synchronized void wakeUp() {
    if (!closed) {
      wakeUp.wake();
    }
  }

  /** Ends a wait under way and frees what the set holds; the channels stay. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      wakeUp.wake();
    }
    turn.lock();
    try {
      wakeUp.close();
    } finally {
      turn.unlock();
    }
  }
}
