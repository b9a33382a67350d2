// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Where some of the threads append their records: a segment and the lock on its end, which is held
 * for some tens of nanoseconds and is neither reentrant nor fair.
 */
final class Lane {

  private final AtomicBoolean held = new AtomicBoolean();
  private @Nullable Segment segment;

  void lock() {
    for (int attempt = 0; !held.weakCompareAndSetAcquire(false, true); attempt++) {
      Backoff.pause(attempt);
    }
  }

  void unlock() {
    held.setRelease(false);
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
