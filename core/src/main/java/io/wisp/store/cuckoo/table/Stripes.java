// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.cuckoo.log.Backoff;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.BitSet;

/**
 * The locks of writers. Bucket b belongs to stripe b modulo the number of stripes, a power of two
 * that no number of buckets is below; so a key's stripes follow from its hash alone and growth of
 * the index changes neither. Who holds the stripe of a bucket may change its slots.
 */
public final class Stripes {

  /** The stripes of a large table. */
  public static final int MAX_STRIPES = 1024;

  private static final VarHandle LOCK = MethodHandles.arrayElementVarHandle(long[].class);

  /** One lock to a cache line, and two lines for the prefetcher's sake. */
  private static final int SPACING_SHIFT = 4;

  private final long[] locks;
  private final long mask;

  /** So many stripes, a power of two, none of them locked. */
  public Stripes(int stripes) {
    locks = new long[(stripes + 1) << SPACING_SHIFT];
    mask = stripes - 1L;
  }

  /** Locks both stripes of a key with this hash. */
  public void lockKey(long hash) {
    lockBuckets(KeyHash.firstHalf(hash), KeyHash.secondHalf(hash));
  }

  /** Unlocks both stripes of a key. */
  public void unlockKey(long hash) {
    unlockBuckets(KeyHash.firstHalf(hash), KeyHash.secondHalf(hash));
  }

  /** Locks the stripes of two buckets, the lower one first, so that no two writers deadlock. */
  void lockBuckets(long one, long other) {
    int first = stripe(one);
    int second = stripe(other);
    lock(Math.min(first, second));
    if (first != second) {
      lock(Math.max(first, second));
    }
  }

  void unlockBuckets(long one, long other) {
    int first = stripe(one);
    int second = stripe(other);
    if (first != second) {
      unlock(second);
    }
    unlock(first);
  }

  /** Locks the stripe of a bucket. */
  public void lockBucket(long bucket) {
    lock(stripe(bucket));
  }

  /** Unlocks the stripe of a bucket. */
  public void unlockBucket(long bucket) {
    unlock(stripe(bucket));
  }

  /** Adds both stripes of a key with this hash to a set. */
  public void addKey(BitSet set, long hash) {
    set.set((int) (KeyHash.firstHalf(hash) & mask));
    set.set((int) (KeyHash.secondHalf(hash) & mask));
  }

  /** Adds all stripes to a set. */
  public void addAll(BitSet set) {
    set.set(0, (int) mask + 1);
  }

  /** Whether the stripe of a bucket is in a set. */
  boolean isIn(BitSet set, long bucket) {
    return set.get((int) (bucket & mask));
  }

  /**
   * Locks the stripes of a set from the lowest to the highest, each once. Everybody else holds the
   * one or two stripes of some buckets, taken in the same order, and while holding them waits for
   * nothing but a higher stripe; so no circle of waiting threads can close.
   */
  public void lock(BitSet set) {
    for (int stripe = set.nextSetBit(0); stripe >= 0; stripe = set.nextSetBit(stripe + 1)) {
      lock(stripe << SPACING_SHIFT);
    }
  }

  /** Unlocks the stripes of a set. */
  public void unlock(BitSet set) {
    for (int stripe = set.nextSetBit(0); stripe >= 0; stripe = set.nextSetBit(stripe + 1)) {
      unlock(stripe << SPACING_SHIFT);
    }
  }

  private int stripe(long bucket) {
    return (int) (bucket & mask) << SPACING_SHIFT;
  }

  private void lock(int index) {
    for (int attempt = 0; !LOCK.weakCompareAndSetAcquire(locks, index, 0L, 1L); attempt++) {
      Backoff.pause(attempt);
    }
  }

  private void unlock(int index) {
    LOCK.setRelease(locks, index, 0L);
  }
}
