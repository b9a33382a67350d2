// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

/**
 * How a region of a given size is divided: fixed-size pages, log segments of many pages, and the
 * index that it starts with. Coarser for larger regions, so that bookkeeping stays small.
 */
record Geometry(int pageShift, int pages, int segmentPages, int initialBuckets, int indexOffset) {

  /** The smallest region: 1 MiB. */
  static final long MIN_REGION_SIZE = 1 << 20;

  private static final int MIN_PAGE_SIZE = 4096;
  private static final int MAX_PAGES = 1 << 20;
  private static final int MIN_SEGMENT_SIZE = 64 << 10;
  private static final int MAX_SEGMENT_SIZE = 4 << 20;
  private static final int SEGMENTS = 1024;

  /** The stripes of writers' locks, and the buckets that a large region starts with. */
  static final int MAX_STRIPES = 1024;

  private static final int INITIAL_INDEX_SHARE = 64;

  static Geometry of(long regionSize) {
    long pageSize = Math.max(MIN_PAGE_SIZE, ceilingPowerOfTwo(regionSize / MAX_PAGES));
    long segmentSize =
        Math.clamp(ceilingPowerOfTwo(regionSize / SEGMENTS), MIN_SEGMENT_SIZE, MAX_SEGMENT_SIZE);
    long buckets = Long.highestOneBit(regionSize / INITIAL_INDEX_SHARE / Bucket.SIZE);
    return new Geometry(
        Long.numberOfTrailingZeros(pageSize),
        (int) (regionSize / pageSize),
        (int) Math.max(1, segmentSize / pageSize),
        (int) Math.min(MAX_STRIPES, buckets),
        RegionHeader.SIZE);
  }

  /** The same division with another index to start with. */
  Geometry withInitialBuckets(int buckets) {
    return new Geometry(pageShift, pages, segmentPages, buckets, indexOffset);
  }

  private static long ceilingPowerOfTwo(long value) {
    return value <= 1 ? 1 : Long.highestOneBit(value - 1) << 1;
  }

  int pageSize() {
    return 1 << pageShift;
  }

  int segmentSize() {
    return segmentPages << pageShift;
  }

  int pagesFor(long bytes) {
    return (int) ((bytes + pageSize() - 1) >>> pageShift);
  }
}
