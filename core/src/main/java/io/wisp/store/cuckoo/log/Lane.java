// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import org.jspecify.annotations.Nullable;

/** Where some of the threads append their records: a segment and the lock on its end. */
final class Lane {

  private final SpinLock lock = new SpinLock();
  private @Nullable Segment segment;

  void lock() {
    lock.lock();
  }

  void unlock() {
    lock.unlock();
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
