// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteBatch.Change;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.remote.RemoteLookup;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Counters;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.testing.Allocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchWriterTest extends ConcurrencyTestBase {

  private final WriteBatch batch = new WriteBatch();

  private void add(String key, String value) {
    batch.put(Slice.of(key), Slice.of(value));
  }

  /** Adds a key for each number, with the same value. */
  private void addAll(String prefix, int from, int to, String value) {
    for (int i = from; i < to; i++) {
      add(prefix + i, value);
    }
  }

  private static @Nullable String get(Store store, String key) {
    byte[] value = store.get(key.getBytes(UTF_8));
    return value == null ? null : new String(value, UTF_8);
  }

  @Test
  void shouldCreateAndReplaceTheKeysOfABatch() {
    CuckooStore store = open(MEBIBYTE);
    store.put(Slice.of("a"), Slice.of("old"));
    add("a", "1");
    add("b", "2");
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(get(store, "a")).isEqualTo("1");
    assertThat(get(store, "b")).isEqualTo("2");
    batch.clear();
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(store.size()).isEqualTo(2);
  }

  @Test
  void shouldGiveRecordsTheVersionsThatTheBatchGivesAndGreaterOnesLater() {
    CuckooStore store = open(MEBIBYTE);
    batch.putAs(Slice.of("a"), Slice.of("1"), Store.NEVER, 1_000_000);
    batch.putAs(Slice.of("b"), Slice.of("2"), Store.NEVER, 7);
    assertThat(batch.lastVersion()).isEqualTo(1_000_000);
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    try (ValueBuffer found = new ValueBuffer()) {
      store.get(Slice.of("a"), found);
      assertThat(found.version()).isEqualTo(1_000_000);
      store.get(Slice.of("b"), found);
      assertThat(found.version()).isEqualTo(7);
      store.put(Slice.of("c"), Slice.of("3"));
      store.get(Slice.of("c"), found);
      assertThat(found.version()).isGreaterThan(1_000_000);
    }
    batch.clear();
    assertThat(batch.lastVersion()).isZero();
    add("a", "4");
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(batch.get(0).version()).isZero();
    store.clear();
    assertThat(store.size()).isZero();
  }

  @Test
  void shouldRefuseAVersionThatIsTooGreatForARecord() {
    CuckooStore store = open(MEBIBYTE);
    batch.putAs(Slice.of("a"), Slice.of("1"), Store.NEVER, Counters.VERSIONS_END + 1);
    assertThat(store.writeAll(batch)).isEqualTo(Status.OUT_OF_VERSIONS);
    assertThat(store.size()).isZero();
    assertThat(store.put(Slice.of("a"), Slice.of("2"))).isEqualTo(Status.CREATED);
  }

  @Test
  void shouldGiveGreaterVersionsThanSingleWritesBeforeItAndSmallerThanThoseBehind() {
    CuckooStore store = open(MEBIBYTE);
    Slice key = Slice.of("a");
    add("a", "1");
    try (ValueBuffer found = new ValueBuffer()) {
      long last = 0;
      for (int i = 0; i < 200; i++) {
        Status status = i % 3 == 0 ? store.writeAll(batch) : store.put(key, Slice.of("2"));
        assertThat(status.isError()).isFalse();
        assertThat(store.get(key, found)).isEqualTo(Status.FOUND);
        assertThat(found.version()).isGreaterThan(last);
        last = found.version();
      }
    }
  }

  @Test
  void shouldLetTheLastValueOfAKeyCount() {
    CuckooStore store = open(MEBIBYTE);
    for (int i = 0; i < 1000; i++) {
      add("key" + i % 10, "value" + i);
    }
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(store.size()).isEqualTo(10);
    assertThat(get(store, "key3")).isEqualTo("value993");
  }

  @Test
  void shouldTakeTheExpiryFromWhatItReplacesAndCountWhatHadExpired() {
    CuckooStore store = open(options(MEBIBYTE).clock(clock));
    store.write(Slice.of("a"), Slice.of("old"), WriteCondition.ALWAYS, 0, 2000);
    store.write(Slice.of("b"), Slice.of("old"), WriteCondition.ALWAYS, 0, 3000);
    now.set(2000);
    add("a", "1");
    add("b", "2");
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(store.statistics().expired()).isEqualTo(1);
    now.set(4000);
    assertThat(get(store, "a")).isEqualTo("1");
    assertThat(get(store, "b")).isEqualTo("2");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, KEY_EMPTY",
    Limits.MAX_KEY_LENGTH + 1 + ", 1, KEY_TOO_LARGE",
    "1, " + (Limits.MAX_VALUE_LENGTH + 1) + ", VALUE_TOO_LARGE",
  })
  void shouldSetNothingIfOneKeyOrValueIsImpossible(int keyLength, int valueLength, Status status) {
    CuckooStore store = open(MEBIBYTE);
    add("a", "1");
    batch.put(Slice.of(new byte[keyLength]), Slice.of(new byte[valueLength]));
    assertThat(store.writeAll(batch)).isEqualTo(status);
    assertThat(store.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {3_000, 6_000, 20_000})
  void shouldSetNothingIfMemoryDoesNotSufficeForAll(int valueBytes) {
    CuckooStore store = open(MEBIBYTE);
    for (int i = 0; i < 1000; i++) {
      store.put(Slice.of("kept" + i), Slice.of("v".repeat(500)));
    }
    for (int i = 0; i < 200; i++) {
      add((i % 2 == 0 ? "kept" : "new") + i, "x".repeat(valueBytes));
    }
    for (int attempt = 0; attempt < 3; attempt++) {
      assertThat(store.writeAll(batch)).isEqualTo(Status.OUT_OF_MEMORY);
      StoreInspector.check(store);
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(get(store, "kept" + i)).isEqualTo("v".repeat(500));
    }
    assertThat(store.size()).isEqualTo(1000);
  }

  @Test
  void shouldSetNothingIfTheIndexHasNoSlotsForAll() {
    CuckooStore store = open(options(MEBIBYTE).fixedBuckets(16));
    addAll("key", 0, 100, "old");
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    StoreInspector.check(store);
    batch.clear();
    addAll("key", 0, 120, "new");
    assertThat(store.writeAll(batch)).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(store.size()).isEqualTo(100);
    for (int i = 0; i < 120; i++) {
      assertThat(get(store, "key" + i)).isEqualTo(i < 100 ? "old" : null);
    }
  }

  @Test
  void shouldSetNothingInAnEvictingStoreIfTheIndexIsTooSmallForTheBatchAlone() {
    CuckooStore store = open(options(MEBIBYTE).fixedBuckets(16).evict(true));
    for (int i = 0; i < 100; i++) {
      store.put(Slice.of("other" + i), Slice.of("old"));
    }
    addAll("key", 0, 80, "new");
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    addAll("key", 80, 120, "newer");
    assertThat(store.writeAll(batch)).isEqualTo(Status.OUT_OF_MEMORY);
    for (int i = 0; i < 120; i++) {
      assertThat(get(store, "key" + i)).isNotEqualTo("newer");
    }
  }

  @Test
  void shouldEvictNothingForABatchThatCanNeverFit() {
    CuckooStore store = open(options(MEBIBYTE).evict(true));
    store.put(Slice.of("other"), Slice.of("value"));
    addAll("key", 0, 200, "x".repeat(6_000));
    assertThat(store.writeAll(batch)).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(get(store, "other")).isEqualTo("value");
  }

  @Test
  void shouldEvictOthersForABatch() {
    CuckooStore store = open(options(2 * MEBIBYTE).evict(true));
    for (int round = 0; round < 100; round++) {
      batch.clear();
      addAll("key" + round + "-", 0, 100, "x".repeat(1000));
      assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
      for (int i = 0; i < 100; i++) {
        assertThat(get(store, "key" + round + "-" + i)).hasSize(1000);
      }
    }
    assertThat(store.statistics().evicted()).isPositive();
  }

  /** Two new keys whose buckets are full, and can give only what is behind other stripes. */
  @Test
  void shouldMoveEntriesToBucketsBeyondThoseOfItsKeys() {
    CuckooStore store = open(options(MEBIBYTE).fixedBuckets(64));
    Index index = store.table().index();
    int found = 0;
    for (int i = 0; index.entriesIn(0) + index.entriesIn(1) < 2 * Bucket.SLOTS; i++) {
      if (Locations.firstBucketOf(store, key(i)) <= 1
          && Locations.secondBucketOf(store, key(i)) > 1) {
        store.put(key(i), Slice.of("old"));
      }
    }
    for (int i = 0; found < 6; i++) {
      if (Locations.firstBucketOf(store, key(i)) == 0
          && Locations.secondBucketOf(store, key(i)) == 1) {
        batch.put(key(i), Slice.of("new"));
        found++;
      }
    }
    long size = store.size();
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(store.size()).isEqualTo(size + 6);
  }

  /** All records of a batch are written anew for each attempt. */
  @Test
  void shouldPartKeysOfTheSameTwoBucketsInFewAttempts() {
    CuckooStore store = open(MEBIBYTE);
    Index index = store.table().index();
    for (int i = 0; index.buckets() < 300; i++) {
      store.put(key(i), Slice.of("v"));
    }
    // The two that will be split last, since they were just now.
    long last = index.buckets() - Long.highestOneBit(index.buckets()) - 1;
    for (int i = 1_000_000; batch.size() < 2 * Bucket.SLOTS + 1; i++) {
      if (isOneOf(last, Locations.firstBucketOf(store, key(i)))
          && isOneOf(last, Locations.secondBucketOf(store, key(i)))) {
        batch.put(key(i), Slice.of("v"));
      }
    }
    WriteBatch single = new WriteBatch();
    single.put(key(-1), Slice.of("v"));
    assertThat(store.writeAll(single)).isEqualTo(Status.DONE);
    long buckets = index.buckets();
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(index.buckets() - buckets).as("buckets split").isGreaterThan(200);
    // Each attempt to publish takes one for each key.
    long versions = versionOf(store, batch.get(0).key()) - versionOf(store, key(-1));
    assertThat(versions / batch.size()).as("attempts, of two each").isLessThan(2 * 12);
  }

  private static boolean isOneOf(long last, long bucket) {
    return bucket == last || bucket == last - 1;
  }

  private static long versionOf(CuckooStore store, Slice key) {
    try (ValueBuffer found = new ValueBuffer()) {
      assertThat(store.get(key, found)).isEqualTo(Status.FOUND);
      return found.version();
    }
  }

  @Test
  void shouldGrowTheIndexAsSingleWritesDo() {
    CuckooStore one = open(16 * MEBIBYTE);
    CuckooStore many = open(16 * MEBIBYTE);
    int most = WriteBatch.MAX_KEYS;
    for (int from = 0; from < 20_000; from += most) {
      batch.clear();
      for (int i = from; i < Math.min(20_000, from + most); i++) {
        add("key" + i, "value");
        one.put(Slice.of("key" + i), Slice.of("value"));
      }
      assertThat(many.writeAll(batch)).isEqualTo(Status.DONE);
    }
    StoreInspector.check(many);
    long buckets = many.table().index().buckets();
    assertThat(buckets).isBetween(one.table().index().buckets() - 2, 3400L);
    assertThat(many.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(many.table().index().buckets()).isEqualTo(buckets);
    assertThat(many.size()).isEqualTo(20_000);
  }

  @Test
  void shouldSetNothingIfAValueCannotBeRead() {
    CuckooStore store = open(MEBIBYTE);
    Slice closed = new Slice();
    try (Arena arena = Arena.ofConfined()) {
      closed.set(arena.allocate(8), 0, 8);
    }
    add("a", "1");
    batch.put(Slice.of("b"), closed);
    assertThatIllegalStateException().isThrownBy(() -> store.writeAll(batch));
    assertThat(store.size()).isZero();
    assertThat(store.put(Slice.of("a"), Slice.of("2"))).isEqualTo(Status.CREATED);
  }

  @Test
  void shouldRefuseNoBatchThatFitsWithRoomToSpare() {
    int keys = 600;
    CuckooStore store = open(MEBIBYTE);
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 3_000; round++) {
      batch.clear();
      for (int i = 0; i < 200; i++) {
        add("key" + random.nextInt(keys), "x".repeat(random.nextInt(1000)));
      }
      assertThat(store.writeAll(batch)).as("round %d", round).isEqualTo(Status.DONE);
    }
    assertThat(store.statistics().relocations()).isPositive();
  }

  /** Each segment has a record that another thread is writing, and the rest of it is dead. */
  @Test
  void shouldWaitForRecordsOfOthersWhileItIsWritingNone() throws Exception {
    CuckooStore store = open(MEBIBYTE);
    Heap heap = store.table().heap();
    List<Long> pending = new ArrayList<>();
    int keys = 0;
    while (store.table().pages().freeCount() > 0) {
      if (keys % 100 == 0) {
        pending.add(heap.allocate(RecordLayout.word0(0, 8), RecordLayout.pendingWord1(200)));
      }
      store.put(Slice.of("key" + keys), Slice.of(new byte[200]));
      keys++;
    }
    for (int i = 0; i < keys; i++) {
      store.delete(Slice.of("key" + i));
    }
    addAll("new", 0, 1000, "x".repeat(200));
    Thread writer = Thread.currentThread();
    AtomicBoolean ended = new AtomicBoolean();
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (writer.getState() != Thread.State.TIMED_WAITING && !ended.get()) {
                    Thread.onSpinWait();
                  }
                  pending.forEach(heap::free);
                });
    Status status = store.writeAll(batch);
    ended.set(true);
    other.join();
    assertThat(status).isEqualTo(Status.DONE);
  }

  @Test
  void shouldDeleteAndLeaveWhatTheBatchSays() {
    CuckooStore store = open(options(MEBIBYTE).clock(clock));
    store.put(Slice.of("deleted"), Slice.of("old"));
    store.put(Slice.of("left"), Slice.of("old"));
    store.write(Slice.of("expired"), Slice.of("old"), WriteCondition.ALWAYS, 0, 2000);
    store.write(Slice.of("kept"), Slice.of("old"), WriteCondition.ALWAYS, 0, 3000);
    now.set(2000);
    batch.delete(Slice.of("deleted"), WriteCondition.IF_PRESENT, 0);
    batch.delete(Slice.of("expired"), WriteCondition.IF_ABSENT, 0);
    batch.delete(Slice.of("absent"), WriteCondition.ALWAYS, 0);
    batch.require(Slice.of("left"), WriteCondition.IF_PRESENT, 0);
    batch.put(Slice.of("kept"), Slice.of("new"), Store.KEEP_EXPIRY, WriteCondition.ALWAYS, 0);
    batch.put(Slice.of("brief"), Slice.of("new"), 2500, WriteCondition.ALWAYS, 0);
    batch.put(Slice.of("past"), Slice.of("new"), 1500, WriteCondition.ALWAYS, 0);
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(get(store, "deleted")).isNull();
    assertThat(get(store, "left")).isEqualTo("old");
    assertThat(get(store, "brief")).isEqualTo("new");
    assertThat(get(store, "past")).isNull();
    now.set(2500);
    assertThat(get(store, "brief")).isNull();
    assertThat(get(store, "kept")).isEqualTo("new");
    now.set(3000);
    assertThat(get(store, "kept")).isNull();
    now.set(1000);
    assertThat(get(store, "past")).as("also if the clock is set back").isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "there, IF_ABSENT, 0",
    "absent, IF_PRESENT, 0",
    "absent, IF_VERSION, 0",
    "there, IF_VERSION, 1",
    "expired, IF_PRESENT, 0",
  })
  void shouldChangeNothingIfOneConditionDoesNotHold(
      String key, WriteCondition condition, long versionsBack) {
    CuckooStore store = open(options(MEBIBYTE).clock(clock));
    store.write(Slice.of("expired"), Slice.of("old"), WriteCondition.ALWAYS, 0, 500);
    store.put(Slice.of("there"), Slice.of("old"));
    store.put(Slice.of("other"), Slice.of("old"));
    ValueBuffer found = new ValueBuffer();
    store.get(Slice.of("there"), found);
    long free = store.statistics().recordBytes();
    for (Change change : Change.values()) {
      batch.clear();
      add("other", "new");
      add("created", "new");
      long version = found.version() - versionsBack;
      switch (change) {
        case PUT -> batch.put(Slice.of(key), Slice.of("new"), Store.NEVER, condition, version);
        case DELETE -> batch.delete(Slice.of(key), condition, version);
        case NONE -> batch.require(Slice.of(key), condition, version);
      }
      assertThat(store.writeAll(batch)).isEqualTo(Status.CONFLICT);
    }
    assertThat(get(store, "there")).isEqualTo("old");
    assertThat(get(store, "other")).isEqualTo("old");
    assertThat(get(store, "created")).isNull();
    assertThat(store.statistics().recordBytes()).isEqualTo(free);
  }

  @Test
  void shouldChangeWhatStillHasTheVersionThatWasRead() {
    CuckooStore store = open(MEBIBYTE);
    store.put(Slice.of("a"), Slice.of("old"));
    ValueBuffer found = new ValueBuffer();
    store.get(Slice.of("a"), found);
    batch.put(
        Slice.of("a"), Slice.of("new"), Store.NEVER, WriteCondition.IF_VERSION, found.version());
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(store.writeAll(batch)).isEqualTo(Status.CONFLICT);
    assertThat(get(store, "a")).isEqualTo("new");
  }

  @Test
  void shouldRefuseMoreKeysThanMayBeWrittenAtOneMoment() {
    CuckooStore store = open(16 * MEBIBYTE);
    addAll("key", 0, WriteBatch.MAX_KEYS + 1, "value");
    assertThat(store.writeAll(batch)).isEqualTo(Status.TRANSACTION_TOO_LARGE);
    assertThat(store.size()).isZero();
  }

  @Test
  void shouldWriteNothingIfAKeyThatIsDeletedCannotBeRead() {
    Arena arena = Arena.ofConfined();
    // The clock is read when all records were written, and before the keys are looked for.
    CuckooStore store =
        open(
            options(MEBIBYTE)
                .clock(
                    () -> {
                      arena.close();
                      return Instant.EPOCH;
                    }));
    Slice key = new Slice().set(arena.allocate(8), 0, 8);
    store.put(key, Slice.of("old"));
    long before = store.statistics().recordBytes();
    add("a", "1");
    batch.delete(key, WriteCondition.ALWAYS, 0);
    assertThatIllegalStateException().isThrownBy(() -> store.writeAll(batch));
    assertThat(arena.scope().isAlive()).isFalse();
    assertThat(store.size()).isEqualTo(1);
    assertThat(store.statistics().recordBytes()).as("without those given up").isEqualTo(before);
  }

  /** A key that expires while a batch is written was there or not for all of it. */
  @Test
  void shouldHoldAllConditionsAtOneTime() {
    // First one key is there, when it is looked at, and then the other is not.
    CuckooStore store =
        open(
            options(MEBIBYTE)
                .clock(
                    () ->
                        Instant.ofEpochMilli(
                            now.get() < 1000 ? 0 : now.getAndIncrement() % 2 == 0 ? 1999 : 2000)));
    now.set(0);
    store.write(Slice.of("first"), Slice.of("1"), WriteCondition.ALWAYS, 0, 2000);
    store.write(Slice.of("second"), Slice.of("1"), WriteCondition.ALWAYS, 0, 2000);
    batch.require(Slice.of("first"), WriteCondition.IF_PRESENT, 0);
    batch.require(Slice.of("second"), WriteCondition.IF_ABSENT, 0);
    now.set(1000);
    assertThat(store.writeAll(batch)).isEqualTo(Status.CONFLICT);
    assertThat(now).as("it came to the end").hasValueGreaterThan(1002);
  }

  @Test
  void shouldWriteToAnIndexSoLargeThatBucketsAreLoadedAhead() {
    CuckooStore store = open(options(16 * MEBIBYTE).fixedBuckets(1 << 15));
    assertThat(store.prefetcher().isUseful()).isTrue();
    Map<String, String> model = new HashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 300; round++) {
      batch.clear();
      // Often not a multiple of how many are loaded together, and sometimes none.
      int size = random.nextInt(100);
      for (int i = 0; i < size; i++) {
        String key = "key" + random.nextInt(2_000);
        if (random.nextInt(3) == 0) {
          batch.delete(Slice.of(key), WriteCondition.ALWAYS, 0);
          model.remove(key);
        } else {
          add(key, "value" + round);
          model.put(key, "value" + round);
        }
      }
      assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    }
    for (int i = 0; i < 2_000; i++) {
      assertThat(get(store, "key" + i)).isEqualTo(model.get("key" + i));
    }
    assertThat(store.size()).isEqualTo(model.size());
    StoreInspector.check(store);
  }

  private static final int ROUNDS = 20_000;

  /** A batch in sixteen opens a segment, which is an object. */
  private static final long LESS_THAN_AN_OBJECT = 8;

  /** Also where the buckets of its keys are loaded ahead. */
  @ParameterizedTest
  @ValueSource(ints = {1 << 10, 1 << 15})
  void shouldAllocateNothing(int buckets) throws InterruptedException {
    CuckooStore store = open(options(8 * MEBIBYTE).fixedBuckets(buckets));
    Allocation.requireLess(LESS_THAN_AN_OBJECT, ROUNDS, () -> putManyTimes(store));
  }

  private final MemorySegment memory = Arena.ofAuto().allocate(1024, 8);
  private final Slice key = new Slice();
  private final Slice value = new Slice();

  private void putManyTimes(CuckooStore store) {
    for (int round = 0; round < ROUNDS; round++) {
      batch.clear();
      for (int i = 0; i < 30; i++) {
        batch.put(key.set(memory, i, 8), value.set(memory, 0, 100));
        memory.set(ValueLayout.JAVA_BYTE, i, (byte) i);
      }
      if (store.writeAll(batch) != Status.DONE) {
        throw new AssertionError();
      }
    }
  }

  @ParameterizedTest(name = "{0} keys, values to {1} bytes, {2} bytes, evicting {3}")
  @CsvSource({
    "20, 2000, 1048576, false",
    "400, 800, 1048576, false",
    "20000, 60, 4194304, false",
    "3000, 800, 1048576, true",
  })
  void shouldEndWithAllInOrderWhereBatchesCrossEachOtherAndSingleWrites(
      int keys, int maxValueLength, long capacity, boolean evict) throws Exception {
    CuckooStore store = open(options(capacity).evict(evict));
    AtomicLong done = new AtomicLong();
    List<Runnable> tasks = new ArrayList<>();
    tasks.addAll(
        ConcurrentTasks.times(
            3, seed -> writeUntilStopped(store, keys, maxValueLength, seed, done)));
    tasks.add(
        () -> {
          while (!threads.areToStop()) {
            store.maintain(100_000);
          }
        });
    threads.runFor(2 * seconds(), () -> done.get() > 20, tasks);
    assertThat(done).hasPositiveValue();
  }

  private void writeUntilStopped(
      CuckooStore store, int keys, int maxValueLength, long seed, AtomicLong done) {
    SplittableRandom random = new SplittableRandom(seed);
    WriteBatch batch = new WriteBatch();
    while (!threads.areToStop()) {
      batch.clear();
      int size = random.nextInt(1, 100);
      for (int i = 0; i < size; i++) {
        Slice key = Slice.of("key" + random.nextInt(keys));
        batch.put(key, Slice.of(new byte[random.nextInt(maxValueLength)]));
      }
      Status status = store.writeAll(batch);
      assertThat(status).isIn(Status.DONE, Status.OUT_OF_MEMORY);
      if (status == Status.DONE) {
        done.incrementAndGet();
      }
      for (int i = 0; i < 50; i++) {
        Slice key = Slice.of("key" + random.nextInt(keys));
        if (random.nextBoolean()) {
          store.put(key, Slice.of(new byte[random.nextInt(maxValueLength)]));
        } else {
          store.delete(key);
        }
      }
    }
  }

  /** What a reader is who asks for one key after another. */
  private interface KeyReader {
    /** The number that a key has, or 0 if it is absent. */
    long number(String key);
  }

  private static KeyReader inProcess(CuckooStore store) {
    ValueBuffer buffer = new ValueBuffer();
    return key ->
        store.get(Slice.of(key), buffer) == Status.FOUND
            ? Long.parseLong(new String(buffer.toByteArray(), UTF_8))
            : 0;
  }

  private static KeyReader fromElsewhere(CuckooStore store, int remembered) {
    RemoteClient client =
        new RemoteClient(store, RemoteTable.Options.DEFAULT.rememberedAddresses(remembered));
    return key -> {
      while (true) {
        RemoteLookup.Step step = client.get(Slice.of(key));
        if (step == RemoteLookup.Step.HIT) {
          return Long.parseLong(new String(client.value().toByteArray(), UTF_8));
        }
        if (step == RemoteLookup.Step.ABSENT) {
          return 0;
        }
      }
    };
  }

  /**
   * A thread writes the same number to some keys, creates others that have it in their names and
   * deletes those with the last number but one, all at once. Whoever has found a number, of either
   * kind, may find no smaller one, nor one of those others absent before a number that is greater
   * by two is there.
   */
  @ParameterizedTest
  @ValueSource(strings = {"in process", "from elsewhere", "from elsewhere with addresses"})
  void shouldHappenAtOnceForWhoReadsOneKeyAfterAnother(String how) throws Exception {
    checkThatItHappensAtOnce(open(4 * MEBIBYTE), how);
  }

  @ParameterizedTest
  @ValueSource(strings = {"in process", "from elsewhere", "from elsewhere with addresses"})
  void shouldHappenAtOnceInAKeptTable(String how, @TempDir Path folder) throws Exception {
    CuckooStore.Options options = options(4 * MEBIBYTE);
    try (CuckooStore store = CuckooStore.keep(options, folder.resolve("region"))) {
      checkThatItHappensAtOnce(store, how);
      StoreInspector.check(store);
    }
  }

  private void checkThatItHappensAtOnce(CuckooStore store, String how) throws Exception {
    AtomicLong found = new AtomicLong();
    List<Runnable> tasks = new ArrayList<>();
    tasks.add(() -> writeNumbers(store));
    for (int i = 0; i < 2; i++) {
      long seed = i;
      KeyReader reader =
          switch (how) {
            case "in process" -> inProcess(store);
            case "from elsewhere" -> fromElsewhere(store, 0);
            default -> fromElsewhere(store, 64);
          };
      tasks.add(() -> readNumbers(reader, seed, found));
    }
    threads.runFor(3 * seconds(), () -> found.get() > 1000, tasks);
    assertThat(found).hasPositiveValue();
  }

  private static final int NUMBERED = 20;

  private void writeNumbers(CuckooStore store) {
    WriteBatch batch = new WriteBatch();
    for (long number = 1; !threads.areToStop(); number++) {
      batch.clear();
      Slice value = Slice.of(Long.toString(number));
      for (int i = 0; i < NUMBERED; i++) {
        batch.put(Slice.of("key" + i), value);
        batch.put(Slice.of("new" + i + "of" + number), value);
        batch.delete(Slice.of("new" + i + "of" + (number - 2)), WriteCondition.ALWAYS, 0);
      }
      assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    }
  }

  private void readNumbers(KeyReader reader, long seed, AtomicLong found) {
    SplittableRandom random = new SplittableRandom(seed);
    while (!threads.areToStop()) {
      long one = reader.number("key" + random.nextInt(NUMBERED));
      long next = reader.number("new" + random.nextInt(NUMBERED) + "of" + (one + 1));
      long other = reader.number("key" + random.nextInt(NUMBERED));
      assertThat(other).isGreaterThanOrEqualTo(Math.max(one, next));
      if (other > 0 && reader.number("new" + random.nextInt(NUMBERED) + "of" + other) == 0) {
        assertThat(reader.number("key0")).as("the last number").isGreaterThanOrEqualTo(other + 2);
      } else {
        found.incrementAndGet();
      }
    }
  }
}
