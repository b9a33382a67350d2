// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.cuckoo.log.Backoff;
import io.wisp.store.cuckoo.log.Compactor;
import io.wisp.store.cuckoo.log.Deadline;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The number of buckets, by linear hashing: one bucket at a time is split in two, and the new one
 * is put behind the last; or the last one is merged into the one that it was split from. So the
 * index stays near its target load, and no request ever waits for more than one split.
 *
 * @see <a href="https://dl.acm.org/doi/10.5555/1286887.1286893">Litwin: Linear hashing, a new tool
 *     for file and table addressing, VLDB 1980</a>
 */
public final class Growth {

  /**
   * The share of slots that may be taken before the index grows. Over 99 % could be (see the test
   * of a fixed index), but linear hashing sends twice as many keys to a bucket that was not yet
   * split in this round, so the search for an empty slot gets long early: at 95 % filling a table
   * takes several times as long as here, to save one byte an entry.
   */
  private static final long TARGET_PERCENT = 85;

  /**
   * The share of slots below which the index shrinks. Far from the other, so that a store whose
   * size goes up and down does not follow it all the time; and so low that two buckets hardly ever
   * have more entries than one has slots.
   */
  private static final long LEAST_PERCENT = 20;

  private static final int MAX_SPLITS_AT_ONCE = 2;
  private static final long SMALL_INDEX = 1024;
  private static final long MAX_BUCKETS = 1L << 30;

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final IndexMemory indexMemory;
  private final @Nullable ReferenceBits references;
  private final BucketMerge bucketMerge;
  private final ReentrantLock lock = new ReentrantLock();
  private final long minBuckets;
  private final long maxBuckets;
  private final LongAdder growths = new LongAdder();

  /** A number that never changes if {@code fixed}, and never gets less than {@code minBuckets}. */
  public Growth(
      Index index,
      Stripes stripes,
      IndexMemory indexMemory,
      Displacement displacement,
      @Nullable ReferenceBits references,
      long minBuckets,
      boolean fixed) {
    memory = index.memory();
    this.index = index;
    this.stripes = stripes;
    this.indexMemory = indexMemory;
    this.references = references;
    bucketMerge = new BucketMerge(index, stripes, displacement, references);
    this.minBuckets = minBuckets;
    maxBuckets = fixed ? 0 : MAX_BUCKETS;
  }

  /** Buckets split so far. */
  public long count() {
    return growths.sum();
  }

  /** Splits a bucket or two if there are more entries than the target load allows. */
  public void keepUp(long entries) {
    for (int i = 0; i < MAX_SPLITS_AT_ONCE && isAboveTarget(entries) && lock.tryLock(); i++) {
      try {
        if (split() != Compactor.Outcome.VACATED) {
          return;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean isAboveTarget(long entries) {
    return entries * 100 > index.buckets() * (Bucket.SLOTS * TARGET_PERCENT);
  }

  /**
   * Splits the next bucket because a key found no slot, if too few buckets may be why: an index
   * that is half empty and not small owes it to keys with the same hash, which splits don't part.
   * Waits for records that are being written; so the caller must not be writing one.
   *
   * @return whether it was split
   */
  public boolean grow(long entries) {
    long buckets = index.buckets();
    if (buckets >= SMALL_INDEX && entries * 2 <= buckets * Bucket.SLOTS) {
      return false;
    }
    return splitOrWait();
  }

  /**
   * Splits buckets until so many entries are not above the target load, or there is no memory for
   * more. Waits as {@link #grow} does.
   */
  public void reserve(long entries) {
    boolean splits = true;
    while (splits && isAboveTarget(entries)) {
      splits = splitOrWait();
    }
  }

  private boolean splitOrWait() {
    long deadline = Deadline.start();
    for (int wait = 0; ; wait++) {
      Compactor.Outcome outcome;
      lock.lock();
      try {
        outcome = split();
      } finally {
        lock.unlock();
      }
      if (outcome != Compactor.Outcome.BUSY || Deadline.hasPassed(deadline)) {
        return outcome == Compactor.Outcome.VACATED;
      }
      Backoff.letOthersRun(wait);
    }
  }

  /**
   * Merges the last bucket into the one that it was split from, if the index has so few entries.
   *
   * @return whether it was merged
   */
  public boolean shrink(long entries) {
    if (!isBelowLeast(entries) || !lock.tryLock()) {
      return false;
    }
    try {
      return isBelowLeast(entries) && bucketMerge.mergeLast();
    } finally {
      lock.unlock();
    }
  }

  private boolean isBelowLeast(long entries) {
    long buckets = index.buckets();
    return buckets > minBuckets && entries * 100 < buckets * (Bucket.SLOTS * LEAST_PERCENT);
  }

  private Compactor.Outcome split() {
    long buckets = index.buckets();
    if (buckets >= maxBuckets) {
      return Compactor.Outcome.NO_ROOM;
    }
    Compactor.Outcome outcome = indexMemory.ensure(buckets + 1);
    if (outcome != Compactor.Outcome.VACATED) {
      return outcome;
    }
    if (references != null) {
      references.ensureCapacity(buckets + 1);
    }
    long source = buckets - Long.highestOneBit(buckets);
    stripes.lockBucket(source);
    try {
      split(source, buckets);
    } finally {
      stripes.unlockBucket(source);
    }
    growths.increment();
    return outcome;
  }

  /*
   * The entries that leave are first copied into the new bucket, then the bucket gets its level,
   * then the new number of buckets is published, then the departure announced, then the entries
   * cleared. In between they are in both buckets, which harms nobody: readers find the same record
   * in either, and writers of their keys need the stripe, which is the same for both buckets.
   *
   * The new bucket may have been there before and retired, and a reader with the number of that
   * time may look at it now: so its level is stored with release, after its entries, and its
   * version goes on from where it was.
   */
  private void split(long source, long target) {
    long sourceAddress = index.bucketAddress(source);
    long targetAddress = index.bucketAddress(target);
    int level = Long.SIZE - Long.numberOfLeadingZeros(target);
    int moved = copyDeparting(source, target);
    index.announceDeparture(targetAddress, level);
    RegionHeader.setBucketsRelease(memory, target + 1);
    index.announceDeparture(sourceAddress, level);
    for (int i = 0; i < Bucket.SLOTS; i++) {
      if ((moved & (1 << i)) != 0) {
        Words.setRelease(memory, Bucket.slotAddress(sourceAddress, i), Bucket.EMPTY);
        if (references != null) {
          references.carry(source, i, target, i);
        }
      }
    }
  }

  /** Copies the entries that leave the source; the answer has a bit for each of them. */
  private int copyDeparting(long source, long target) {
    int moved = 0;
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slot = Words.getPlain(memory, Bucket.slotAddress(index.bucketAddress(source), i));
      if (slot != Bucket.EMPTY && mayGoTo(target, slot)) {
        Words.setPlain(memory, Bucket.slotAddress(index.bucketAddress(target), i), slot);
        moved |= 1 << i;
      }
    }
    return moved;
  }

  /**
   * Whether one half of an entry's hash addresses a new bucket. Entries go there even if the other
   * half keeps addressing the old one: that is the way of a {@link Walk}, and they may come from
   * there.
   */
  private boolean mayGoTo(long target, long slot) {
    long hash = index.hashOfRecord(Bucket.recordOffset(slot));
    return KeyHash.bucket(KeyHash.firstHalf(hash), target + 1) == target
        || KeyHash.bucket(KeyHash.secondHalf(hash), target + 1) == target;
  }
}
