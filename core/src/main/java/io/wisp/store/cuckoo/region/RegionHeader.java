// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.lang.foreign.MemorySegment;

/**
 * The first 4096 bytes of a region. All words are 8 bytes, little-endian; what is not named is
 * zero.
 *
 * <pre>
 *    0  magic: the bytes "WISPTABL"
 *    8  format version
 *   16  size of the region in bytes
 *   24  incarnation: random, another one each time that a table is made or recovered; 0 if it is
 *       not open
 *   32  seed of the key hash
 *   40  offset of the index, a multiple of 64
 *   48  seed of the records' checksums
 *   64  number of buckets
 *  128  offset of the recovery area; 0 if the table is not kept
 *  136  check of the words that never change
 *  144  the greatest version that a record of a kept table may have, with a check of it
 *  152  1 if a kept table was closed, 0 while it is in use
 *  160  pages of header and index, the most that they ever were
 *  168  the run of the machine on which a kept table was last in use, 16 bytes; 0 if not known
 * </pre>
 */
public final class RegionHeader {

  public static final int SIZE = 4096;

  /** "WISPTABL", read as a little-endian word. */
  public static final long MAGIC = 0x4C42_4154_5053_4957L;

  public static final long FORMAT_VERSION = 4;

  public static final long MAGIC_OFFSET = 0;
  public static final long FORMAT_VERSION_OFFSET = 8;
  public static final long REGION_SIZE_OFFSET = 16;
  public static final long INCARNATION_OFFSET = 24;
  public static final long HASH_SEED_OFFSET = 32;
  public static final long INDEX_OFFSET_OFFSET = 40;
  public static final long CHECKSUM_SEED_OFFSET = 48;
  public static final long BUCKETS_OFFSET = 64;
  public static final long RECOVERY_AREA_OFFSET = 128;
  public static final long CHECK_OFFSET = 136;
  public static final long VERSION_BOUND_OFFSET = 144;
  public static final long CLOSED_OFFSET = 152;
  public static final long INDEX_PAGES_OFFSET = 160;
  public static final long BOOT_ID_OFFSET = 168;

  /** What {@link #versionBound} says that is not as it was stored. */
  public static final long NO_VERSION = -1;

  private static final int VERSION_SHIFT = 16;
  private static final long VERSION_CHECK_MASK = (1L << VERSION_SHIFT) - 1;

  private static final long[] CONSTANTS = {
    MAGIC_OFFSET,
    FORMAT_VERSION_OFFSET,
    REGION_SIZE_OFFSET,
    HASH_SEED_OFFSET,
    INDEX_OFFSET_OFFSET,
    CHECKSUM_SEED_OFFSET,
    RECOVERY_AREA_OFFSET
  };

  private RegionHeader() {}

  /**
   * Writes the header of a table that is not yet {@link #open}.
   *
   * @param buckets how many its index has
   * @param indexPages how many pages header and index have
   * @param recoveryArea where it is; 0 if the table is not kept
   */
  public static void write(
      MemorySegment memory,
      long hashSeed,
      long checksumSeed,
      long indexOffset,
      long buckets,
      int indexPages,
      long recoveryArea) {
    Words.setPlain(memory, MAGIC_OFFSET, MAGIC);
    Words.setPlain(memory, FORMAT_VERSION_OFFSET, FORMAT_VERSION);
    Words.setPlain(memory, REGION_SIZE_OFFSET, memory.byteSize());
    Words.setPlain(memory, HASH_SEED_OFFSET, hashSeed);
    Words.setPlain(memory, INDEX_OFFSET_OFFSET, indexOffset);
    Words.setPlain(memory, CHECKSUM_SEED_OFFSET, checksumSeed);
    Words.setPlain(memory, BUCKETS_OFFSET, buckets);
    Words.setPlain(memory, INDEX_PAGES_OFFSET, indexPages);
    setVersionBound(memory, 0);
    Words.setPlain(memory, RECOVERY_AREA_OFFSET, recoveryArea);
    Words.setPlain(memory, CHECK_OFFSET, check(memory));
  }

  /** What {@link #CHECK_OFFSET} holds if the words that never change are as they were written. */
  public static long check(MemorySegment memory) {
    long check = 0;
    for (long offset : CONSTANTS) {
      check = XxHash64.avalanche(check + Words.getPlain(memory, offset) + offset + 1);
    }
    return check;
  }

  /** Makes the table valid to others, behind all stores so far. */
  public static void open(MemorySegment memory, long incarnation) {
    Words.setRelease(memory, INCARNATION_OFFSET, incarnation);
  }

  /** Makes the table invalid to others. */
  public static void invalidate(MemorySegment memory) {
    Words.setRelease(memory, INCARNATION_OFFSET, 0);
  }

  /**
   * Tells who recovers a kept table that it was in use, on the present run of the machine; written
   * back before anything else of it is.
   */
  public static void use(MemorySegment memory) {
    BootId now = BootId.now();
    Words.setPlain(memory, BOOT_ID_OFFSET, now.high());
    Words.setPlain(memory, BOOT_ID_OFFSET + Long.BYTES, now.low());
    useStill(memory);
  }

  /** {@link #use}, but of the run on which it was in use before. */
  public static void useStill(MemorySegment memory) {
    Words.setRelease(memory, CLOSED_OFFSET, 0);
    memory.asSlice(0, SIZE).force();
  }

  /** Tells who recovers a kept table that it was closed, when all of it was written back. */
  public static void close(MemorySegment memory) {
    Words.setRelease(memory, CLOSED_OFFSET, 1);
  }

  /** Whether a kept table that is not in use was last in use on another run of the machine. */
  public static boolean isOfAnotherRun(MemorySegment memory) {
    long high = Words.getPlain(memory, BOOT_ID_OFFSET);
    long low = Words.getPlain(memory, BOOT_ID_OFFSET + Long.BYTES);
    return new BootId(high, low).isOtherThan(BootId.now());
  }

  /** Whether a kept table was closed, and not ended with its process. */
  public static boolean wasClosed(MemorySegment memory) {
    return Words.getPlain(memory, CLOSED_OFFSET) == 1;
  }

  /**
   * The greatest version that a record of a kept table may have; {@link #NO_VERSION} if the word is
   * damaged.
   */
  public static long versionBound(MemorySegment memory) {
    long word = Words.getPlain(memory, VERSION_BOUND_OFFSET);
    long bound = word >>> VERSION_SHIFT;
    return word == versionWord(bound) ? bound : NO_VERSION;
  }

  /** Raises the {@link #versionBound}, before versions up to it are given. */
  public static void setVersionBound(MemorySegment memory, long bound) {
    Words.setRelease(memory, VERSION_BOUND_OFFSET, versionWord(bound));
  }

  /** Its lower bits are a check of the others, so one store changes both. */
  private static long versionWord(long bound) {
    return (bound << VERSION_SHIFT) | (XxHash64.avalanche(bound) & VERSION_CHECK_MASK);
  }

  /** How many pages header and index have, the most that they ever had. */
  public static int indexPages(MemorySegment memory) {
    return Math.toIntExact(Words.getPlain(memory, INDEX_PAGES_OFFSET));
  }

  /** Raises the {@link #indexPages}, before there are buckets in them. */
  public static void setIndexPages(MemorySegment memory, int pages) {
    Words.setRelease(memory, INDEX_PAGES_OFFSET, pages);
  }

  /** The number of buckets; what was stored before it is seen. */
  public static long bucketsAcquire(MemorySegment memory) {
    return Words.getAcquire(memory, BUCKETS_OFFSET);
  }

  /** Publishes the number of buckets, behind all stores so far. */
  public static void setBucketsRelease(MemorySegment memory, long buckets) {
    Words.setRelease(memory, BUCKETS_OFFSET, buckets);
  }
}
