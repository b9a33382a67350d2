// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.concurrent.TimeUnit;

/**
 * Finds out a disk that hangs: it has taken nothing for long, though the log has more. Ratis would
 * go on, for its heartbeats need no disk: a leader would lead for ever, and nothing would be
 * committed. For one thread.
 */
final class DiskWatch {

  /** After so long it counts as hanging. */
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** No more of the time between two looks counts: a process that stood still saw nothing. */
  private static final long MOST_BETWEEN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private long flushedBefore;
  private long waitedNanos;
  private long lookedAt;

  /** One that looks for the first time later. */
  DiskWatch(long now) {
    lookedAt = now;
  }

  /**
   * Looks at the log.
   *
   * @param last index of its last entry
   * @param flushed index of the last one that the disk has
   * @param now {@link System#nanoTime}
   * @return whether the disk hangs
   */
  boolean hangs(long last, long flushed, long now) {
    long between = Math.min(now - lookedAt, MOST_BETWEEN_NANOS);
    lookedAt = now;
    boolean waits = flushed < last && flushed == flushedBefore;
    flushedBefore = flushed;
    waitedNanos = waits ? waitedNanos + between : 0;
    return waitedNanos > PATIENCE_NANOS;
  }
}
