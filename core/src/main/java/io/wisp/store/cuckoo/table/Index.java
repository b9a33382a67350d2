// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Bytes;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.region.XxHash64;
import java.lang.foreign.MemorySegment;

/**
 * The buckets, as writers see them: every method that looks at slots wants the stripes of the
 * buckets to be held, unless it says otherwise. Reads look without.
 */
public final class Index {

  /** The answer if there is no such slot. */
  public static final long NONE = 0;

  /** Where in the region the index is. */
  public static final long OFFSET = RegionHeader.SIZE;

  private final MemorySegment memory;
  private final long hashSeed;

  /** The buckets of a region, whose keys are hashed with this seed. */
  public Index(MemorySegment memory, long hashSeed) {
    this.memory = memory;
    this.hashSeed = hashSeed;
  }

  /** Makes zeroed memory into so many empty buckets, a power of two, to start with. */
  public void initialize(long buckets) {
    long word = Bucket.versionWord(Long.numberOfTrailingZeros(buckets), 0);
    for (long bucket = 0; bucket < buckets; bucket++) {
      Words.setPlain(memory, bucketAddress(bucket), word);
    }
  }

  MemorySegment memory() {
    return memory;
  }

  /** How many there are. */
  public long buckets() {
    return RegionHeader.bucketsAcquire(memory);
  }

  /** Where in the region a bucket is. */
  public long bucketAddress(long bucket) {
    return OFFSET + (bucket << Bucket.SIZE_SHIFT);
  }

  /** Where the bucket is that the first half of a hash addresses among so many. */
  public long firstBucketAddress(long hash, long buckets) {
    return bucketAddress(KeyHash.bucket(KeyHash.firstHalf(hash), buckets));
  }

  /** Where the bucket is that the second half of a hash addresses among so many. */
  public long secondBucketAddress(long hash, long buckets) {
    return bucketAddress(KeyHash.bucket(KeyHash.secondHalf(hash), buckets));
  }

  /** The hash of a key. */
  public long hash(Slice key) {
    return XxHash64.hash(key.segment(), key.offset(), key.length(), hashSeed);
  }

  /**
   * The hash of a record's key. Without locks the record may be gone and the result meaningless,
   * but nothing outside the region is read.
   */
  public long hashOfRecord(long offset) {
    int keyLength = RecordLayout.keyLength(Words.getAcquire(memory, offset));
    long key = offset + RecordLayout.HEADER_SIZE;
    return key + keyLength <= memory.byteSize()
        ? XxHash64.hash(memory, key, keyLength, hashSeed)
        : 0;
  }

  /** The address of the slot that has the key, or {@link #NONE}. */
  public long locate(Slice key, long hash) {
    long buckets = buckets();
    long slot = locateIn(firstBucketAddress(hash, buckets), key, hash);
    return slot != NONE ? slot : locateIn(secondBucketAddress(hash, buckets), key, hash);
  }

  private long locateIn(long bucketAddress, Slice key, long hash) {
    long tag = KeyHash.tag(hash);
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slotAddress = Bucket.slotAddress(bucketAddress, i);
      long slot = Words.getPlain(memory, slotAddress);
      if (Bucket.tag(slot) == tag && slot != Bucket.EMPTY && hasKey(slot, key)) {
        return slotAddress;
      }
    }
    return NONE;
  }

  /**
   * Whether a record of this size seems to be there of a key with this hash. Without locks it is a
   * guess, which loads nothing that who looks for the key would not.
   */
  public boolean seemsToHave(long hash, int recordSize) {
    long buckets = buckets();
    return seemsToHave(KeyHash.bucket(KeyHash.firstHalf(hash), buckets), hash, recordSize)
        || seemsToHave(KeyHash.bucket(KeyHash.secondHalf(hash), buckets), hash, recordSize);
  }

  private boolean seemsToHave(long bucket, long hash, int recordSize) {
    long address = bucketAddress(bucket);
    long tag = KeyHash.tag(hash);
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slot = Words.getAcquire(memory, Bucket.slotAddress(address, i));
      if (Bucket.tag(slot) == tag && slot != Bucket.EMPTY) {
        long record = Bucket.recordOffset(slot);
        long word0 = Words.getAcquire(memory, record);
        if (RecordLayout.size(word0, Words.getAcquire(memory, record + Long.BYTES)) == recordSize) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether two records, neither of which anybody changes now, have the same key. */
  public boolean haveSameKey(long one, long other) {
    int length = RecordLayout.keyLength(Words.getPlain(memory, one));
    return length == RecordLayout.keyLength(Words.getPlain(memory, other))
        && Bytes.equal(
            memory,
            one + RecordLayout.HEADER_SIZE,
            memory,
            other + RecordLayout.HEADER_SIZE,
            length);
  }

  private boolean hasKey(long slot, Slice key) {
    long offset = Bucket.recordOffset(slot);
    if (RecordLayout.keyLength(Words.getPlain(memory, offset)) != key.length()) {
      return false;
    }
    long start = offset + RecordLayout.HEADER_SIZE;
    return Bytes.equal(memory, start, key.segment(), key.offset(), key.length());
  }

  /** The address of the slot that points at this record, or {@link #NONE}. */
  public long locateRecord(long recordOffset, long hash) {
    long buckets = buckets();
    for (int i = 0; i < 2 * Bucket.SLOTS; i++) {
      long slotAddress = slotAddress(hash, buckets, i);
      long slot = Words.getPlain(memory, slotAddress);
      if (slot != Bucket.EMPTY && Bucket.recordOffset(slot) == recordOffset) {
        return slotAddress;
      }
    }
    return NONE;
  }

  /** The address of the slot of a key of which only the hash is known, or {@link #NONE}. */
  long locateHash(long hash) {
    long buckets = buckets();
    long tag = KeyHash.tag(hash);
    for (int i = 0; i < 2 * Bucket.SLOTS; i++) {
      long slotAddress = slotAddress(hash, buckets, i);
      long slot = Words.getPlain(memory, slotAddress);
      if (slot != Bucket.EMPTY
          && Bucket.tag(slot) == tag
          && hashOfRecord(Bucket.recordOffset(slot)) == hash) {
        return slotAddress;
      }
    }
    return NONE;
  }

  /** Where the slots of both buckets of a key are, numbered from 0. */
  public long slotAddress(long hash, long buckets, int i) {
    long half = i < Bucket.SLOTS ? KeyHash.firstHalf(hash) : KeyHash.secondHalf(hash);
    return Bucket.slotAddress(bucketAddress(KeyHash.bucket(half, buckets)), i % Bucket.SLOTS);
  }

  /** The address of an empty slot for a key, or {@link #NONE}. */
  public long locateEmpty(long hash) {
    long buckets = buckets();
    long first = KeyHash.bucket(KeyHash.firstHalf(hash), buckets);
    int slot = emptySlot(first);
    if (slot >= 0) {
      return Bucket.slotAddress(bucketAddress(first), slot);
    }
    long second = KeyHash.bucket(KeyHash.secondHalf(hash), buckets);
    slot = emptySlot(second);
    return slot >= 0 ? Bucket.slotAddress(bucketAddress(second), slot) : NONE;
  }

  /** How many slots of a bucket are taken. Without locks it is a guess. */
  public int entriesIn(long bucket) {
    int entries = 0;
    for (int i = 0; i < Bucket.SLOTS; i++) {
      if (Words.getPlain(memory, Bucket.slotAddress(bucketAddress(bucket), i)) != Bucket.EMPTY) {
        entries++;
      }
    }
    return entries;
  }

  /** The number of an empty slot in a bucket, or -1. Without locks it is a guess. */
  int emptySlot(long bucket) {
    long address = bucketAddress(bucket);
    for (int i = 0; i < Bucket.SLOTS; i++) {
      if (Words.getPlain(memory, Bucket.slotAddress(address, i)) == Bucket.EMPTY) {
        return i;
      }
    }
    return -1;
  }

  /** The number of the bucket that has this slot. */
  public long bucketNumber(long slotAddress) {
    return (slotAddress - OFFSET) >>> Bucket.SIZE_SHIFT;
  }

  /** The number of a slot in its bucket. */
  public static int slotNumber(long slotAddress) {
    return (int) ((slotAddress & (Bucket.SIZE - 1)) - Bucket.SLOTS_OFFSET) >>> 3;
  }

  /** The address of the bucket that has this slot. */
  public static long bucketOfSlot(long slotAddress) {
    return slotAddress & -Bucket.SIZE;
  }

  /**
   * Tells readers that entries are leaving a bucket, which has this level from now on. To be called
   * when the entries are where they go to, and before they are cleared here: a reader who sees a
   * slot cleared then sees the new version as well, knows that it may have missed the entry in both
   * places, and looks again.
   */
  public void announceDeparture(long bucketAddress, int level) {
    long word = Words.getPlain(memory, bucketAddress);
    Words.setRelease(memory, bucketAddress, Bucket.nextVersion(word, level));
  }

  /** Makes a bucket one that holds no key and tells readers that its entries have left. */
  public void retire(long bucketAddress) {
    announceDeparture(bucketAddress, Bucket.RETIRED);
  }

  /** {@link #announceDeparture(long, int)} where the level stays. */
  void announceDeparture(long bucketAddress) {
    announceDeparture(bucketAddress, Bucket.level(Words.getPlain(memory, bucketAddress)));
  }
}
