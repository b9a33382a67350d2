// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import java.util.function.LongSupplier;

/**
 * The {@link QuickerPath} of gets that are sent many at once, which need not be that of one: a
 * batch of requests is one write each way, and each read is one. All gets of a batch take one way.
 *
 * <p>A batch is timed from its flush until all is completed that is under way then, which may be
 * more than the batch: a client that always has requests under way is timed as well. It must all be
 * gets of the batch's way.
 */
final class PipelinedPath {

  private final LongSupplier nanoTime;
  private final QuickerPath path = new QuickerPath();
  private boolean reads = path.next();

  /** What was submitted since the last flush: gets, those of them that could read, and others. */
  private int gets;

  private int able;
  private int others;

  /** What was submitted and is not completed; a request that is refused at once is not among it. */
  private int underWay;

  /** How many gets were sent by one way without anything else between, and whether they read. */
  private long run;

  private boolean runReads;

  /** Of what is timed: how many there were, are not completed yet, and began when. */
  private int timed;

  private int awaited;
  private boolean timedReads;
  private long start;

  PipelinedPath(LongSupplier nanoTime) {
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

  /** A get was submitted that may read, if it can: its address is known. */
  void addGet(boolean able) {
    gets++;
    underWay++;
    this.able += able ? 1 : 0;
  }

  /** A write was submitted, or a get that has to follow one. */
  void addOther() {
    others++;
    underWay++;
  }

  /** Whether something was submitted after the last flush. */
  boolean isUnflushed() {
    return gets + others > 0;
  }

  /** Whether what was submitted after the last flush are gets that may read, and nothing else. */
  boolean isOfGets() {
    return gets > 0 && others == 0;
  }

  /** What was submitted is sent. */
  void flush() {
    if (isOfGets() && able * 4L >= gets * 3L) {
      run = reads == runReads ? run + gets : gets;
      runReads = reads;
      if (path.isTimed() && awaited == 0 && run >= underWay) {
        timed = underWay;
        awaited = underWay;
        timedReads = reads;
        start = nanoTime.getAsLong();
      }
      reads = path.next();
    } else if (isUnflushed()) {
      run = 0;
    }
    gets = 0;
    able = 0;
    others = 0;
  }

  /** The oldest was completed. */
  void complete() {
    underWay--;
    if (awaited > 0 && --awaited == 0) {
      path.took(timedReads, (nanoTime.getAsLong() - start) / timed);
    }
  }
}
