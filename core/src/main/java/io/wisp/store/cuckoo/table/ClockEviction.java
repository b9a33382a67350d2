// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.cuckoo.log.Eviction;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;

/**
 * Which records go when memory is short: CLOCK, in the order of the log. The hand comes by an entry
 * when the segment of its record is the oldest; an entry that was read since the hand last came by
 * has its bit cleared and stays, another one goes.
 */
public final class ClockEviction implements Eviction {

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final ReferenceBits references;
  private final Entries entries;
  private final Counters counters;

  /** The eviction of a table. */
  public ClockEviction(
      Index index, Stripes stripes, ReferenceBits references, Entries entries, Counters counters) {
    memory = index.memory();
    this.index = index;
    this.stripes = stripes;
    this.references = references;
    this.entries = entries;
    this.counters = counters;
  }

  @Override
  public boolean sparesRecord(long recordOffset) {
    long hash = index.hashOfRecord(recordOffset);
    stripes.lockKey(hash);
    try {
      long slotAddress = index.locateRecord(recordOffset, hash);
      return slotAddress != Index.NONE && sparesSlot(slotAddress);
    } finally {
      stripes.unlockKey(hash);
    }
  }

  @Override
  public void evictRecord(long recordOffset) {
    long hash = index.hashOfRecord(recordOffset);
    stripes.lockKey(hash);
    try {
      long slotAddress = index.locateRecord(recordOffset, hash);
      if (slotAddress != Index.NONE) {
        evict(slotAddress);
      }
    } finally {
      stripes.unlockKey(hash);
    }
  }

  /**
   * Removes one of the entries that stand where a key with this hash might, or at least spares none
   * of them the next time; the answer is whether there were any.
   */
  public boolean evictFromBucketsOf(long hash) {
    stripes.lockKey(hash);
    try {
      long buckets = index.buckets();
      long address = index.bucketAddress(KeyHash.bucket(KeyHash.firstHalf(hash), buckets));
      boolean any = false;
      for (int i = 0; i < 2 * Bucket.SLOTS; i++) {
        long slotAddress = Bucket.slotAddress(address, i % Bucket.SLOTS);
        if (Words.getPlain(memory, slotAddress) != Bucket.EMPTY) {
          any = true;
          if (!sparesSlot(slotAddress)) {
            evict(slotAddress);
            break;
          }
        }
      }
      return any;
    } finally {
      stripes.unlockKey(hash);
    }
  }

  private boolean sparesSlot(long slotAddress) {
    return references.clear(index.bucketNumber(slotAddress), Index.slotNumber(slotAddress));
  }

  private void evict(long slotAddress) {
    entries.remove(slotAddress);
    counters.countEvicted();
  }
}
