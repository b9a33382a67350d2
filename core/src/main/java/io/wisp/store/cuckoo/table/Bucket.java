// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

/**
 * A bucket of the index: one cache line of 64 bytes, aligned.
 *
 * <pre>
 *   0               8               16                             64
 *  +---------------+---------------+---------------+-------+-------+
 *  | version word  |    slot 0     |    slot 1     |  ...  | slot 6|
 *  +---------------+---------------+---------------+-------+-------+
 *
 *  version word
 *   63       56 55                                                 0
 *  +-----------+----------------------------------------------------+
 *  |   level   |                     version                        |
 *  +-----------+----------------------------------------------------+
 *
 *  slot, 0 if empty
 *   63  62                 40 39                                   0
 *  +---+---------------------+--------------------------------------+
 *  | E |         tag         |      offset of the record / 8        |
 *  +---+---------------------+--------------------------------------+
 * </pre>
 *
 * The bucket numbered b of level l holds keys of which a half is b modulo 2^l, so a reader who
 * counted too few or too many buckets sees that it is in the wrong one. The version grows whenever
 * an entry leaves the bucket for another one, before its slot is cleared, and whenever the record
 * of one is moved, before its slot points to the new place. E tells that the record expires.
 */
public final class Bucket {

  public static final int SIZE = 64;
  public static final int SIZE_SHIFT = 6;
  public static final int SLOTS = 7;
  static final int SLOTS_OFFSET = 8;

  public static final int TAG_BITS = 23;
  public static final int OFFSET_BITS = 40;
  public static final long EMPTY = 0;

  /** The level of a bucket that was merged into another: no half addresses it, as b is not 0. */
  public static final int RETIRED = 0;

  /** The first byte that no slot can point at: 8 TiB. */
  public static final long MAX_REGION_SIZE = 8L << OFFSET_BITS;

  private static final int LEVEL_SHIFT = 56;
  private static final long VERSION_MASK = (1L << LEVEL_SHIFT) - 1;
  private static final long EXPIRES = 1L << 63;
  private static final long TAG_MASK = (1L << TAG_BITS) - 1;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

  private Bucket() {}

  /** Where a slot of a bucket is. */
  public static long slotAddress(long bucketAddress, int slot) {
    return bucketAddress + SLOTS_OFFSET + ((long) slot << 3);
  }

  /** The first word of a bucket. */
  public static long versionWord(int level, long version) {
    return ((long) level << LEVEL_SHIFT) | (version & VERSION_MASK);
  }

  /** The level in a version word. */
  public static int level(long versionWord) {
    return (int) (versionWord >>> LEVEL_SHIFT);
  }

  /** The version in a version word. */
  public static long version(long versionWord) {
    return versionWord & VERSION_MASK;
  }

  /** The word after an entry left, in a bucket that from now on has the given level. */
  public static long nextVersion(long versionWord, int level) {
    return versionWord(level, version(versionWord) + 1);
  }

  /** Whether a bucket with this version word is the one that the half addresses. */
  public static boolean isAddressedBy(long versionWord, long bucket, long half) {
    return (half & ((1L << level(versionWord)) - 1)) == bucket;
  }

  /** A slot that points at a record. */
  public static long slot(long tag, long recordOffset, boolean expires) {
    return (expires ? EXPIRES : 0) | (tag << OFFSET_BITS) | (recordOffset >>> 3);
  }

  /** The tag in a slot. */
  public static long tag(long slot) {
    return (slot >>> OFFSET_BITS) & TAG_MASK;
  }

  /** Whether the record of a slot expires. */
  public static boolean expires(long slot) {
    return slot < 0;
  }

  /** Where in the region the record of a slot is. */
  public static long recordOffset(long slot) {
    return (slot & OFFSET_MASK) << 3;
  }
}
