// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.CallState;
import io.wisp.verbs.raw.Errno;
import io.wisp.verbs.raw.Posix;
import io.wisp.verbs.raw.SystemCalls;
import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file descriptor of the library from which events are read, made non-blocking, and beside it one
 * by which a wait can be ended. One thread waits at a time.
 */
final class EventDescriptor {

  /** The place of what ends a wait, behind the library's descriptor. */
  private static final int WAKING = 1;

  private final CallState state = new CallState(Arena.ofAuto());
  private final WakeUp wakeUp;
  private final PolledDescriptors polled;
  private final ReentrantLock turn = new ReentrantLock();

  /** How a wait ended. */
  enum Outcome {
    READY,
    WOKEN,
    TIMED_OUT
  }

  /** For a descriptor that stays the library's. */
  EventDescriptor(int descriptor) {
    int flags = SystemCalls.fcntl(state, descriptor, Posix.F_GETFL, 0);
    if (flags < 0
        || SystemCalls.fcntl(state, descriptor, Posix.F_SETFL, flags | Posix.O_NONBLOCK) < 0) {
      throw new VerbsException("fcntl", "descriptor=" + descriptor, state.errno());
    }
    wakeUp = new WakeUp();
    polled = new PolledDescriptors(descriptor, wakeUp.descriptor());
  }

  /** Ready to be read when a wait here is to end. */
  int wakingDescriptor() {
    return wakeUp.descriptor();
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

  /**
   * Waits until there may be something to read. To be called by the thread whose turn it is.
   *
   * @param timeoutMilliseconds negative for no limit; then the deadline does not matter
   */
  Outcome await(long timeoutMilliseconds, long deadline) {
    if (!polled.await(timeoutMilliseconds, deadline)) {
      return Outcome.TIMED_OUT;
    }
    if (polled.isReady(WAKING)) {
      wakeUp.clear();
      return Outcome.WOKEN;
    }
    return Outcome.READY;
  }

  /** Ends the wait that is under way, or else the next one. Any thread. */
  void wake() {
    wakeUp.wake();
  }

  /** Whether a call that reads an event failed only because there is none. */
  static boolean isEmpty(int errno) {
    return errno == Errno.EAGAIN.number() || errno == Errno.EINTR.number();
  }

  void close() {
    wakeUp.close();
  }
}
