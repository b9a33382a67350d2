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
 *  144  the greatest version that a record of a kept table may have
 *  152  1 if a kept table was closed, 0 while it is open
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
   * @param recoveryArea where it is; 0 if the table is not kept
   */
  public static void write(
      MemorySegment memory,
      long hashSeed,
      long checksumSeed,
      long indexOffset,
      long buckets,
      long recoveryArea) {
    Words.setPlain(memory, MAGIC_OFFSET, MAGIC);
    Words.setPlain(memory, FORMAT_VERSION_OFFSET, FORMAT_VERSION);
    Words.setPlain(memory, REGION_SIZE_OFFSET, memory.byteSize());
    Words.setPlain(memory, HASH_SEED_OFFSET, hashSeed);
    Words.setPlain(memory, INDEX_OFFSET_OFFSET, indexOffset);
    Words.setPlain(memory, CHECKSUM_SEED_OFFSET, checksumSeed);
    Words.setPlain(memory, BUCKETS_OFFSET, buckets);
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
    Words.setPlain(memory, CLOSED_OFFSET, 0);
    Words.setRelease(memory, INCARNATION_OFFSET, incarnation);
  }

  /** Makes the table invalid to others. */
  public static void invalidate(MemorySegment memory) {
    Words.setRelease(memory, INCARNATION_OFFSET, 0);
  }

  /** Makes the table invalid to others, and tells who recovers it that it was closed. */
  public static void close(MemorySegment memory) {
    invalidate(memory);
    Words.setRelease(memory, CLOSED_OFFSET, 1);
  }

  /** Whether a kept table was closed, and not ended with its process. */
  public static boolean wasClosed(MemorySegment memory) {
    return Words.getPlain(memory, CLOSED_OFFSET) == 1;
  }

  /** The greatest version that a record of a kept table may have. */
  public static long versionBound(MemorySegment memory) {
    return Words.getPlain(memory, VERSION_BOUND_OFFSET);
  }

  /** Raises the {@link #versionBound}, before versions up to it are given. */
  public static void setVersionBound(MemorySegment memory, long bound) {
    Words.setRelease(memory, VERSION_BOUND_OFFSET, bound);
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
