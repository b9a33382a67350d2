// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.cuckoo.log.Compactor;
import io.wisp.store.cuckoo.log.Pages;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.RegionHeader;
import java.lang.foreign.MemorySegment;

/**
 * The pages that the index has, from the front of the region. When it needs one more and the heap
 * has it, the heap's segment is moved out of the way. Used by one thread at a time.
 */
public final class IndexMemory {

  private static final int INITIAL_SHARE = 64;

  private final MemorySegment memory;
  private final Pages pages;
  private final Geometry geometry;
  private final Compactor compactor;
  private volatile int ownedPages;

  /** The memory that the region's header says it has, and that nobody else has. */
  public IndexMemory(MemorySegment memory, Pages pages, Geometry geometry, Compactor compactor) {
    this.memory = memory;
    this.pages = pages;
    this.geometry = geometry;
    this.compactor = compactor;
    ownedPages = RegionHeader.indexPages(memory);
  }

  /** The buckets that an index starts with in a region of so many bytes, if it grows. */
  public static int initialBuckets(long regionBytes) {
    long buckets = Long.highestOneBit(regionBytes / INITIAL_SHARE / Bucket.SIZE);
    return (int) Math.min(Stripes.MAX_STRIPES, buckets);
  }

  /** Pages that header and index need for so many buckets. */
  public static int pagesFor(Geometry geometry, long buckets) {
    return geometry.pagesFor(Index.OFFSET + (buckets << Bucket.SIZE_SHIFT));
  }

  /** The memory of header and index, in whole pages. */
  public long bytes() {
    return geometry.bytes(ownedPages);
  }

  /** Makes sure that so many buckets have memory; they do if the answer is VACATED. */
  public Compactor.Outcome ensure(long buckets) {
    int needed = pagesFor(geometry, buckets);
    for (int page = ownedPages; page < needed; page++) {
      Compactor.Outcome outcome = claim(page);
      if (outcome != Compactor.Outcome.VACATED) {
        return outcome;
      }
      memory.asSlice((long) page << geometry.pageShift(), geometry.pageSize()).fill((byte) 0);
      RegionHeader.setIndexPages(memory, page + 1);
      ownedPages = page + 1;
    }
    return Compactor.Outcome.VACATED;
  }

  private Compactor.Outcome claim(int page) {
    // Not if it is closed: compaction is about to go on in it, and wants to find it free.
    if (pages.claimOpen(page)) {
      return Compactor.Outcome.VACATED;
    }
    return page < geometry.pages() ? compactor.vacate(page, page + 1) : Compactor.Outcome.NO_ROOM;
  }
}
