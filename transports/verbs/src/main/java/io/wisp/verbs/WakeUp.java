// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import io.wisp.verbs.raw.CallState;
import io.wisp.verbs.raw.Posix;
import io.wisp.verbs.raw.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A file descriptor of our own (an eventfd) by which a wait at others can be ended. */
final class WakeUp {

  /** What waking adds. */
  private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1L);

  private final int descriptor;
  private final CallState state;

  /** Where the thread that waits reads to. */
  private final MemorySegment word;

  WakeUp() {
    Arena arena = Arena.ofAuto();
    state = new CallState(arena);
    word = arena.allocate(ValueLayout.JAVA_LONG);
    descriptor = SystemCalls.eventfd(state, 0, Posix.EFD_CLOEXEC | Posix.EFD_NONBLOCK);
    if (descriptor < 0) {
      throw new VerbsException("eventfd", "", state.errno());
    }
  }

  /** Ready to be read once somebody wakes. */
  int descriptor() {
    return descriptor;
  }

  /** Ends the wait that is under way, or else the next one. Any thread. Allocates nothing. */
  void wake() {
    long ignored = SystemCalls.write(descriptor, ONE.address(), Long.BYTES);
  }

  /** Takes note of having been woken. By the thread that waits. */
  void clear() {
    long ignored = SystemCalls.read(descriptor, word.address(), Long.BYTES);
  }

  void close() {
    int ignored = SystemCalls.close(state, descriptor);
  }
}
