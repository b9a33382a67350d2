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

  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(Lane.class, "held", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // through HELD
  private int held;

  private @Nullable Segment segment;

  void lock() {
    for (int attempt = 0; !HELD.weakCompareAndSetAcquire(this, 0, 1); attempt++) {
      Backoff.pause(attempt);
    }
  }

  void unlock() {
    HELD.setRelease(this, 0);
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
