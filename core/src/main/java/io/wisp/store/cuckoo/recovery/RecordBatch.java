// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.MemorySegment;

/**
 * Records of a segment that slots name, one behind the other, and what is asked of each: whether it
 * is whole, and which slot of its key names it.
 *
 * <p>Buckets lie anywhere, so waiting for them is most of the work. A processor waits for many
 * loads at a time if few instructions lie between them. So each step is taken for all records
 * before the next one, and the buckets that it looks at are loaded first.
 */
final class RecordBatch {

  private static final int MOST = 64;

  private final MemorySegment memory;
  private final Index index;
  private final WordSet named;
  private final RecordJudge judge;
  private final long bucketCount;
  private final long[] records = new long[MOST];
  private final long[] hashes = new long[MOST];
  private final long[] buckets = new long[MOST];
  private final long[] slots = new long[MOST];
  private final boolean[] areWhole = new boolean[MOST];
  private final int[] notFound = new int[MOST];
  private int count;

  /** The number that loading wants to be kept, or the compiler leaves the loads out. */
  @SuppressWarnings("unused")
  private long sum;

  /** One that is empty, of those in a set. */
  RecordBatch(MemorySegment memory, Index index, WordSet named, RecordJudge judge) {
    this.memory = memory;
    this.index = index;
    this.named = named;
    this.judge = judge;
    bucketCount = index.buckets();
  }

  /**
   * Takes the next records instead of what it had.
   *
   * @param limit of their segment
   * @return where to go on from; the limit if these are the last
   */
  long load(long from, long limit) {
    long next = named.next(from, limit);
    for (count = 0; count < MOST && next < limit; count++) {
      records[count] = next;
      hashes[count] = index.hashOfRecord(next);
      buckets[count] = index.firstBucketAddress(hashes[count], bucketCount);
      next = named.next(next + Long.BYTES, limit);
    }
    loadBuckets(count);
    for (int i = 0; i < count; i++) {
      areWhole[i] = judge.isWhole(records[i], limit);
    }
    lookInFirst();
    return next;
  }

  private void loadBuckets(int many) {
    long words = 0;
    for (int i = 0; i < many; i++) {
      words += Words.getPlain(memory, buckets[i]);
    }
    sum = words;
  }

  private void lookInFirst() {
    int others = 0;
    for (int i = 0; i < count; i++) {
      slots[i] = slotAddress(buckets[i], i);
      // No branch, for which way it went the processor could only guess.
      notFound[others] = i;
      others += slots[i] == Index.NONE ? 1 : 0;
    }
    lookInSecond(others);
  }

  private void lookInSecond(int others) {
    for (int i = 0; i < others; i++) {
      buckets[i] = index.secondBucketAddress(hashes[notFound[i]], bucketCount);
    }
    loadBuckets(others);
    for (int i = 0; i < others; i++) {
      slots[notFound[i]] = slotAddress(buckets[i], notFound[i]);
    }
  }

  /** Where in a bucket the first slot is that names a record by its key's tag. */
  private long slotAddress(long bucket, int number) {
    long tag = KeyHash.tag(hashes[number]);
    long slot = Bucket.slot(tag, records[number], false);
    long expiring = Bucket.slot(tag, records[number], true);
    long found = Index.NONE;
    // All of them, from the last to the first: to stop at one would be such a branch, too.
    for (int i = Bucket.SLOTS - 1; i >= 0; i--) {
      long address = Bucket.slotAddress(bucket, i);
      long word = Words.getPlain(memory, address);
      found = word == slot || word == expiring ? address : found;
    }
    return found;
  }

  int count() {
    return count;
  }

  /** Where a record is. */
  long record(int number) {
    return records[number];
  }

  /** The hash of its key. */
  long hash(int number) {
    return hashes[number];
  }

  /**
   * The address of the first slot of its key that names it by the key's tag, or {@link Index#NONE}.
   */
  long slotAddress(int number) {
    return slots[number];
  }

  /** Whether it is whole, and within its segment. */
  boolean isWhole(int number) {
    return areWhole[number];
  }
}
