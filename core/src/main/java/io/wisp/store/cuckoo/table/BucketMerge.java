// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Takes the last bucket out of the index: its entries go to the bucket that it was split from. It
 * stays where it is, retired, for readers who still count it, until a split brings it back. Used by
 * one thread at a time, which holds no stripe.
 */
final class BucketMerge {

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final Displacement displacement;
  private final @Nullable ReferenceBits references;

  BucketMerge(
      Index index, Stripes stripes, Displacement displacement, @Nullable ReferenceBits references) {
    memory = index.memory();
    this.index = index;
    this.stripes = stripes;
    this.displacement = displacement;
    this.references = references;
  }

  /** Merges the last bucket, unless there are too many entries; the answer is whether it did. */
  boolean mergeLast() {
    long source = index.buckets() - 1;
    long target = source - Long.highestOneBit(source);
    makeRoom(source, target);
    stripes.lockBucket(target);
    try {
      if (!fits(source, target)) {
        return false;
      }
      merge(source, target);
      return true;
    } finally {
      stripes.unlockBucket(target);
    }
  }

  private boolean fits(long source, long target) {
    return index.entriesIn(source) + index.entriesIn(target) <= Bucket.SLOTS;
  }

  /** Moves entries of either bucket to their other ones, while both have too many for one. */
  private void makeRoom(long source, long target) {
    for (int i = 0; i < 2 * Bucket.SLOTS && !fits(source, target); i++) {
      long from = i < Bucket.SLOTS ? source : target;
      long address = Bucket.slotAddress(index.bucketAddress(from), i % Bucket.SLOTS);
      long slot = Words.getAcquire(memory, address);
      if (slot != Bucket.EMPTY) {
        long hash = index.hashOfRecord(Bucket.recordOffset(slot));
        long to = Displacement.otherBucket(hash, from, index.buckets());
        if (to != source && to != target) {
          displacement.move(from, slot, to);
        }
      }
    }
  }

  /*
   * The entries are first copied to where they go; then that bucket gets its new level; then the
   * new number of buckets is published, so that readers go there; then the old bucket is retired;
   * then its slots are cleared. Readers who still count it find the entries in it, or see that it
   * is retired and then, as the number was stored before, also how many buckets there are. Those
   * who count it no longer find the entries and the level that were stored before the number. No
   * entry leaves the target, so its version need not grow.
   */
  private void merge(long source, long target) {
    long sourceAddress = index.bucketAddress(source);
    long targetAddress = index.bucketAddress(target);
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slot = Words.getPlain(memory, Bucket.slotAddress(sourceAddress, i));
      if (slot != Bucket.EMPTY) {
        int empty = index.emptySlot(target);
        Words.setRelease(memory, Bucket.slotAddress(targetAddress, empty), slot);
        if (references != null) {
          references.carry(source, i, target, empty);
        }
      }
    }
    long word = Words.getPlain(memory, targetAddress);
    int level = Bucket.level(word) - 1;
    Words.setRelease(memory, targetAddress, Bucket.versionWord(level, Bucket.version(word)));
    RegionHeader.setBucketsRelease(memory, source);
    index.retire(sourceAddress);
    for (int i = 0; i < Bucket.SLOTS; i++) {
      Words.setRelease(memory, Bucket.slotAddress(sourceAddress, i), Bucket.EMPTY);
    }
  }
}
