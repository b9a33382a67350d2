// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.recovery.RecoveryReport;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.RecoveryArea;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a recovery makes of each state that a process may leave: the rows of FORMAT.md's table. */
class KeptStoreTest {

  private static final long SIZE = 2 << 20;
  private static final int OTHERS = 2000;

  @TempDir private Path folder;
  private KeptStores kept;

  @BeforeEach
  void fill() throws IOException {
    kept = new KeptStores(folder, CuckooStore.Options.ofCapacity(SIZE));
    for (int i = 0; i < OTHERS; i++) {
      kept.put("other " + i, "value " + i);
    }
    kept.put("key", "value");
  }

  @AfterEach
  void checkAndClose() {
    for (int i = 0; i < OTHERS; i++) {
      assertThat(kept.get("other " + i)).isEqualTo("value " + i);
    }
    kept.close();
  }

  private long slotAddress(String key) {
    return Locations.slotAddressOf(kept.store(), Slice.of(key));
  }

  private long record(String key) {
    return Locations.recordOf(kept.store(), Slice.of(key));
  }

  private long word1(long record) {
    return Words.getPlain(kept.region(), record + 8);
  }

  private void setWord1(long record, long word) {
    Words.setPlain(kept.region(), record + 8, word);
  }

  private long version(String key) {
    return RecordLayout.version(Words.getPlain(kept.region(), record(key)));
  }

  @Test
  void shouldHoldWhatItHeldAfterAnOrderlyEnd() throws IOException {
    kept.store().expire(Slice.of("key"), Long.MAX_VALUE);
    long version = version("key");
    kept.store().close();
    byte[] bytes = Files.readAllBytes(folder.resolve("region-0"));
    kept = new KeptStores(folder, CuckooStore.Options.ofCapacity(SIZE));
    RecoveryReport report = kept.recover(bytes);
    assertThat(report.wasClosed()).isTrue();
    assertThat(report.entries()).isEqualTo(OTHERS + 1);
    assertThat(report.finished() + report.undoneWords() + report.unfinished()).isZero();
    assertThat(report.doubled() + report.damaged()).isZero();
    try (ValueBuffer found = new ValueBuffer()) {
      assertThat(kept.store().get(Slice.of("key"), found)).isEqualTo(Status.FOUND);
      assertThat(found.expiresAt()).isEqualTo(Long.MAX_VALUE);
      assertThat(found.version()).isEqualTo(version);
    }
    assertThat(kept.store().statistics().expiring()).isOne();
    kept.put("key", "next");
    assertThat(version("key")).as("of what is written later").isGreaterThan(version);
  }

  @Test
  void shouldTakeAnotherIncarnationAndNoVersionTwice() {
    long incarnation = kept.store().table().incarnation();
    kept.put("gone", "x");
    long version = version("gone");
    kept.store().delete(Slice.of("gone"));
    RecoveryReport report = kept.recover();
    assertThat(report.wasClosed()).isFalse();
    assertThat(kept.store().table().incarnation()).isNotEqualTo(incarnation).isNotZero();
    kept.put("gone", "y");
    assertThat(version("gone")).isGreaterThan(version);
  }

  @Test
  void shouldResurrectNothingThatWasReplacedOrDeletedThoughItIsStillInMemory() {
    for (int i = 0; i < 10; i++) {
      kept.put("key", "value " + i);
    }
    kept.put("gone", "x");
    kept.store().delete(Slice.of("gone"));
    assertThat(kept.recover().entries()).isEqualTo(OTHERS + 1);
    assertThat(kept.get("key")).isEqualTo("value 9");
    assertThat(kept.get("gone")).isNull();
  }

  @Test
  void shouldKeepARecordThatWasBeingReplacedOrDeleted() {
    setWord1(record("key"), word1(record("key")) | RecordLayout.DEAD);
    assertThat(kept.recover().finished()).isOne();
    assertThat(kept.get("key")).isEqualTo("value");
  }

  @Test
  void shouldFinishARecordWhosePredecessorIsGone() {
    kept.put("key", "next");
    setWord1(record("key"), word1(record("key")) & ~RecordLayout.LIVE);
    assertThat(kept.recover().finished()).isOne();
    assertThat(kept.get("key")).isEqualTo("next");
  }

  @Test
  void shouldDropARecordThatWasBeingCreated() {
    kept.put("new", "x");
    setWord1(record("new"), RecordLayout.pendingWord1(1));
    assertThat(kept.recover().unfinished()).isOne();
    assertThat(kept.get("new")).isNull();
    assertThat(kept.get("key")).isEqualTo("value");
  }

  @Test
  void shouldLeaveNothingAliveThatNoSlotNames() {
    long old = record("key");
    long word1 = word1(old);
    assertThat(kept.store().table().compactor().relocate(old)).isTrue();
    setWord1(old, word1);
    assertThat(kept.recover().entries()).isEqualTo(OTHERS + 1);
    assertThat(RecordLayout.isLive(word1(old))).as("where the record was").isFalse();
    assertThat(kept.get("key")).isEqualTo("value");
  }

  @Test
  void shouldKeepOneOfTheSlotsOfAnEntryThatWasBeingDisplaced() {
    for (int i = 0; ; i++) {
      Slice key = Slice.of("other " + i);
      long from = slotAddress("other " + i);
      long slot = Locations.slotOf(kept.store(), key);
      if (Locations.moveToOtherBucket(kept.store(), key)) {
        Words.setPlain(kept.region(), from, slot);
        assertThat(kept.recover().doubled()).isOne();
        return;
      }
    }
  }

  private long[] bucket(long number) {
    long[] words = new long[8];
    for (int i = 0; i < 8; i++) {
      words[i] = Words.getPlain(kept.region(), Index.OFFSET + number * Bucket.SIZE + 8L * i);
    }
    return words;
  }

  private void setBucket(long number, long... words) {
    for (int i = 0; i < 8; i++) {
      Words.setPlain(kept.region(), Index.OFFSET + number * Bucket.SIZE + 8L * i, words[i]);
    }
  }

  /** Splits the bucket that is next, until one is split that has entries which leave. */
  private long[] splitOneFromWhichEntriesLeave() {
    while (true) {
      long target = kept.store().table().index().buckets();
      long[] before = bucket(target - Long.highestOneBit(target));
      assertThat(kept.store().table().growth().grow(Integer.MAX_VALUE)).isTrue();
      if (kept.store().table().index().entriesIn(target) > 0) {
        return before;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldUndoOrFinishASplit(boolean isCounted) {
    long[] before = splitOneFromWhichEntriesLeave();
    long target = kept.store().table().index().buckets() - 1;
    setBucket(target - Long.highestOneBit(target), before);
    if (!isCounted) {
      RegionHeader.setBucketsRelease(kept.region(), target);
    }
    RecoveryReport report = kept.recover();
    assertThat(report.doubled() > 0).isEqualTo(isCounted);
    assertThat(report.damaged()).isZero();
    assertThat(kept.store().table().index().buckets()).isEqualTo(isCounted ? target + 1 : target);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldUndoOrFinishAMerge(boolean isCounted) {
    splitOneFromWhichEntriesLeave();
    long source = kept.store().table().index().buckets() - 1;
    long[] before = bucket(source);
    if (!kept.store().table().growth().shrink(0)) {
      return; // both together have too many entries for one bucket
    }
    setBucket(source, before);
    if (!isCounted) {
      RegionHeader.setBucketsRelease(kept.region(), source + 1);
    }
    RecoveryReport report = kept.recover();
    assertThat(report.damaged()).isZero();
    assertThat(kept.store().table().index().buckets()).isEqualTo(isCounted ? source : source + 1);
  }

  /** A batch that replaces, creates and deletes. */
  private void writeAll() {
    kept.put("deleted", "before");
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of("key"), Slice.of("after"));
    batch.put(Slice.of("new"), Slice.of("after"));
    batch.delete(Slice.of("deleted"), WriteCondition.ALWAYS, 0);
    assertThat(kept.store().writeAll(batch)).isEqualTo(Status.DONE);
  }

  private void checkBatch(boolean isDone) {
    assertThat(kept.get("key")).isEqualTo(isDone ? "after" : "value");
    assertThat(kept.get("new")).isEqualTo(isDone ? "after" : null);
    assertThat(kept.get("deleted")).isEqualTo(isDone ? null : "before");
  }

  private void armJournal(int words) {
    long area = RecoveryArea.of(Geometry.of(SIZE)).offset();
    Words.setPlain(kept.region(), area, words);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void shouldUndoABatchThatHadNotHappened(int stored) {
    writeAll();
    long area = RecoveryArea.of(Geometry.of(SIZE)).offset();
    armJournal(3);
    // As if only so many of the slots had been stored yet.
    for (int i = stored; i < 3; i++) {
      long entry = area + 64 + 16L * i;
      long offset = Words.getPlain(kept.region(), entry);
      if (offset != slotAddress("new")) {
        Words.setPlain(kept.region(), offset, Words.getPlain(kept.region(), entry + 8));
      }
    }
    assertThat(kept.recover().undoneWords()).isEqualTo(3);
    checkBatch(false);
  }

  @Test
  void shouldFinishABatchThatHadHappened() {
    writeAll();
    setWord1(record("new"), word1(record("new")) & ~RecordLayout.LIVE);
    assertThat(kept.recover().finished()).isOne();
    checkBatch(true);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void shouldUndoAChangeOfAnExpiryThatWasUnderWay(int stored) {
    long record = record("key");
    byte[] before = kept.bytes();
    long version = version("key");
    assertThat(kept.store().expire(Slice.of("key"), Long.MAX_VALUE)).isEqualTo(Status.FOUND);
    armJournal(4);
    ByteBuffer old = ByteBuffer.wrap(before).order(ByteOrder.LITTLE_ENDIAN);
    long[] words = {record, record + 16, slotAddress("key"), record + 8};
    for (int i = stored; i < words.length; i++) {
      Words.setPlain(kept.region(), words[i], old.getLong((int) words[i]));
    }
    if (stored < 4) {
      setWord1(record, word1(record) & ~RecordLayout.LIVE);
    }
    assertThat(kept.recover().undoneWords()).isEqualTo(4);
    assertThat(kept.get("key")).isEqualTo("value");
    assertThat(version("key")).isEqualTo(version);
    assertThat(kept.store().statistics().expiring()).isZero();
  }

  /** Which a damaged slot may do, and nothing else. */
  @Test
  void shouldTakeTheLaterOfTwoRecordsOfAKey() {
    long empty = Index.NONE;
    String key = "";
    for (int i = 0; empty == Index.NONE; i++) {
      key = "twice " + i;
      kept.put(key, "before");
      long old = record(key);
      long oldSlot = Locations.slotOf(kept.store(), Slice.of(key));
      kept.put(key, "next");
      Index index = kept.store().table().index();
      empty = index.locateEmpty(index.hash(Slice.of(key)));
      if (empty != Index.NONE) {
        assertThat(RecordLayout.isDead(word1(old))).isTrue();
        Words.setPlain(kept.region(), empty, oldSlot);
      }
    }
    assertThat(kept.recover().damaged()).isOne();
    assertThat(kept.get(key)).isEqualTo("next");
  }

  @Test
  void shouldGoOnAfterOneRecoveryAsAfterAnother() {
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 3000; i++) {
        kept.put("round " + i % 100, "x".repeat(i % 500));
      }
      byte[] left = kept.bytes();
      kept.recover(left);
      long entries = kept.recover(left).entries();
      assertThat(kept.recover().entries()).isEqualTo(entries).isEqualTo(OTHERS + 101);
    }
  }
}
