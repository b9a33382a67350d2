// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.log.Pages;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.log.Segment;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Walks over a store that nobody uses meanwhile and checks that everything in it fits together. */
final class StoreInspector {

  private final Table table;
  private final MemorySegment memory;
  private final Map<Long, Long> slotOfRecord = new HashMap<>();

  private StoreInspector(CuckooStore store) {
    table = store.table();
    memory = table.memory();
  }

  static void check(CuckooStore store) {
    StoreInspector inspector = new StoreInspector(store);
    inspector.checkIndex();
    inspector.checkHeap();
    inspector.checkPages();
  }

  private void checkIndex() {
    Index index = table.index();
    long buckets = index.buckets();
    Set<String> keys = new HashSet<>();
    Set<Long> versions = new HashSet<>();
    long expiring = 0;
    for (long bucket = 0; bucket < buckets; bucket++) {
      long word = Words.getPlain(memory, index.bucketAddress(bucket));
      assertThat(Bucket.level(word))
          .as("level of bucket %d of %d", bucket, buckets)
          .isEqualTo(level(bucket, buckets));
      for (int i = 0; i < Bucket.SLOTS; i++) {
        long slot = Words.getPlain(memory, Bucket.slotAddress(index.bucketAddress(bucket), i));
        if (slot != Bucket.EMPTY) {
          checkEntry(bucket, buckets, slot, keys, versions);
          expiring += Bucket.expires(slot) ? 1 : 0;
        }
      }
    }
    for (long bucket = buckets;
        index.bucketAddress(bucket + 1) <= table.indexMemory().bytes();
        bucket++) {
      assertThat(Bucket.level(Words.getPlain(memory, index.bucketAddress(bucket))))
          .as("level of unused bucket %d", bucket)
          .isEqualTo(Bucket.RETIRED);
      assertThat(index.entriesIn(bucket)).as("entries of unused bucket %d", bucket).isZero();
    }
    assertThat(table.counters().entries()).isEqualTo(slotOfRecord.size());
    assertThat(table.counters().expiring()).isEqualTo(expiring);
  }

  private static int level(long bucket, long buckets) {
    long base = Long.highestOneBit(buckets);
    int level = Long.numberOfTrailingZeros(base);
    return bucket < buckets - base || bucket >= base ? level + 1 : level;
  }

  private void checkEntry(
      long bucket, long buckets, long slot, Set<String> keys, Set<Long> versions) {
    long offset = Bucket.recordOffset(slot);
    long word0 = Words.getPlain(memory, offset);
    long word1 = Words.getPlain(memory, offset + Long.BYTES);
    assertThat(RecordLayout.isLive(word1)).as("record at %d is live", offset).isTrue();
    long expiry = RecordLayout.expiry(memory, offset);
    assertThat(Bucket.expires(slot)).isEqualTo(expiry != Store.NEVER);
    long content = RecordLayout.contentHash(memory, offset, word0, word1, table.checksumSeed());
    assertThat(RecordLayout.isIntact(offset, word0, word1, expiry, content))
        .as("checksum")
        .isTrue();
    long hash = table.index().hashOfRecord(offset);
    assertThat(bucket)
        .isIn(
            KeyHash.bucket(KeyHash.firstHalf(hash), buckets),
            KeyHash.bucket(KeyHash.secondHalf(hash), buckets));
    assertThat(Bucket.tag(slot)).isEqualTo(KeyHash.tag(hash));
    byte[] key =
        memory
            .asSlice(offset + RecordLayout.HEADER_SIZE, RecordLayout.keyLength(word0))
            .toArray(ValueLayout.JAVA_BYTE);
    assertThat(keys.add(new String(key, java.nio.charset.StandardCharsets.ISO_8859_1)))
        .as("key is there once")
        .isTrue();
    assertThat(versions.add(RecordLayout.version(word0))).as("version is given once").isTrue();
    assertThat(slotOfRecord.put(offset, slot)).as("record has one slot").isNull();
  }

  private void checkHeap() {
    Set<Long> live = new HashSet<>();
    for (Segment segment : segments()) {
      long dead = 0;
      long offset = segment.start();
      while (offset < segment.top()) {
        long word0 = Words.getPlain(memory, offset);
        long word1 = Words.getPlain(memory, offset + Long.BYTES);
        int size = RecordLayout.size(word0, word1);
        if (RecordLayout.isLive(word1)) {
          live.add(offset);
        } else {
          dead += size;
          assertThat(word1 & RecordLayout.DEAD).as("no write is under way").isNotZero();
        }
        offset += size;
      }
      assertThat(offset).isEqualTo(segment.top());
      assertThat(segment.dead()).as("dead bytes").isEqualTo(dead);
      assertThat(segment.live() > 0 || !segment.isSealed()).as("empty segments are freed").isTrue();
    }
    assertThat(live).isEqualTo(slotOfRecord.keySet());
  }

  private void checkPages() {
    BitSet owned = new BitSet();
    owned.set(0, (int) (table.indexMemory().bytes() >>> table.geometry().pageShift()));
    for (Segment segment : segments()) {
      claim(owned, segment.firstPage(), segment.pages());
    }
    long spare = table.pages().spare();
    assertThat(Pages.length(spare)).as("spare").isEqualTo(table.geometry().segmentPages());
    claim(owned, Pages.first(spare), Pages.length(spare));
    owned.flip(0, table.geometry().pages());
    assertThat(table.pages().free()).as("pages that nobody owns").isEqualTo(owned);
  }

  private static void claim(BitSet owned, int first, int length) {
    for (int page = first; page < first + length; page++) {
      assertThat(owned.get(page)).as("page %d has one owner", page).isFalse();
      owned.set(page);
    }
  }

  private List<Segment> segments() {
    return table.heap().segments().select(segment -> !segment.isFree());
  }
}
