// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.UnrecoverableException;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/** Goes over the index: first to learn which records it names, then to clear the other slots. */
final class IndexCheck {

  /** Buckets that one thread goes over: so few that small tables are divided like large ones. */
  private static final int BUCKETS_AT_ONCE = 64;

  private final MemorySegment memory;
  private final Geometry geometry;
  private final Index index;
  private final BitSet segmentPages;
  private final WordSet named;
  private final WordSet confirmed;
  private final RecordJudge judge;
  private final RecoveryCounts counts;
  private final long buckets;

  /**
   * The index of a region.
   *
   * @param segmentPages the pages that segments have
   * @param named the records that slots name
   * @param confirmed the slots that name their keys' records
   * @param judge who says whether a record is whole
   */
  IndexCheck(
      MemorySegment memory,
      Geometry geometry,
      Index index,
      BitSet segmentPages,
      WordSet named,
      WordSet confirmed,
      RecordJudge judge,
      RecoveryCounts counts) {
    this.memory = memory;
    this.geometry = geometry;
    this.index = index;
    this.segmentPages = segmentPages;
    this.named = named;
    this.confirmed = confirmed;
    this.judge = judge;
    this.counts = counts;
    buckets = index.buckets();
  }

  /** Does something with each bucket, by as many threads as the streams of the caller have. */
  private void forEachBucket(LongConsumer action) {
    long ranges = (buckets + BUCKETS_AT_ONCE - 1) / BUCKETS_AT_ONCE;
    LongStream.range(0, ranges)
        .parallel()
        .forEach(
            range -> {
              long end = Math.min(buckets, (range + 1) * BUCKETS_AT_ONCE);
              for (long bucket = range * BUCKETS_AT_ONCE; bucket < end; bucket++) {
                action.accept(bucket);
              }
            });
  }

  /**
   * Collects the records that slots name, and counts those that are whole and in no segment, and
   * the buckets whose level is not theirs.
   */
  void collect() {
    forEachBucket(this::collect);
  }

  private void collect(long bucket) {
    long address = index.bucketAddress(bucket);
    if (!isFitting(bucket, Words.getPlain(memory, address))) {
      counts.misfits.increment();
    }
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slot = Words.getPlain(memory, Bucket.slotAddress(address, i));
      if (slot == Bucket.EMPTY) {
        continue;
      }
      if (isInSegment(slot)) {
        named.add(Bucket.recordOffset(slot));
      } else if (isWhole(slot)) {
        counts.strays.increment();
      }
    }
  }

  private boolean isWhole(long slot) {
    long record = Bucket.recordOffset(slot);
    long limit = geometry.bytes(geometry.pages());
    return record <= limit - RecordLayout.HEADER_SIZE
        && judge.isWhole(record, limit)
        && isOfKey(slot, record);
  }

  private boolean isFitting(long bucket, long word) {
    return Bucket.level(word) == KeyHash.level(bucket, buckets);
  }

  private boolean isInSegment(long slot) {
    long page = Bucket.recordOffset(slot) >>> geometry.pageShift();
    return page < geometry.pages() && segmentPages.get((int) page);
  }

  /** Clears the slots that were not confirmed, and gives each bucket its level. */
  void clear() {
    forEachBucket(this::clear);
  }

  /*
   * In the order in which entries leave buckets, for clients that do not yet know that the process
   * has ended may be looking.
   */
  private void clear(long bucket) {
    long address = index.bucketAddress(bucket);
    int level = KeyHash.level(bucket, buckets);
    boolean isAnnounced = !isFitting(bucket, Words.getPlain(memory, address));
    if (isAnnounced) {
      index.announceDeparture(address, level);
    }
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slotAddress = Bucket.slotAddress(address, i);
      long slot = Words.getPlain(memory, slotAddress);
      if (slot != Bucket.EMPTY && !confirmed.contains(slotAddress)) {
        count(slot);
        if (!isAnnounced) {
          index.announceDeparture(address, level);
          isAnnounced = true;
        }
        Words.setRelease(memory, slotAddress, Bucket.EMPTY);
      }
    }
  }

  private void count(long slot) {
    long record = Bucket.recordOffset(slot);
    if (!isInSegment(slot) || !isOfKey(slot, record)) {
      counts.damaged.increment();
    } else if (named.contains(record)) {
      counts.doubled.increment();
    } else if (RecordLayout.isUnsealed(
        Words.getPlain(memory, record), Words.getPlain(memory, record + Long.BYTES))) {
      counts.unfinished.increment();
    } else {
      counts.damaged.increment();
    }
  }

  private boolean isOfKey(long slot, long record) {
    return Bucket.tag(slot) == KeyHash.tag(index.hashOfRecord(record));
  }

  /**
   * Empties the buckets behind the last, of which the first may have entries that a split was
   * copying there, or a merge had copied elsewhere.
   *
   * @param end of the index's memory
   * @throws UnrecoverableException if one of them is nowhere else
   */
  void retireOthers(long end) {
    for (long bucket = buckets; index.bucketAddress(bucket + 1) <= end; bucket++) {
      long address = index.bucketAddress(bucket);
      boolean isRetired = Bucket.level(Words.getPlain(memory, address)) == Bucket.RETIRED;
      for (int i = 0; i < Bucket.SLOTS; i++) {
        long slot = Words.getPlain(memory, Bucket.slotAddress(address, i));
        if (slot != Bucket.EMPTY) {
          requireElsewhere(slot);
          isRetired = false;
        }
      }
      if (!isRetired) {
        index.retire(address);
        for (int i = 0; i < Bucket.SLOTS; i++) {
          Words.setRelease(memory, Bucket.slotAddress(address, i), Bucket.EMPTY);
        }
      }
    }
  }

  private void requireElsewhere(long slot) {
    long record = Bucket.recordOffset(slot);
    if (isInSegment(slot)
        && !named.contains(record)
        && judge.isWhole(record, geometry.bytes(geometry.pages()))) {
      throw new UnrecoverableException(
          "its number of buckets is damaged: there are entries behind the last");
    }
  }
}
