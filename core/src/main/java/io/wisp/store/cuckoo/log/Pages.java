// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import java.util.BitSet;

/**
 * Which pages of the region are free. Runs are taken from the top down, because the index grows
 * from below. A run is its first page in the upper and its length in the lower half of a long.
 *
 * <p>One run, the spare, is kept for the compactor, which always has somewhere to copy to: it takes
 * the spare only to empty a run as long, and that one, whoever gives it back, becomes the spare
 * before anybody else can take it.
 *
 * <p>A range can be closed while it is being emptied: its free pages then go to nobody.
 */
public final class Pages {

  /** The answer if there is no run: page 0 holds the header and is never free. */
  static final long NONE = 0;

  private final int count;
  private final int spareLength;
  private final BitSet free;
  private long spare;
  private int closedFrom;
  private int closedTo;

  /**
   * Pages of which these are free, of which so many in a row are kept as the spare; there is none
   * if there are not so many.
   */
  public Pages(int count, BitSet free, int spareLength) {
    this.count = count;
    this.spareLength = spareLength;
    this.free = (BitSet) free.clone();
    spare = take(spareLength, spareLength);
  }

  static long run(int first, int length) {
    return ((long) first << 32) | length;
  }

  /** The first page of a run. */
  public static int first(long run) {
    return (int) (run >>> 32);
  }

  /** How many pages a run has. */
  public static int length(long run) {
    return (int) run;
  }

  int count() {
    return count;
  }

  /** Free pages, without the spare. */
  public synchronized int freeCount() {
    return free.cardinality();
  }

  synchronized int freeCountIn(int from, int to) {
    return free.get(from, Math.min(to, count)).cardinality();
  }

  /** The pages that are free now. */
  public synchronized BitSet free() {
    return (BitSet) free.clone();
  }

  /** Free pages that are not closed. */
  synchronized int openCount() {
    return freeCount() - freeCountIn(closedFrom, closedTo);
  }

  /** The run that is kept for compaction; {@link #NONE} while that uses it. */
  public synchronized long spare() {
    return spare;
  }

  /** Takes the spare, for who is about to free a run as long. */
  synchronized long takeSpare() {
    long taken = spare;
    spare = NONE;
    return taken;
  }

  /**
   * Takes the highest run of {@code most} pages, or if there is none the longest of at least {@code
   * least}; {@link #NONE} if there is none of those either.
   */
  synchronized long take(int least, int most) {
    int best = 0;
    int bestLength = 0;
    int end = lastOpenFree(count - 1);
    while (end >= 0 && bestLength < most) {
      int start = startOfRun(end);
      int length = Math.min(most, end + 1 - start);
      if (length > bestLength) {
        best = end + 1 - length;
        bestLength = length;
      }
      end = start == 0 ? -1 : lastOpenFree(start - 1);
    }
    if (bestLength < least) {
      return NONE;
    }
    free.clear(best, best + bestLength);
    return run(best, bestLength);
  }

  private int lastOpenFree(int from) {
    int page = free.previousSetBit(from);
    return page >= closedFrom && page < closedTo ? free.previousSetBit(closedFrom - 1) : page;
  }

  private int startOfRun(int end) {
    int start = free.previousClearBit(end) + 1;
    return end >= closedTo ? Math.max(start, closedTo) : start;
  }

  /** Takes exactly these pages, closed or not, if all of them are free. */
  public synchronized boolean claim(int from, int to) {
    if (to > count || free.nextClearBit(from) < to) {
      return false;
    }
    free.clear(from, to);
    return true;
  }

  /** Takes a page if it is free and not closed. */
  public synchronized boolean claimOpen(int page) {
    return isOpen(page, 1) && claim(page, page + 1);
  }

  synchronized void release(int first, int length) {
    if (spare == NONE && length == spareLength && isOpen(first, length)) {
      spare = run(first, length);
    } else {
      free.set(first, first + length);
    }
  }

  /** Whether none of these pages is closed. */
  synchronized boolean isOpen(int first, int length) {
    return first + length <= closedFrom || first >= closedTo;
  }

  /**
   * Lets nobody {@link #take} from these pages until {@link #open}. One range at a time. A spare
   * that has some of them moves elsewhere.
   *
   * @return whether they are closed: not if the spare has nowhere else to be
   */
  synchronized boolean close(int from, int to) {
    closedFrom = from;
    closedTo = to;
    long old = spare;
    if (isOpen(first(old), spareLength)) {
      return true;
    }
    long other = take(spareLength, spareLength);
    if (other == NONE) {
      open();
      return false;
    }
    spare = other;
    free.set(first(old), first(old) + spareLength);
    return true;
  }

  synchronized void open() {
    closedFrom = 0;
    closedTo = 0;
  }
}
