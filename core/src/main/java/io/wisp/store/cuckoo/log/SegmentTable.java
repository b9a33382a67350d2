// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import io.wisp.store.cuckoo.region.Geometry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The segments by their pages, and which of them are worth moving. Others write and free records
 * meanwhile, so what it answers is a guess until the one who asked has made sure.
 */
public final class SegmentTable {

  /** What a page costs that the index has, or that somebody took a moment ago. */
  private static final long IMMOVABLE = -1;

  private final Pages pages;
  private final Geometry geometry;
  private final Segment[] owners;

  SegmentTable(Pages pages, Geometry geometry) {
    this.pages = pages;
    this.geometry = geometry;
    owners = new Segment[geometry.pages()];
  }

  /** Makes a segment the owner of its pages. */
  void add(Segment segment) {
    int first = segment.firstPage();
    for (int page = first; page < first + segment.pages(); page++) {
      owners[page] = segment;
    }
  }

  /** The segment that has a page now or had it last, or null. */
  public @Nullable Segment owner(int page) {
    return page < owners.length ? owners[page] : null;
  }

  /** The segment that a record lies in. */
  public Segment ofRecord(long offset) {
    return owners[(int) (offset >>> geometry.pageShift())];
  }

  /**
   * The run of so many pages with the fewest live bytes in it.
   *
   * @param evict whether those bytes may be given up; otherwise they must fit elsewhere
   * @param leftover the bytes left where compaction copies to
   * @return its first page, or 0 if there is none
   */
  int cheapestRun(int length, boolean evict, long leftover) {
    BitSet free = pages.free();
    long spare = pages.spare();
    long cost = 0;
    long best = Long.MAX_VALUE;
    int bestFirst = 0;
    int first = 0;
    for (int page = 0; page < geometry.pages(); page++) {
      long added = cost(page, free, spare);
      if (added == IMMOVABLE) {
        first = page + 1;
        cost = 0;
        continue;
      }
      cost += added;
      if (page - first == length) {
        cost -= cost(first++, free, spare);
      }
      if (page + 1 - first == length && cost < best) {
        best = cost;
        bestFirst = first;
      }
    }
    int freeElsewhere = pages.freeCount() - pages.freeCountIn(bestFirst, bestFirst + length);
    return evict || best <= leftover + geometry.bytes(freeElsewhere) ? bestFirst : 0;
  }

  /**
   * The bytes to move for a page, a segment's being spread evenly over its pages. For the spare
   * other pages must be found.
   */
  private long cost(int page, BitSet free, long spare) {
    if (free.get(page)) {
      return 0;
    }
    if (page >= Pages.first(spare) && page < Pages.first(spare) + Pages.length(spare)) {
      return geometry.pageSize();
    }
    Segment owner = owners[page];
    return owner == null || owner.isFree() ? IMMOVABLE : owner.live() / owner.pages();
  }

  /**
   * Of the segments that can be moved now, the one from which the most bytes can be won, and at
   * least so many.
   *
   * @param round the round whose passed over segments are left out
   * @param leftover the bytes left where compaction copies to
   */
  @Nullable Segment mostToWin(long least, long round, long leftover) {
    Segment most = null;
    long mostToWin = least - 1;
    for (int page = 0; page < owners.length; page = nextPage(page)) {
      Segment segment = owners[page];
      if (segment != null && segment.isSealed() && !segment.isPassedOver(round)) {
        long toWin = toWin(segment, leftover);
        if (toWin > mostToWin) {
          most = segment;
          mostToWin = toWin;
        }
      }
    }
    return most;
  }

  /**
   * The bytes that moving a segment adds to those that can be written. What does not fit into what
   * is left of the segment that is copied to goes into the spare, and then the end of that one is
   * lost, which is shorter than the record that did not fit.
   */
  private long toWin(Segment segment, long leftover) {
    long live = segment.live();
    if (segment.largest() >= geometry.largeRecordSize()) {
      return 0;
    }
    long lost = live <= leftover ? 0 : Math.min(leftover, segment.largest());
    return segment.capacity() - live - lost;
  }

  /** Whether a segment's pages can replace the spare. */
  public boolean isFullLength(Segment segment) {
    return segment.pages() == geometry.segmentPages();
  }

  /** The page behind the segment that has this page, or behind the page if none has. */
  private int nextPage(int page) {
    Segment segment = owners[page];
    return segment == null || segment.isFree()
        ? page + 1
        : Math.max(page + 1, segment.firstPage() + segment.pages());
  }

  /**
   * The sealed segment that was opened, or spared from eviction, the longest ago.
   *
   * @param round the round whose passed over segments are left out
   */
  @Nullable Segment oldest(long round) {
    Segment oldest = null;
    for (int page = 0; page < owners.length; page = nextPage(page)) {
      Segment segment = owners[page];
      if (segment != null
          && segment.isSealed()
          && !segment.isPassedOver(round)
          && (oldest == null || segment.sequence() < oldest.sequence())) {
        oldest = segment;
      }
    }
    return oldest;
  }

  /** The segments that the predicate accepts; some may have given their pages back since. */
  public List<Segment> select(Predicate<Segment> wanted) {
    List<Segment> segments = new ArrayList<>();
    Segment last = null;
    for (Segment segment : owners) {
      if (segment != null && segment != last && wanted.test(segment)) {
        segments.add(segment);
      }
      last = segment;
    }
    return segments;
  }
}
