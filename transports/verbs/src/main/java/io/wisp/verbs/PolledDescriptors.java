// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static io.wisp.verbs.raw.Structs.POLLFD;
import static io.wisp.verbs.raw.Structs.offset;

import io.wisp.verbs.raw.CallState;
import io.wisp.verbs.raw.Errno;
import io.wisp.verbs.raw.Posix;
import io.wisp.verbs.raw.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;

/**
 * File descriptors that are waited at together, until one has something to read or has failed. One
 * thread waits at a time. Waiting allocates nothing.
 */
final class PolledDescriptors {

  private static final long EVENTS = offset(POLLFD, "events");
  private static final long RETURNED = offset(POLLFD, "revents");

  private final int count;
  private final MemorySegment entries;
  private final CallState state;

  PolledDescriptors(int... descriptors) {
    Arena arena = Arena.ofAuto();
    state = new CallState(arena);
    count = descriptors.length;
    entries = arena.allocate(POLLFD, count);
    for (int i = 0; i < count; i++) {
      entries.set(ValueLayout.JAVA_INT, at(i), descriptors[i]);
      entries.set(ValueLayout.JAVA_SHORT, at(i) + EVENTS, (short) Posix.POLLIN);
    }
  }

  private static long at(int index) {
    return index * POLLFD.byteSize();
  }

  /** The time at which a wait ends, as of {@link System#nanoTime}. */
  static long deadline(long timeoutMilliseconds) {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMilliseconds);
  }

  /**
   * Waits; the answer is whether one is ready, not the end of the time.
   *
   * @param timeoutMilliseconds negative for no limit; then the deadline does not matter
   */
  boolean await(long timeoutMilliseconds, long deadline) {
    while (true) {
      int remaining = remaining(timeoutMilliseconds, deadline);
      int ready = SystemCalls.poll(entries.address(), count, remaining);
      if (ready < 0) {
        ready = SystemCalls.poll(state, entries.address(), count, remaining);
      }
      if (ready < 0 && state.errno() != Errno.EINTR.number()) {
        throw new VerbsException("poll", "", state.errno());
      }
      if (ready > 0) {
        return true;
      }
      if (timeoutMilliseconds >= 0 && deadline - System.nanoTime() <= 0) {
        return false;
      }
    }
  }

  /** Rounded up, so that a wait does not end before its time. */
  private static int remaining(long timeoutMilliseconds, long deadline) {
    if (timeoutMilliseconds < 0) {
      return -1;
    }
    long nanoseconds = Math.max(0, deadline - System.nanoTime());
    return (int) Math.min(Integer.MAX_VALUE, (nanoseconds + 999_999) / 1_000_000);
  }

  /** Whether the descriptor at an index was ready when the last wait ended so. */
  boolean isReady(int index) {
    return entries.get(ValueLayout.JAVA_SHORT, at(index) + RETURNED) != 0;
  }
}
