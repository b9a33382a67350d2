// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.RecoveryArea;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.UnrecoverableException;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.IndexMemory;
import java.lang.foreign.MemorySegment;

/** Whether the header of a region is that of a kept table which this process can go on with. */
final class HeaderCheck {

  private final MemorySegment memory;
  private final Geometry geometry;

  HeaderCheck(MemorySegment memory, Geometry geometry) {
    this.memory = memory;
    this.geometry = geometry;
  }

  /**
   * Looks at all of it.
   *
   * @param area where the recovery area of such a region is
   * @param minBuckets the fewest that its index has
   * @param fixed whether it has no more
   * @throws UnrecoverableException if it is not; the message says in which way
   */
  void require(RecoveryArea area, long minBuckets, boolean fixed) {
    if (word(RegionHeader.FORMAT_VERSION_OFFSET) != RegionHeader.FORMAT_VERSION) {
      throw new UnrecoverableException(
          "its table has format version %d, and this Wisp goes on only with version %d: use the"
              + " Wisp that made it",
          word(RegionHeader.FORMAT_VERSION_OFFSET), RegionHeader.FORMAT_VERSION);
    }
    if (word(RegionHeader.CHECK_OFFSET) != RegionHeader.check(memory)
        || RegionHeader.versionBound(memory) == RegionHeader.NO_VERSION) {
      throw new UnrecoverableException("its header is damaged");
    }
    if (word(RegionHeader.REGION_SIZE_OFFSET) != memory.byteSize()) {
      throw new UnrecoverableException(
          "its table was made for a region of %d bytes, and this one has %d",
          word(RegionHeader.REGION_SIZE_OFFSET), memory.byteSize());
    }
    if (word(RegionHeader.INDEX_OFFSET_OFFSET) != Index.OFFSET
        || word(RegionHeader.RECOVERY_AREA_OFFSET) != area.offset()) {
      throw new UnrecoverableException(
          "its table was not made to be kept, or is laid out in another way");
    }
    requireBuckets(area, minBuckets, fixed);
    requireIndexPages(area);
  }

  private void requireBuckets(RecoveryArea area, long minBuckets, boolean fixed) {
    long buckets = word(RegionHeader.BUCKETS_OFFSET);
    long most = (area.offset() - Index.OFFSET) / Bucket.SIZE;
    if (buckets < minBuckets || buckets > (fixed ? minBuckets : most)) {
      throw new UnrecoverableException(
          "its table says that it has %d buckets; one such as this has %d to %d",
          buckets, minBuckets, fixed ? minBuckets : most);
    }
  }

  private void requireIndexPages(RecoveryArea area) {
    long pages = word(RegionHeader.INDEX_PAGES_OFFSET);
    long least = IndexMemory.pagesFor(geometry, word(RegionHeader.BUCKETS_OFFSET));
    if (pages < least || pages > area.pages()) {
      throw new UnrecoverableException(
          "its header is damaged: it says that its index has %d pages, which has %d to %d",
          pages, least, area.pages());
    }
  }

  private long word(long offset) {
    return Words.getPlain(memory, offset);
  }
}
