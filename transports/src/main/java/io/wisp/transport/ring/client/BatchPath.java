// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import java.util.function.LongSupplier;

/**
 * The {@link QuickerPath} of gets that are sent many at once, which need not be that of one: a
 * batch of requests is one write each way, and each read is one. All gets of a batch take one way.
 * Batches that consist of gets alone are timed, from the flush to the completion of the last.
 */
final class BatchPath {

  private final LongSupplier nanoTime;
  private final QuickerPath path = new QuickerPath();
  private boolean reads = path.next();

  /** What was submitted since the last flush: gets, those of them that could read, and writes. */
  private int gets;

  private int able;
  private int writes;

  /** Of the batch that is timed: how many there were, are not completed yet, and began when. */
  private int timed;

  private int awaited;
  private boolean timedReads;
  private long start;

  BatchPath(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether the gets of this batch shall read. */
  boolean reads() {
    return reads;
  }

  /** The times of this path, a get. */
  QuickerPath times() {
    return path;
  }

  /** A get was submitted, which could read, or has to ask either way. */
  void addGet(boolean able) {
    gets++;
    this.able += able ? 1 : 0;
  }

  /** Whether something was submitted after the last flush. */
  boolean isUnflushed() {
    return gets + writes > 0;
  }

  void addWrite() {
    writes++;
  }

  /**
   * What was submitted is sent.
   *
   * @param outstanding how many requests are not completed, these included
   */
  void flush(int outstanding) {
    boolean mostAble = able * 4L >= gets * 3L;
    boolean alone = outstanding == gets && writes == 0;
    awaited = 0;
    if (path.isSampled() && gets > 1 && alone && mostAble) {
      timed = gets;
      awaited = gets;
      timedReads = reads;
      start = nanoTime.getAsLong();
    }
    gets = 0;
    able = 0;
    writes = 0;
    reads = path.next();
  }

  /** The oldest was completed. */
  void complete() {
    if (awaited > 0 && --awaited == 0) {
      path.took(timedReads, (nanoTime.getAsLong() - start) / timed);
    }
  }
}
