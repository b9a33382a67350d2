// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import io.wisp.store.cuckoo.region.Geometry;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes the spare of a heap whose process ended while compaction had taken it. Wherever that was,
 * what it had begun can be finished, because what it copied and what it had still to copy fit into
 * one segment:
 *
 * <ul>
 *   <li>a segment as long as the spare was being emptied into it: the rest fits behind;
 *   <li>a shorter one was, as {@link Compactor#compactInPlace} does: the rest fits behind, and then
 *       all of it into the pages that the shorter one had;
 *   <li>the shorter one was empty: its pages are free, and what lives in the spare fits there;
 *   <li>the spare was being emptied into those pages: the rest fits behind.
 * </ul>
 *
 * Any other segments that fit like this do as well. It moves records as compaction does, so if the
 * process ends meanwhile, it can be done again.
 */
public final class SpareRestoration {

  private final Pages pages;
  private final Heap heap;
  private final Geometry geometry;
  private final Evacuation evacuation;

  /** Of a heap that nobody uses yet. */
  public SpareRestoration(Pages pages, Heap heap, Geometry geometry, Evacuation evacuation) {
    this.pages = pages;
    this.heap = heap;
    this.geometry = geometry;
    this.evacuation = evacuation;
  }

  /** Makes the spare unless it is there; the answer is whether it is now. */
  public boolean restore() {
    return isThere() || emptyLong() || (emptyShort() && emptyLong());
  }

  private boolean isThere() {
    return pages.spare() != Pages.NONE;
  }

  /** Empties a segment as long as the spare into another one, or into free pages. */
  private boolean emptyLong() {
    List<Segment> victims = select(heap.segments()::isFullLength);
    // If the two with the least in them fit nowhere, then none does.
    for (Segment victim : victims.subList(0, Math.min(2, victims.size()))) {
      if (findRoom(victim)) {
        empty(victim);
        return isThere();
      }
    }
    return false;
  }

  private boolean findRoom(Segment victim) {
    Segment roomiest =
        select(segment -> segment != victim).stream()
            .max(Comparator.comparingLong(Segment::remaining))
            .orElse(null);
    if (roomiest == null || roomiest.remaining() < victim.live()) {
      return heap.continueCompactionInFree(victim.live());
    }
    heap.continueCompactionBehind(roomiest);
    return true;
  }

  /** Empties a short segment into a long one, if its pages have room for all of that one then. */
  private boolean emptyShort() {
    List<Segment> longOnes = select(heap.segments()::isFullLength);
    for (Segment victim : select(segment -> segment.pages() < geometry.segmentPages())) {
      for (Segment other : longOnes) {
        if (victim.live() <= other.remaining()
            && victim.live() + other.live() <= victim.capacity()) {
          heap.continueCompactionBehind(other);
          empty(victim);
          heap.retire(other);
          return true;
        }
      }
    }
    return false;
  }

  /** What may be moved and appended to, the segments in which least lives first. */
  private List<Segment> select(Predicate<Segment> wanted) {
    List<Segment> segments =
        heap.segments()
            .select(
                segment ->
                    segment.isSealed()
                        && segment.largest() < geometry.largeRecordSize()
                        && wanted.test(segment));
    segments.sort(Comparator.comparingLong(Segment::live));
    return segments;
  }

  private void empty(Segment victim) {
    evacuation.evacuate(victim, false, Long.MAX_VALUE, false);
  }
}
