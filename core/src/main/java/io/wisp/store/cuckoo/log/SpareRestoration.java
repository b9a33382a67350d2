// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import java.util.Comparator;
import java.util.List;

/**
 * Makes the spare of a heap whose process ended while compaction had taken it. Then less lives in
 * some segment as long as the spare than another one has left behind its records: in the one that
 * was being emptied, and the one that it was copied to.
 */
public final class SpareRestoration {

  private final Pages pages;
  private final Heap heap;
  private final Evacuation evacuation;

  /** Of a heap that nobody uses yet. */
  public SpareRestoration(Pages pages, Heap heap, Evacuation evacuation) {
    this.pages = pages;
    this.heap = heap;
    this.evacuation = evacuation;
  }

  /** Makes the spare unless it is there; the answer is whether it is now. */
  public boolean restore() {
    SegmentTable segments = heap.segments();
    List<Segment> victims =
        segments.select(segment -> segment.isSealed() && segments.isFullLength(segment));
    victims.sort(Comparator.comparingLong(Segment::live));
    for (Segment victim : victims) {
      if (pages.spare() != Pages.NONE) {
        return true;
      }
      segments.select(segment -> segment.isSealed() && segment != victim).stream()
          .max(Comparator.comparingLong(Segment::remaining))
          .filter(roomiest -> victim.live() <= roomiest.remaining())
          .ifPresent(roomiest -> empty(victim, roomiest));
    }
    return pages.spare() != Pages.NONE;
  }

  private void empty(Segment victim, Segment roomiest) {
    heap.continueCompactionBehind(roomiest);
    evacuation.evacuate(victim, false, Long.MAX_VALUE, false);
  }
}
