// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.MemorySegment;

/**
 * Loads the buckets and records of several keys. A lookup waits for memory twice, first for its
 * buckets and then for its record, and the next one begins when it has ended. A processor has many
 * loads under way at a time, but only if none needs the result of another and few instructions lie
 * between them. So all keys are hashed first, then all buckets are loaded, then all records (group
 * prefetching: Chen, Ailamaki, Gibbons, Mowry, ICDE 2004).
 *
 * <p>Java has no instruction to prefetch. A load whose value counts for something does the same.
 */
final class TablePrefetcher implements Prefetcher {

  /** An index of so many buckets takes 2 MiB, and its records some ten times that. */
  private static final long BUCKETS_BEYOND_CACHES = 1 << 15;

  private final MemorySegment memory;
  private final Index index;
  private final long[] hashes = new long[MAX_KEYS];
  private int count;

  /** The number that loading wants to be kept. */
  @SuppressWarnings("unused")
  private long sum;

  TablePrefetcher(Table table) {
    memory = table.memory();
    index = table.index();
  }

  @Override
  public boolean isUseful() {
    return isUsefulFor(index);
  }

  /** Whether an index is so large. */
  static boolean isUsefulFor(Index index) {
    return index.buckets() >= BUCKETS_BEYOND_CACHES;
  }

  @Override
  public boolean add(Slice key) {
    if (count < MAX_KEYS) {
      hashes[count] = index.hash(key);
      count++;
    }
    return count < MAX_KEYS;
  }

  @Override
  public void load() {
    sum = load(memory, index, hashes, count);
    count = 0;
  }

  /**
   * Loads what keys will need.
   *
   * @param hashes of the keys, the first of these
   * @return a number to keep, for the compiler leaves out loads whose values nobody uses
   */
  static long load(MemorySegment memory, Index index, long[] hashes, int count) {
    long buckets = index.buckets();
    long words = 0;
    for (int i = 0; i < count; i++) {
      words += Words.getPlain(memory, index.firstBucketAddress(hashes[i], buckets));
      words += Words.getPlain(memory, index.secondBucketAddress(hashes[i], buckets));
    }
    for (int i = 0; i < count; i++) {
      long tag = KeyHash.tag(hashes[i]);
      words += loadRecord(memory, index.firstBucketAddress(hashes[i], buckets), tag);
      words += loadRecord(memory, index.secondBucketAddress(hashes[i], buckets), tag);
    }
    return words;
  }

  /** A slot holds an offset in the region at all times, so its record can be loaded unlocked. */
  private static long loadRecord(MemorySegment memory, long bucketAddress, long tag) {
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slot = Words.getPlain(memory, Bucket.slotAddress(bucketAddress, i));
      if (Bucket.tag(slot) == tag && slot != Bucket.EMPTY) {
        return Words.getPlain(memory, Bucket.recordOffset(slot));
      }
    }
    return 0;
  }
}
