// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

/**
 * What the 64-bit hash of a key is used for.
 *
 * <pre>
 *   63                             32 31                              0
 *  +---------------------------------+---------------------------------+
 *  |          second half            |           first half            |
 *  +---------------------------------+---------------------------------+
 * </pre>
 *
 * Each half addresses one bucket by linear hashing: with n buckets and 2^L the largest power of two
 * that is not above n, the address is the half modulo 2^(L+1) if that is below n, else the half
 * modulo 2^L. The tag, which a slot keeps, comes from a further mix of all 64 bits, so that it is
 * independent of both addresses.
 */
public final class KeyHash {

  private static final long TAG_MULTIPLIER = 0x9FB21C651E98DF25L;
  private static final int TAG_SHIFT = Long.SIZE - Bucket.TAG_BITS;

  private KeyHash() {}

  /** The half that addresses the first bucket. */
  public static long firstHalf(long hash) {
    return hash & 0xFFFF_FFFFL;
  }

  /** The half that addresses the second bucket. */
  public static long secondHalf(long hash) {
    return hash >>> 32;
  }

  /** The tag, of {@value Bucket#TAG_BITS} bits. */
  public static long tag(long hash) {
    long mixed = (hash ^ Long.rotateRight(hash, 23) ^ Long.rotateRight(hash, 47)) * TAG_MULTIPLIER;
    return mixed >>> TAG_SHIFT;
  }

  /** The bucket that a half addresses among {@code buckets} buckets. */
  public static long bucket(long half, long buckets) {
    long mask = (Long.highestOneBit(buckets) << 1) - 1;
    long address = half & mask;
    return address < buckets ? address : half & (mask >>> 1);
  }

  /** How many last bits the halves share that address a bucket of {@code buckets}. */
  public static int level(long bucket, long buckets) {
    long base = Long.highestOneBit(buckets);
    int level = Long.numberOfTrailingZeros(base);
    return bucket < buckets - base || bucket >= base ? level + 1 : level;
  }

  /** Where a {@link Walk} comes by a half: the half with its 32 bits in reverse. */
  static long position(long half) {
    return Integer.toUnsignedLong(Integer.reverse((int) half));
  }

  /** The half with this position. */
  static long halfAt(long position) {
    return position(position);
  }
}
