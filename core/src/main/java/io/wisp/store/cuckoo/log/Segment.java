// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import io.wisp.store.cuckoo.region.Geometry;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A run of pages that records are written into one after the other. While it is OPEN a lane appends
 * to it; SEALED it only loses records; EVACUATING the compactor is copying what still lives in it,
 * and nobody else may give its pages back; FREE its pages are no longer its own.
 */
public final class Segment {

  private static final int OPEN = 0;
  private static final int SEALED = 1;
  private static final int EVACUATING = 2;
  private static final int FREE = 3;

  private static final VarHandle DEAD;
  private static final VarHandle STATE;
  private static final VarHandle TOP;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      DEAD = lookup.findVarHandle(Segment.class, "dead", long.class);
      STATE = lookup.findVarHandle(Segment.class, "state", int.class);
      TOP = lookup.findVarHandle(Segment.class, "top", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int firstPage;
  private final int pages;
  private final long start;
  private final long limit;
  private long sequence;
  private long passedOverIn;
  private int largest;
  private volatile long top;
  private volatile long dead;
  private volatile int state = OPEN;

  /** An open segment without records. The sequence orders segments by age. */
  Segment(int firstPage, int pages, int pageShift, long sequence) {
    this.firstPage = firstPage;
    this.pages = pages;
    this.sequence = sequence;
    start = (long) firstPage << pageShift;
    limit = start + ((long) pages << pageShift);
    top = start;
  }

  /**
   * A sealed segment as a process left it that has ended.
   *
   * @param top the end of its last record
   * @param dead bytes of its records that nothing finds
   * @param largest the size of its largest record
   */
  public static Segment left(
      Geometry geometry,
      int firstPage,
      int pages,
      long sequence,
      long top,
      long dead,
      int largest) {
    Segment segment = new Segment(firstPage, pages, geometry.pageShift(), sequence);
    segment.top = top;
    segment.dead = dead;
    segment.largest = largest;
    segment.state = SEALED;
    return segment;
  }

  /** The number of its first page. */
  public int firstPage() {
    return firstPage;
  }

  /** How many pages it has. */
  public int pages() {
    return pages;
  }

  /** Where in the region it starts. */
  public long start() {
    return start;
  }

  /** The end of the last record. */
  public long top() {
    return top;
  }

  long capacity() {
    return limit - start;
  }

  long remaining() {
    return limit - top;
  }

  /** Bytes of records that were freed. */
  public long dead() {
    return dead;
  }

  /** Bytes of records that were not freed, those included that are still being written. */
  public long live() {
    return top - start - dead;
  }

  /** The size of the largest record that was ever put here. Of use once the segment is sealed. */
  int largest() {
    return largest;
  }

  /** Orders segments by age. */
  public long sequence() {
    return sequence;
  }

  /** Makes the segment the youngest, sparing it from eviction for a round. */
  void rejuvenate(long sequence) {
    this.sequence = sequence;
  }

  /** Leaves the segment alone for the rest of a round of compaction. Under the compactor's lock. */
  void passOver(long round) {
    passedOverIn = round;
  }

  boolean isPassedOver(long round) {
    return passedOverIn == round;
  }

  /** Whether nobody appends to it any more. */
  public boolean isSealed() {
    return state == SEALED;
  }

  /** Whether its pages are no longer its own. */
  public boolean isFree() {
    return state == FREE;
  }

  /** Moves the top behind a record whose header is written. The caller holds the lane. */
  void advance(int size) {
    largest = Math.max(largest, size);
    TOP.setRelease(this, top + size);
  }

  /** Counts a record as freed; the answer is whether the caller must give the pages back. */
  boolean free(int size) {
    DEAD.getAndAdd(this, (long) size);
    return tryFree();
  }

  /** Ends appending, or evacuation; the answer is whether the caller must give the pages back. */
  boolean seal() {
    state = SEALED;
    return tryFree();
  }

  boolean beginEvacuation() {
    return STATE.compareAndSet(this, SEALED, EVACUATING);
  }

  /** Lets a sealed segment be appended to again, while nobody else uses it. */
  void reopen() {
    state = OPEN;
  }

  private boolean tryFree() {
    return state == SEALED && dead == top - start && STATE.compareAndSet(this, SEALED, FREE);
  }
}
