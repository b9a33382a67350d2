package io.wisp.store.cuckoo;

import java.util.BitSet;

/**
 * Which pages of the region are free. Runs are taken from the top down, because the index grows
 * from below. A range can be closed while it is being emptied: its free pages then go to nobody. A
 * run is its first page in the upper and its length in the lower half of a long.
 */
final class Pages {

  /** The answer if there is no run: page 0 holds the header and is never free. */
  static final long NONE = 0;

  private final int count;
  private final BitSet free;
  private int freeCount;
  private int closedFrom;
  private int closedTo;
  private long releases;

  /** Pages of which the first {@code used} are in use. */
  Pages(int count, int used) {
    this.count = count;
    free = new BitSet(count);
    free.set(used, count);
    freeCount = count - used;
  }

  static long run(int first, int length) {
    return ((long) first << 32) | length;
  }

  static int first(long run) {
    return (int) (run >>> 32);
  }

  static int length(long run) {
    return (int) run;
  }

  int count() {
    return count;
  }

  synchronized int freeCount() {
    return freeCount;
  }

  synchronized int freeCountIn(int from, int to) {
    return free.get(from, Math.min(to, count)).cardinality();
  }

  synchronized boolean isFree(int page) {
    return free.get(page);
  }

  /** How many times pages came back: while it stays the same, what failed will fail again. */
  synchronized long releases() {
    return releases;
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
    return bestLength >= least && take(best, best + bestLength, false)
        ? run(best, bestLength)
        : NONE;
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
  synchronized boolean claim(int from, int to) {
    return take(from, to, true);
  }

  private boolean take(int from, int to, boolean check) {
    if (check && (to > count || free.nextClearBit(from) < to)) {
      return false;
    }
    free.clear(from, to);
    freeCount -= to - from;
    return true;
  }

  synchronized void release(int first, int length) {
    free.set(first, first + length);
    freeCount += length;
    releases++;
  }

  /** Whether none of these pages is closed. */
  synchronized boolean isOpen(int first, int length) {
    return first + length <= closedFrom || first >= closedTo;
  }

  /** Lets nobody {@link #take} from these pages until {@link #open}. One range at a time. */
  synchronized void close(int from, int to) {
    closedFrom = from;
    closedTo = to;
  }

  synchronized void open() {
    closedFrom = 0;
    closedTo = 0;
  }
}
