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
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file descriptor of the library from which events are read, made non-blocking, and beside it one
 * of our own (an eventfd) by which a wait can be ended. One thread waits at a time.
 */
final class EventDescriptor {

  private static final long EVENTS = offset(POLLFD, "events");
  private static final long RETURNED = offset(POLLFD, "revents");
  private static final long SECOND = POLLFD.byteSize();

  private final int waking;
  private final MemorySegment descriptors;
  private final MemorySegment word;
  private final CallState state;
  private final ReentrantLock turn = new ReentrantLock();

  /** How a wait ended. */
  enum Outcome {
    READY,
    WOKEN,
    TIMED_OUT
  }

  /** For a descriptor that stays the library's. */
  EventDescriptor(int descriptor) {
    Arena arena = Arena.ofAuto();
    descriptors = arena.allocate(POLLFD, 2);
    word = arena.allocate(ValueLayout.JAVA_LONG);
    state = new CallState(arena);
    int flags = SystemCalls.fcntl(state, descriptor, Posix.F_GETFL, 0);
    if (flags < 0
        || SystemCalls.fcntl(state, descriptor, Posix.F_SETFL, flags | Posix.O_NONBLOCK) < 0) {
      throw new VerbsException("fcntl", "descriptor=" + descriptor, state.errno());
    }
    waking = SystemCalls.eventfd(state, 0, Posix.EFD_CLOEXEC | Posix.EFD_NONBLOCK);
    if (waking < 0) {
      throw new VerbsException("eventfd", "", state.errno());
    }
    watch(0, descriptor);
    watch(SECOND, waking);
  }

  private void watch(long at, int descriptor) {
    descriptors.set(ValueLayout.JAVA_INT, at, descriptor);
    descriptors.set(ValueLayout.JAVA_SHORT, at + EVENTS, (short) Posix.POLLIN);
  }

  /** Takes this thread's turn to wait. */
  void lock() {
    turn.lock();
  }

  void unlock() {
    turn.unlock();
  }

  /** For the calls of the thread whose turn it is. */
  CallState state() {
    return state;
  }

  /** The time at which a wait ends, as of {@link System#nanoTime}. */
  static long deadline(long timeoutMilliseconds) {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMilliseconds);
  }

  /**
   * Waits until there may be something to read. To be called by the thread whose turn it is.
   *
   * @param timeoutMilliseconds negative for no limit; then the deadline does not matter
   */
  Outcome await(long timeoutMilliseconds, long deadline) {
    while (true) {
      int ready =
          SystemCalls.poll(
              state, descriptors.address(), 2, remaining(timeoutMilliseconds, deadline));
      if (ready < 0 && state.errno() != Errno.EINTR.number()) {
        throw new VerbsException("poll", "", state.errno());
      }
      if (ready > 0) {
        if (descriptors.get(ValueLayout.JAVA_SHORT, SECOND + RETURNED) != 0) {
          long ignored = SystemCalls.read(state, waking, word.address(), Long.BYTES);
          return Outcome.WOKEN;
        }
        return Outcome.READY;
      }
      if (timeoutMilliseconds >= 0 && deadline - System.nanoTime() <= 0) {
        return Outcome.TIMED_OUT;
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

  /** Ends the wait that is under way, or else the next one. Any thread. */
  void wake() {
    try (Arena arena = Arena.ofConfined()) {
      long ignored =
          SystemCalls.write(
              new CallState(arena),
              waking,
              arena.allocateFrom(ValueLayout.JAVA_LONG, 1L).address(),
              Long.BYTES);
    }
  }

  /** Whether a call that reads an event failed only because there is none. */
  static boolean isEmpty(int errno) {
    return errno == Errno.EAGAIN.number() || errno == Errno.EINTR.number();
  }

  void close() {
    int ignored = SystemCalls.close(state, waking);
  }
}
