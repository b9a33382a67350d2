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
 *
 * <p>Beside its lock, in the same cache line, a stripe has the versions that the keys of which it
 * is the first one are to get next. Who locks many stripes at once takes versions for all their
 * keys from elsewhere, and so such stripes have none left.
 */
public final class Stripes {

  /** The stripes of a large table. */
  public static final int MAX_STRIPES = 1024;

  private static final VarHandle LOCK = MethodHandles.arrayElementVarHandle(long[].class);

  /** One lock to a cache line, and two lines for the prefetcher's sake. */
  private static final int SPACING_SHIFT = 4;

  /** Where in a stripe's words the next version is that it has, and the one behind its last. */
  private static final int NEXT_VERSION = 1;

  private static final int VERSIONS_END = 2;

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

  /**
   * A version that the stripes of a key had left, greater than {@code above}; or 0 if there is
   * none. The caller holds them.
   */
  long takeVersion(long hash, long above) {
    int stripe = stripe(KeyHash.firstHalf(hash));
    long version = locks[stripe + NEXT_VERSION];
    if (version <= above || version == locks[stripe + VERSIONS_END]) {
      return 0;
    }
    locks[stripe + NEXT_VERSION] = version + 1;
    return version;
  }

  /** Gives the stripes of a key the versions from one to below another. The caller holds them. */
  void giveVersions(long hash, long from, long end) {
    int stripe = stripe(KeyHash.firstHalf(hash));
    locks[stripe + NEXT_VERSION] = from;
    locks[stripe + VERSIONS_END] = end;
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
   *
   * <p>None of them has a version left from then on.
   */
  public void lock(BitSet set) {
    for (int stripe = set.nextSetBit(0); stripe >= 0; stripe = set.nextSetBit(stripe + 1)) {
      int words = stripe << SPACING_SHIFT;
      lock(words);
      locks[words + NEXT_VERSION] = 0;
      locks[words + VERSIONS_END] = 0;
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
