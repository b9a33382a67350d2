// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counters of a store.
 *
 * <p>Versions grow with every write of a key. A number that every write of any key increments would
 * go from core to core with each, so a stripe takes some versions at once from it, greater than all
 * that others took before, and its keys get them in order, under its lock. A key's first stripe is
 * always the same. What a stripe has left is void when its keys get others, of those of a batch,
 * and when versions are divided.
 */
public final class Counters {

  /** Few, because what a stripe has left when it is void is lost, of 2^48 that there are. */
  private static final int VERSIONS_AT_ONCE = 16;

  /** As in {@link Stripes}, so that no two share a cache line. */
  private static final int SPACING_SHIFT = 4;

  private static final int LAST_VERSION = 1 << SPACING_SHIFT;
  private static final int DIVIDE = 2 << SPACING_SHIFT;

  private final Stripes stripes;
  private final AtomicLongArray spaced = new AtomicLongArray(3 << SPACING_SHIFT);
  private final AtomicLong entries = new AtomicLong();
  private final LongAdder expiring = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongAdder evicted = new LongAdder();

  /** The counters of a store with these stripes. */
  public Counters(Stripes stripes) {
    this.stripes = stripes;
  }

  /**
   * A version for a record of a key with this hash, greater than all that the key had before. The
   * caller holds its stripes.
   */
  public long nextVersion(long hash) {
    long version = stripes.takeVersion(hash, spaced.get(DIVIDE));
    if (version == 0) {
      version = takeVersions(VERSIONS_AT_ONCE);
      stripes.giveVersions(hash, version + 1, version + VERSIONS_AT_ONCE);
    }
    return version;
  }

  /**
   * The first of so many versions in a row, greater than all before. The caller has locked the
   * stripes of all keys by {@link Stripes#lock(java.util.BitSet)}, so none of them has older ones.
   */
  public long nextVersions(int count) {
    return takeVersions(count);
  }

  private long takeVersions(int count) {
    return spaced.getAndAdd(LAST_VERSION, count) + 1;
  }

  /**
   * Divides versions into those up to the answer, and greater ones, which are all that are asked
   * for from now on.
   */
  public long divideVersions() {
    return spaced.accumulateAndGet(DIVIDE, spaced.get(LAST_VERSION), Math::max);
  }

  /** Records in the index. */
  public long entries() {
    return entries.get();
  }

  /** Records in the index that have an expiry; may be slightly off while others write. */
  public long expiring() {
    return expiring.sum();
  }

  /** Records whose expiry had passed when they were removed or replaced. */
  public long expired() {
    return expired.sum();
  }

  /** Records evicted. */
  public long evicted() {
    return evicted.sum();
  }

  void added(long slot) {
    entries.incrementAndGet();
    countExpiring(slot, 1);
  }

  /** Counts that a slot has another record now. The caller holds its stripe. */
  public void replaced(long oldSlot, long newSlot) {
    countExpiring(oldSlot, -1);
    countExpiring(newSlot, 1);
  }

  void removed(long slot) {
    entries.decrementAndGet();
    countExpiring(slot, -1);
  }

  /** Counts a record that had expired. */
  public void countExpired() {
    expired.increment();
  }

  void countEvicted() {
    evicted.increment();
  }

  private void countExpiring(long slot, int change) {
    if (Bucket.expires(slot)) {
      expiring.add(change);
    }
  }
}
