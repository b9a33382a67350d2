// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How a thread that sleeps is woken by other processes: two words in shared memory, each on a cache
 * line of its own.
 *
 * <pre>
 *    0  count of rings, the futex
 *   64  1 while the thread sleeps or is about to, else 0
 * </pre>
 *
 * <p>The sleeper says that it sleeps and then looks for news once more; who has news writes it and
 * then looks whether the sleeper sleeps. All of it is sequentially consistent, so at least one of
 * the two sees the other (Dekker).
 *
 * @param words {@link #BYTES} of memory, aligned to 64
 */
record Doorbell(MemorySegment words) {

  /** How many bytes it takes. */
  static final int BYTES = 128;

  private static final long SLEEPING_OFFSET = 64;
  private static final VarHandle WORD =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  /**
   * Rings, if the other side sleeps. To be called after the news was written.
   *
   * @return whether it rang
   */
  boolean ring() {
    VarHandle.fullFence();
    boolean sleeps = (int) WORD.getVolatile(words, SLEEPING_OFFSET) != 0;
    if (sleeps) {
      ringAnyway();
    }
    return sleeps;
  }

  /** Rings, whether or not somebody sleeps. */
  void ringAnyway() {
    int ignored = (int) WORD.getAndAdd(words, 0L, 1);
    Futex.wake(words);
  }

  /** Says that this side is going to sleep. Returns what {@link #sleep} wants to hear. */
  int prepare() {
    WORD.setVolatile(words, SLEEPING_OFFSET, 1);
    int rings = (int) WORD.getVolatile(words, 0L);
    VarHandle.fullFence();
    return rings;
  }

  /** Sleeps until the bell rings, unless it has rung since it was prepared. */
  void sleep(int rings, long nanoseconds, MemorySegment timespec) {
    Futex.await(words, rings, nanoseconds, timespec);
  }

  /** Says that this side is awake. */
  void awake() {
    WORD.setVolatile(words, SLEEPING_OFFSET, 0);
  }
}
