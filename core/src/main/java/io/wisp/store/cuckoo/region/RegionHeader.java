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
 *   24  incarnation: random, another one each time that a table is made; 0 if there is none
 *   32  seed of the key hash
 *   40  offset of the index, a multiple of 64
 *   64  number of buckets
 * </pre>
 */
public final class RegionHeader {

  public static final int SIZE = 4096;

  /** "WISPTABL", read as a little-endian word. */
  public static final long MAGIC = 0x4C42_4154_5053_4957L;

  public static final long FORMAT_VERSION = 3;

  public static final long MAGIC_OFFSET = 0;
  public static final long FORMAT_VERSION_OFFSET = 8;
  public static final long REGION_SIZE_OFFSET = 16;
  public static final long INCARNATION_OFFSET = 24;
  public static final long HASH_SEED_OFFSET = 32;
  public static final long INDEX_OFFSET_OFFSET = 40;
  public static final long BUCKETS_OFFSET = 64;

  private RegionHeader() {}

  /** Writes a header whose incarnation, stored last, makes the table valid to others. */
  public static void write(
      MemorySegment memory, long incarnation, long hashSeed, long indexOffset, long buckets) {
    Words.setPlain(memory, MAGIC_OFFSET, MAGIC);
    Words.setPlain(memory, FORMAT_VERSION_OFFSET, FORMAT_VERSION);
    Words.setPlain(memory, REGION_SIZE_OFFSET, memory.byteSize());
    Words.setPlain(memory, HASH_SEED_OFFSET, hashSeed);
    Words.setPlain(memory, INDEX_OFFSET_OFFSET, indexOffset);
    Words.setPlain(memory, BUCKETS_OFFSET, buckets);
    Words.setRelease(memory, INCARNATION_OFFSET, incarnation);
  }

  /** Makes the table invalid to others. */
  public static void invalidate(MemorySegment memory) {
    Words.setRelease(memory, INCARNATION_OFFSET, 0);
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
