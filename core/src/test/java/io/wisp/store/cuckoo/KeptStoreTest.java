// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.recovery.RecoveryReport;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.Journal;
import io.wisp.store.cuckoo.region.RecoveryArea;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Counters;
import io.wisp.store.cuckoo.table.Index;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a recovery makes of each state that a process may leave: the rows of FORMAT.md's table. */
@ParameterizedClass
@ValueSource(ints = {1, 4})
class KeptStoreTest {

  private static final long SIZE = 2 << 20;
  private static final int OTHERS = 2000;

  /** Of a recovery. */
  @Parameter private int threads;

  @TempDir private Path folder;
  private KeptStores kept;

  @BeforeEach
  void fill() throws IOException {
    kept = new KeptStores(folder, CuckooStore.Options.ofCapacity(SIZE), threads);
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
    kept = new KeptStores(folder, CuckooStore.Options.ofCapacity(SIZE), threads);
    RecoveryReport report = kept.recover(bytes);
    assertThat(report.wasClosed()).isTrue();
    assertThat(report.entries()).isEqualTo(OTHERS + 1);
    assertThat(report.finished() + report.redoneWords() + report.unfinished()).isZero();
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
        long to = slotAddress("other " + i);
        Words.setPlain(kept.region(), from, slot);
        long[] buckets = {Index.bucketOfSlot(from), Index.bucketOfSlot(to)};
        long[] words = load(buckets);
        assertThat(kept.recover().doubled()).isOne();
        // Or else a client that is looking may find the entry in neither.
        int cleared = load(from)[0] == Bucket.EMPTY ? 0 : 1;
        assertThat(Bucket.version(load(buckets)[cleared]))
            .isGreaterThan(Bucket.version(words[cleared]));
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

  private Journal journal() {
    return new Journal(kept.region(), RecoveryArea.of(Geometry.of(SIZE)));
  }

  /** Commits a change, and ends before any of it is stored. */
  private void commit(long[] offsets, long[] words) {
    Journal journal = journal();
    journal.begin();
    for (int i = 0; i < offsets.length; i++) {
      journal.note(offsets[i], words[i]);
    }
    journal.commit();
  }

  private void store(long[] offsets, long[] words, int from, int to) {
    for (int i = from; i < to; i++) {
      Words.setPlain(kept.region(), offsets[i], words[i]);
    }
  }

  private long[] load(long... offsets) {
    return Arrays.stream(offsets).map(each -> Words.getPlain(kept.region(), each)).toArray();
  }

  /**
   * Makes what a batch has left into what it had left at an earlier moment.
   *
   * @param stored how many of the words were stored that it changes
   */
  private void goBack(boolean isCommitted, boolean areOldDead, int stored) {
    kept.put("deleted", "before");
    long[] old = {record("key"), record("deleted")};
    long[] slots = {slotAddress("key"), slotAddress("deleted")};
    long[] before = load(slots);
    writeAll();
    long added = record("new");
    setWord1(record("key"), word1(record("key")) & ~RecordLayout.LIVE);
    long[] offsets = {slots[0], added + 8, slots[1]};
    long[] words = {load(slots)[0], word1(added) & ~RecordLayout.LIVE, Bucket.EMPTY};
    store(offsets, new long[] {before[0], RecordLayout.pendingWord1(5), before[1]}, stored, 3);
    store(offsets, words, 0, stored);
    for (long each : old) {
      setWord1(each, (word1(each) & ~RecordLayout.DEAD) | (areOldDead ? RecordLayout.DEAD : 0));
    }
    if (isCommitted) {
      commit(offsets, words);
    }
  }

  @Test
  void shouldTakeABatchForOneThatNeverWasBeforeItWasCommitted() {
    goBack(false, false, 0);
    RecoveryReport report = kept.recover();
    assertThat(report.unfinished()).isOne();
    assertThat(report.redoneWords() + report.finished() + report.damaged()).isZero();
    checkBatch(false);
  }

  @ParameterizedTest
  @CsvSource({"false, 0", "true, 0", "true, 1", "true, 2", "true, 3"})
  void shouldFinishABatchThatWasCommitted(boolean areOldDead, int stored) {
    goBack(true, areOldDead, stored);
    RecoveryReport report = kept.recover();
    assertThat(report.redoneWords()).isEqualTo(3);
    assertThat(report.damaged()).isZero();
    checkBatch(true);
  }

  /** A later change must not meet it. */
  @Test
  void shouldStoreAllThatWasCommittedAlsoIfItsMakerFails() {
    long unused = RegionHeader.SIZE - 8;
    Journal journal = journal();
    journal.begin();
    journal.note(unused, 7);
    journal.end();
    assertThat(load(unused)).as("not committed").containsExactly(0);
    journal.begin();
    journal.note(unused, 7);
    journal.commit();
    assertThat(journal.count()).isOne();
    journal.end();
    assertThat(load(unused)).containsExactly(7);
    assertThat(journal.count()).isZero();
  }

  @Test
  void shouldNoteNothingOfABatchThatChangesNothing() {
    long committed = RecoveryArea.of(Geometry.of(SIZE)).offset();
    long version = kept.store().table().counters().nextVersions(1);
    Words.setPlain(kept.region(), committed, 1L << 16);
    WriteBatch batch = new WriteBatch();
    batch.require(Slice.of("key"), WriteCondition.IF_PRESENT, 0);
    batch.delete(Slice.of("absent"), WriteCondition.ALWAYS, 0);
    assertThat(kept.store().writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(Words.getPlain(kept.region(), committed)).isEqualTo(1L << 16);
    assertThat(kept.store().table().counters().nextVersions(1)).isEqualTo(version + 1);
    Words.setPlain(kept.region(), committed, 0);
  }

  @Test
  void shouldFinishABatchThatHadHappened() {
    writeAll();
    setWord1(record("new"), word1(record("new")) & ~RecordLayout.LIVE);
    assertThat(kept.recover().finished()).isOne();
    checkBatch(true);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 2, 3, 4, 5})
  void shouldFinishAChangeOfAnExpiryOnceItWasCommitted(int stored) {
    long record = record("key");
    long version = version("key");
    long[] offsets = {record + 8, record, record + 16, slotAddress("key"), record + 8};
    long[] before = load(offsets);
    assertThat(kept.store().expire(Slice.of("key"), Long.MAX_VALUE)).isEqualTo(Status.FOUND);
    long[] words = load(offsets);
    words[0] = before[0] & ~RecordLayout.LIVE;
    boolean isCommitted = stored >= 0;
    store(offsets, before, 0, before.length);
    store(offsets, words, 0, stored);
    if (isCommitted) {
      commit(offsets, words);
    }
    assertThat(kept.recover().redoneWords()).isEqualTo(isCommitted ? 5 : 0);
    assertThat(kept.get("key")).isEqualTo("value");
    assertThat(version("key") > version).isEqualTo(isCommitted);
    assertThat(kept.store().statistics().expiring()).isEqualTo(isCommitted ? 1 : 0);
  }

  /** Else a client with the number of buckets of before may take records for buckets. */
  @Test
  void shouldGiveToRecordsNoMemoryThatTheIndexOnceHad() {
    Table table = kept.store().table();
    long pages = table.indexMemory().bytes();
    long buckets = table.index().buckets();
    while (table.indexMemory().bytes() == pages) {
      assertThat(table.growth().grow(Integer.MAX_VALUE)).isTrue();
    }
    long most = table.indexMemory().bytes();
    while (table.index().buckets() > buckets && table.growth().shrink(0)) {
      // Back to where it was.
    }
    assertThat(table.index().buckets()).isEqualTo(buckets);
    kept.recover();
    assertThat(kept.store().table().index().buckets()).isEqualTo(buckets);
    assertThat(kept.store().table().indexMemory().bytes()).isEqualTo(most);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldTellThatTheMachineEndedUnlessTheTableWasClosedBefore() {
    assertThat(kept.recover().machineEnded()).isFalse();
    long boot = load(RegionHeader.BOOT_ID_OFFSET)[0];
    assertThat(boot).as("known").isNotZero();
    Words.setPlain(kept.region(), RegionHeader.BOOT_ID_OFFSET, boot ^ 1);
    byte[] left = kept.bytes();
    assertThat(kept.recover(left).machineEnded()).isTrue();
    assertThat(kept.recover().machineEnded()).as("of this run").isFalse();
    MemorySegment closed = MemorySegment.ofArray(left);
    closed.set(ValueLayout.JAVA_LONG_UNALIGNED, RegionHeader.CLOSED_OFFSET, 1);
    assertThat(kept.recover(left).machineEnded()).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldRaiseTheBoundOfVersionsThatTheEndOfTheMachineLeftBehind() {
    long boot = load(RegionHeader.BOOT_ID_OFFSET)[0];
    Words.setPlain(kept.region(), RegionHeader.BOOT_ID_OFFSET, boot ^ 1);
    RegionHeader.setVersionBound(kept.region(), 1);
    assertThat(kept.recover().machineEnded()).isTrue();
    assertThat(kept.store().table().counters().nextVersions(1)).isGreaterThan(OTHERS);
  }

  @Test
  void shouldRefuseWhatTakesAVersionLongBeforeTheyEndAndGoOnWithTheRest() {
    RegionHeader.setVersionBound(kept.region(), Counters.VERSIONS_END - 1000);
    kept.recover();
    int written = 0;
    while (kept.store().put(Slice.of("last " + written), Slice.of("value")) == Status.CREATED) {
      written++;
    }
    assertThat(written).isPositive();
    assertThat(version("last " + (written - 1)))
        .isBetween(Counters.VERSIONS_END - 1000, Counters.VERSIONS_END + 1000);
    for (int round = 0; round < 2; round++) {
      checkThatVersionsAreUsedUp();
      assertThat(kept.recover().entries()).isEqualTo(OTHERS + 1 + written);
    }
    assertThat(kept.store().expire(Slice.of("last 0"), 1)).isEqualTo(Status.FOUND);
    assertThat(kept.store().delete(Slice.of("key"))).isEqualTo(Status.DELETED);
    WriteBatch deletion = new WriteBatch();
    deletion.delete(Slice.of("last 1"), WriteCondition.ALWAYS, 0);
    assertThat(kept.store().writeAll(deletion)).isEqualTo(Status.DONE);
    assertThat(kept.recover().entries()).isEqualTo(OTHERS + written - 2);
  }

  private void checkThatVersionsAreUsedUp() {
    CuckooStore store = kept.store();
    Slice key = Slice.of("key");
    long version = version("key");
    assertThat(store.put(key, Slice.of("next"))).isEqualTo(Status.OUT_OF_VERSIONS);
    assertThat(store.expire(key, Long.MAX_VALUE)).isEqualTo(Status.OUT_OF_VERSIONS);
    WriteBatch batch = new WriteBatch();
    batch.put(key, Slice.of("next"));
    batch.delete(Slice.of("other 0"), WriteCondition.ALWAYS, 0);
    assertThat(store.writeAll(batch)).isEqualTo(Status.OUT_OF_VERSIONS);
    batch.clear();
    batch.putAs(key, Slice.of("next"), Store.NEVER, 1L << 48);
    assertThat(store.writeAll(batch)).isEqualTo(Status.OUT_OF_VERSIONS);
    assertThat(kept.get("key")).isEqualTo("value");
    assertThat(version("key")).isEqualTo(version);
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

  /**
   * Two places for slots of some key, in the order in which they count: where its slot is, and an
   * empty one.
   */
  private long[] slotAndEmptyOne(boolean inOneBucket) {
    Index index = kept.store().table().index();
    for (int key = 0; key < OTHERS; key++) {
      long hash = index.hash(Slice.of("other " + key));
      long slot = slotAddress("other " + key);
      boolean isBehind = false;
      for (int i = 0; i < 2 * Bucket.SLOTS; i++) {
        long address = index.slotAddress(hash, index.buckets(), i);
        boolean isFitting =
            inOneBucket == (Index.bucketOfSlot(address) == Index.bucketOfSlot(slot));
        if (isBehind && isFitting && load(address)[0] == Bucket.EMPTY) {
          return new long[] {slot, address};
        }
        isBehind |= address == slot;
      }
    }
    throw new AssertionError("there is none");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldKeepTheFirstOfSeveralSlotsOfARecord(boolean inOneBucket) {
    long[] places = slotAndEmptyOne(inOneBucket);
    long slot = load(places)[0];
    Words.setPlain(kept.region(), places[1], slot);
    assertThat(kept.recover().doubled()).isOne();
    assertThat(load(places)).containsExactly(slot, Bucket.EMPTY);
  }

  @Test
  void shouldKeepTheSlotOfARecordThatASlotWithAnotherTagNamesAsWell() {
    long[] places = slotAndEmptyOne(true);
    long slot = load(places)[0];
    Words.setPlain(kept.region(), places[0], slot ^ (1L << Bucket.OFFSET_BITS));
    Words.setPlain(kept.region(), places[1], slot);
    RecoveryReport report = kept.recover();
    assertThat(report.damaged()).isOne();
    assertThat(report.entries()).isEqualTo(OTHERS + 1);
    assertThat(load(places)).containsExactly(Bucket.EMPTY, slot);
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
