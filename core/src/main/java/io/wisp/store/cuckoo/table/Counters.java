// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a store. */
public final class Counters {

  private final AtomicLong versions = new AtomicLong();
  private final AtomicLong entries = new AtomicLong();
  private final LongAdder expiring = new LongAdder();
  private final LongAdder expired = new LongAdder();
  private final LongAdder evicted = new LongAdder();

  /** A version for a record, greater than all before. The caller holds the key's stripes. */
  public long nextVersion() {
    return versions.incrementAndGet();
  }

  /**
   * The first of so many versions in a row, greater than all before. The caller holds the stripes
   * of all keys.
   */
  public long nextVersions(int count) {
    return versions.getAndAdd(count) + 1;
  }

  /** The last version given to a record. */
  public long lastVersion() {
    return versions.get();
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
