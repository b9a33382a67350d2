// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

/**
 * How a region of a given size is divided: fixed-size pages, and log segments of many pages.
 * Coarser for larger regions, so that bookkeeping stays small.
 */
public record Geometry(int pageShift, int pages, int segmentPages) {

  /** The smallest region: 1 MiB. */
  public static final long MIN_REGION_SIZE = 1 << 20;

  private static final int MIN_PAGE_SIZE = 4096;
  private static final int MAX_PAGES = 1 << 20;
  private static final int MIN_SEGMENT_SIZE = 64 << 10;
  private static final int MAX_SEGMENT_SIZE = 4 << 20;
  private static final int SEGMENTS = 1024;
  private static final int LARGE_SHIFT = 3;

  /** The division of a region of so many bytes. */
  public static Geometry of(long regionSize) {
    long pageSize = Math.max(MIN_PAGE_SIZE, ceilingPowerOfTwo(regionSize / MAX_PAGES));
    long segmentSize =
        Math.clamp(ceilingPowerOfTwo(regionSize / SEGMENTS), MIN_SEGMENT_SIZE, MAX_SEGMENT_SIZE);
    return new Geometry(
        Long.numberOfTrailingZeros(pageSize),
        (int) (regionSize / pageSize),
        (int) Math.max(1, segmentSize / pageSize));
  }

  private static long ceilingPowerOfTwo(long value) {
    return value <= 1 ? 1 : Long.highestOneBit(value - 1) << 1;
  }

  /** The same without what lies behind so many pages. */
  public Geometry first(int pages) {
    return new Geometry(pageShift, pages, segmentPages);
  }

  /** The size of a page in bytes, a power of two. */
  public int pageSize() {
    return 1 << pageShift;
  }

  /** The size of a full segment in bytes. */
  public int segmentSize() {
    return segmentPages << pageShift;
  }

  /** The pages that so many bytes need. */
  public int pagesFor(long bytes) {
    return (int) ((bytes + pageSize() - 1) >>> pageShift);
  }

  /** The bytes of so many pages. */
  public long bytes(int pages) {
    return (long) pages << pageShift;
  }

  /** The size from which on a record gets pages of its own. */
  public int largeRecordSize() {
    return segmentSize() >>> LARGE_SHIFT;
  }
}
