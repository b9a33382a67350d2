// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Where some of the threads append their records: a segment and the lock on its end, which is held
 * for some tens of nanoseconds and is neither reentrant nor fair.
 */
final class Lane {

  private static final VarHandle HELD = MethodHandles.arrayElementVarHandle(long[].class);

  /** Two cache lines from either end of the array, so no other lane's lock is in its line. */
  private static final int LOCK = 16;

  private final long[] held = new long[2 * LOCK];
  private @Nullable Segment segment;

  void lock() {
    for (int attempt = 0; !HELD.weakCompareAndSetAcquire(held, LOCK, 0L, 1L); attempt++) {
      Backoff.pause(attempt);
    }
  }

  void unlock() {
    HELD.setRelease(held, LOCK, 0L);
  }

  /** The segment being filled. The caller holds the lock. */
  @Nullable Segment segment() {
    return segment;
  }

  /** Goes on in another segment. The caller holds the lock and seals the old one. */
  void setSegment(@Nullable Segment segment) {
    this.segment = segment;
  }
}
