// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import io.wisp.store.cuckoo.region.RecoveryArea;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;

/**
 * Which pages of a kept table's region are segments, written in the region: for the page at which
 * one begins, how many it has. Its length is there before its first record, and goes when its last
 * one is dead, before its pages are free.
 */
public final class SegmentLengths {

  private final MemorySegment memory;
  private final RecoveryArea area;

  /** The lengths in a region's recovery area. */
  public SegmentLengths(MemorySegment memory, RecoveryArea area) {
    this.memory = memory;
    this.area = area;
  }

  /** How many pages the segment has that begins at a page, or 0 if none begins there. */
  public long get(int page) {
    return Words.getPlain(memory, area.lengthOffset(page));
  }

  /** Tells of a segment, before anything is in it. */
  void put(int page, int pages) {
    Words.setRelease(memory, area.lengthOffset(page), pages);
  }

  /** Tells that the pages are no longer a segment's. */
  public void remove(int page) {
    Words.setRelease(memory, area.lengthOffset(page), 0);
  }
}
