// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import java.lang.foreign.MemorySegment;

/**
 * The pages that the index has, from the front of the region. When it needs one more and the heap
 * has it, the heap's segment is moved out of the way. Used by one thread at a time.
 */
final class IndexMemory {

  private final MemorySegment memory;
  private final Pages pages;
  private final Geometry geometry;
  private final Compactor compactor;
  private volatile int ownedPages;

  IndexMemory(MemorySegment memory, Pages pages, Geometry geometry, Compactor compactor) {
    this.memory = memory;
    this.pages = pages;
    this.geometry = geometry;
    this.compactor = compactor;
    ownedPages = pagesFor(geometry, geometry.initialBuckets());
  }

  /** Pages that header and index need for so many buckets. */
  static int pagesFor(Geometry geometry, long buckets) {
    return geometry.pagesFor(geometry.indexOffset() + (buckets << Bucket.SIZE_SHIFT));
  }

  long bytes() {
    return (long) ownedPages << geometry.pageShift();
  }

  /** Makes sure that so many buckets have memory; they do if the answer is VACATED. */
  Compactor.Outcome ensure(long buckets) {
    int needed = pagesFor(geometry, buckets);
    for (int page = ownedPages; page < needed; page++) {
      Compactor.Outcome outcome = claim(page);
      if (outcome != Compactor.Outcome.VACATED) {
        return outcome;
      }
      memory.asSlice((long) page << geometry.pageShift(), geometry.pageSize()).fill((byte) 0);
      ownedPages = page + 1;
    }
    return Compactor.Outcome.VACATED;
  }

  private Compactor.Outcome claim(int page) {
    if (pages.claim(page, page + 1)) {
      return Compactor.Outcome.VACATED;
    }
    return page < geometry.pages() ? compactor.vacate(page, page + 1) : Compactor.Outcome.NO_ROOM;
  }
}
