// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Limits;
import io.wisp.store.RecordSink;
import io.wisp.store.ScannedKeys;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.store.ValueBuffer;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Region;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.remote.TableLayout;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.testing.Allocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CuckooStoreTest extends StoreTestBase {

  private final ValueBuffer buffer = new ValueBuffer();

  @Test
  void shouldRejectCapacityBelowTheLeast() {
    assertThatThrownBy(() -> CuckooStore.open(MEBIBYTE - 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be 1048576 to")
        .hasMessageContaining("not 1048575");
  }

  @Test
  void shouldSayWhyTheSystemRefusesMemory() {
    assertThatThrownBy(() -> Region.reserve(1L << 60))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("mmap(length=1152921504606846976): ENOMEM");
  }

  @Test
  void shouldRejectKeysAndValuesBeyondTheLimits() {
    CuckooStore store = open(MEBIBYTE);
    Slice value = Slice.of("v");
    Slice empty = new Slice();
    Slice longKey = Slice.of(new byte[Limits.MAX_KEY_LENGTH + 1]);
    assertThat(store.put(empty, value)).isEqualTo(Status.KEY_EMPTY);
    assertThat(store.get(empty, buffer)).isEqualTo(Status.KEY_EMPTY);
    assertThat(store.delete(empty)).isEqualTo(Status.KEY_EMPTY);
    assertThat(store.expire(empty, 1)).isEqualTo(Status.KEY_EMPTY);
    assertThat(store.contains(empty)).isFalse();
    assertThat(store.put(longKey, value)).isEqualTo(Status.KEY_TOO_LARGE);
    assertThat(store.get(longKey, buffer)).isEqualTo(Status.KEY_TOO_LARGE);
    assertThat(store.delete(longKey)).isEqualTo(Status.KEY_TOO_LARGE);
    assertThat(store.deleteIfVersion(longKey, 1)).isEqualTo(Status.KEY_TOO_LARGE);
    assertThat(store.put(Slice.of("k"), Slice.of(new byte[Limits.MAX_VALUE_LENGTH + 1])))
        .isEqualTo(Status.VALUE_TOO_LARGE);
    assertThat(store.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 1000, 100_000, Limits.MAX_VALUE_LENGTH})
  void shouldGiveBackValueOfAnyLength(int length) {
    byte[] value = new byte[length];
    new Random(length).nextBytes(value);
    CuckooStore store = open(80 * MEBIBYTE);
    assertThat(store.put(Slice.of("k"), Slice.of(value))).isEqualTo(Status.CREATED);
    assertThat(store.get(Slice.of("k"), buffer)).isEqualTo(Status.FOUND);
    assertThat(Arrays.equals(buffer.toByteArray(), value)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 32, 255, 256, 257, 4096, Limits.MAX_KEY_LENGTH})
  void shouldTellKeysApartThatDifferInTheirLastByte(int length) {
    CuckooStore store = open(4 * MEBIBYTE);
    byte[] one = new byte[length];
    byte[] other = new byte[length];
    other[length - 1] = 1;
    store.put(one, new byte[] {1});
    store.put(other, new byte[] {2});
    assertThat(store.get(one)).containsExactly(1);
    assertThat(store.get(other)).containsExactly(2);
    assertThat(store.delete(one)).isEqualTo(Status.DELETED);
    assertThat(store.get(one)).isNull();
    assertThat(store.get(other)).containsExactly(2);
  }

  @Test
  void shouldLoseNothingWhenFullAndTakeWritesAgainAfterDeletes() {
    CuckooStore store = open(2 * MEBIBYTE);
    Slice value = Slice.of(new byte[100]);
    int count = fill(store, value);
    assertThat(store.put(key(count), value)).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(store.size()).isEqualTo(count);
    assertThat(store.statistics().recordBytes()).isGreaterThan(MEBIBYTE * 3 / 2);
    assertThat(IntStream.range(0, count)).allMatch(i -> store.contains(key(i)));
    for (int i = 0; i < count; i += 2) {
      assertThat(store.delete(key(i))).isEqualTo(Status.DELETED);
    }
    for (int i = 0; i < count * 4 / 10; i++) {
      assertThat(store.put(key(count + i), value)).isEqualTo(Status.CREATED);
    }
    assertThat(IntStream.range(0, count)).allMatch(i -> i % 2 == 0 || store.contains(key(i)));
  }

  @Test
  void shouldKeepTheOldValueWhenThereIsNoMemoryForTheNewOne() {
    CuckooStore store = open(MEBIBYTE);
    store.put(Slice.of("k"), Slice.of("old"));
    assertThat(store.put(Slice.of("k"), Slice.of(new byte[2 << 20])))
        .isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(store.get("k".getBytes(UTF_8))).asString().isEqualTo("old");
  }

  @Test
  void shouldTakeUpdatesOfChangingSizeForeverInANearlyFullRegion() {
    CuckooStore store = open(2 * MEBIBYTE);
    Random random = new Random(1);
    int keys = 2000;
    for (int i = 0; i < 200_000; i++) {
      Slice value = Slice.of(new byte[random.nextInt(1400)]);
      assertThat(store.put(key(random.nextInt(keys)), value))
          .as("write %d", i)
          .isIn(Status.CREATED, Status.REPLACED);
    }
    assertThat(store.statistics().relocations()).isPositive();
    assertThat(store.statistics().recordBytes()).isGreaterThan(MEBIBYTE * 5 / 4);
  }

  @Test
  void shouldMakeRoomForLargeValueAmongScatteredRecords() {
    CuckooStore store = open(16 * MEBIBYTE);
    int count = fill(store, Slice.of(new byte[12_000]));
    for (int i = 0; i < count; i++) {
      if (i % 3 != 0) {
        store.delete(key(i));
      }
    }
    assertThat(store.put(Slice.of("large"), Slice.of(new byte[6 << 20]))).isEqualTo(Status.CREATED);
    assertThat(IntStream.range(0, count)).allMatch(i -> i % 3 != 0 || store.contains(key(i)));
  }

  @Test
  void shouldMoveTheHeapOutOfTheWayOfTheIndex() {
    CuckooStore store = open(4 * MEBIBYTE);
    int large = 0;
    while (store.put(key(-1 - large), Slice.of(new byte[30_000])) == Status.CREATED) {
      large++;
    }
    for (int i = 0; i < large / 2; i++) {
      store.delete(key(-large + i));
    }
    int small = fill(store, new Slice());
    assertThat(store.statistics().growths()).isGreaterThan(1000);
    assertThat(small).isGreaterThan(20_000);
    assertThat(IntStream.range(0, small)).allMatch(i -> store.contains(key(i)));
    assertThat(IntStream.range(0, large - large / 2)).allMatch(i -> store.contains(key(-1 - i)));
  }

  @Test
  void shouldFillNineteenTwentiethsOfAFixedIndex() {
    CuckooStore store = open(options(64 * MEBIBYTE).fixedBuckets(1 << 14));
    fill(store, new Slice());
    double loadFactor = store.statistics().loadFactor();
    System.out.println("load factor when the first write failed: " + loadFactor);
    assertThat(loadFactor).isGreaterThanOrEqualTo(0.95);
    assertThat(store.statistics().growths()).isZero();
  }

  @Test
  void shouldNeedAtMostFortyBytesBesideKeyAndValue() {
    int entries = 100_000;
    CuckooStore store = open(64 * MEBIBYTE);
    putAll(store, 0, entries, Slice.of(new byte[100]));
    StoreStatistics statistics = store.statistics();
    double overhead = (double) (statistics.indexBytes() + statistics.recordBytes()) / entries - 116;
    assertThat(overhead).isLessThanOrEqualTo(40);
    assertThat(statistics.loadFactor()).isBetween(0.84, 0.86);
  }

  @Test
  void shouldHandOutNothingOfAValueThatIsDeletedWhileItIsCopied() {
    CuckooStore store = open(MEBIBYTE);
    store.put(Slice.of("k"), Slice.of("value"));
    RacedSink sink = new RacedSink(() -> store.delete(Slice.of("k")));
    assertThat(store.get(Slice.of("k"), sink)).isEqualTo(Status.ABSENT);
    assertThat(sink.copies()).isOne();
    assertThat(sink.isFound()).isFalse();
    assertThatIllegalStateException().isThrownBy(sink::version);
  }

  @Test
  void shouldFindWhatReplacesAValueWhileItIsCopied() {
    CuckooStore store = open(MEBIBYTE);
    store.put(Slice.of("k"), Slice.of("value"));
    RacedSink sink = new RacedSink(() -> store.put(Slice.of("k"), Slice.of("another")));
    assertThat(store.get(Slice.of("k"), sink)).isEqualTo(Status.FOUND);
    assertThat(sink.copies()).isEqualTo(2);
    assertThat(sink.valueLength()).isEqualTo(7);
    assertThat(sink.bytes()).startsWith("another".getBytes(UTF_8));
  }

  @Test
  void shouldAllocateNothingOnTheHeapPerOperation() throws InterruptedException {
    CuckooStore store = open(16 * MEBIBYTE);
    MemorySegment memory = Arena.ofAuto().allocate(256, 8);
    Slice key = new Slice();
    Slice value = new Slice().set(memory, 16, 100);
    ValueSink sink = new RecordSink();
    Allocation.requireNone(ROUNDS * 4, () -> useStore(store, memory, key, value, sink));
  }

  private static final int ROUNDS = 50_000;

  private static void useStore(
      Store store, MemorySegment memory, Slice key, Slice value, ValueSink sink) {
    for (int i = 0; i < ROUNDS; i++) {
      memory.set(ValueLayout.JAVA_LONG, 0, i % 10_000);
      key.set(memory, 0, 16);
      store.put(key, value);
      store.get(key, sink);
      store.put(key, value);
      if (i % 2 == 0) {
        store.delete(key);
      }
    }
  }

  @Test
  void shouldEvictNothingForAValueThatCanNeverFit() {
    CuckooStore store = open(options(MEBIBYTE).evict(true));
    store.put(Slice.of("key"), Slice.of("value"));
    assertThat(store.put(Slice.of("other"), Slice.of(new byte[1 << 20])))
        .isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(store.contains(Slice.of("key"))).isTrue();
  }

  @Test
  void shouldEvictWhatWasNotReadWhenAskedTo() {
    CuckooStore store = open(options(2 * MEBIBYTE).evict(true));
    Slice value = Slice.of(new byte[100]);
    int popular = 500;
    for (int i = 0; i < 100_000; i++) {
      assertThat(store.put(key(i), value)).isEqualTo(Status.CREATED);
      store.contains(key(i % popular));
    }
    assertThat(IntStream.range(0, popular).filter(i -> store.contains(key(i))))
        .hasSizeGreaterThan(popular * 9 / 10);
    assertThat(store.contains(key(99_999))).isTrue();
    StoreStatistics statistics = store.statistics();
    assertThat(statistics.evicted()).isEqualTo(100_000 - statistics.entries());
    assertThat(store.put(Slice.of("large"), Slice.of(new byte[1 << 20]))).isEqualTo(Status.CREATED);
  }

  @Test
  void shouldKeepWhatIsReadWithoutAskingWhenItEvicts() {
    CuckooStore store = open(options(2 * MEBIBYTE).evict(true));
    TableLayout layout = TableLayout.parse(store.region(), 0, store.region().byteSize());
    assertThat(store.wantsReads()).isTrue();
    store.put(Slice.of("read"), Slice.of(new byte[100]));
    store.put(Slice.of("unread"), Slice.of(new byte[100]));
    for (int i = 0; i < 100_000; i++) {
      store.put(key(i), Slice.of(new byte[100]));
      store.noteRead(layout.hash(Slice.of("read")));
    }
    assertThat(store.contains(Slice.of("read"))).isTrue();
    assertThat(store.contains(Slice.of("unread"))).isFalse();
  }

  @Test
  void shouldChangeNothingWhateverHashesAreSaidToBeRead() {
    SplittableRandom random = new SplittableRandom(7);
    for (boolean evict : new boolean[] {true, false}) {
      CuckooStore store = open(options(MEBIBYTE).evict(evict));
      store.put(Slice.of("key"), Slice.of("value"));
      byte[] before = store.region().toArray(ValueLayout.JAVA_BYTE);
      for (int i = 0; i < 10_000; i++) {
        store.noteRead(random.nextLong());
      }
      store.noteRead(0);
      store.noteRead(-1);
      assertThat(store.region().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
      assertThat(store.wantsReads()).isEqualTo(evict);
    }
  }

  @Test
  void shouldHideExpiredRecordsAndReclaimThemLater() {
    CuckooStore store = open(options(MEBIBYTE).clock(clock));
    for (int i = 0; i < 1000; i++) {
      store.write(key(i), Slice.of("v"), WriteCondition.ALWAYS, 0, i < 500 ? 2000 : Store.NEVER);
    }
    assertThat(store.get(key(0), buffer)).isEqualTo(Status.FOUND);
    assertThat(buffer.expiresAt()).isEqualTo(2000);
    now.set(2000);
    assertThat(store.get(key(0), buffer)).isEqualTo(Status.ABSENT);
    assertThat(store.contains(key(0))).isFalse();
    assertThat(store.delete(key(0))).isEqualTo(Status.ABSENT);
    assertThat(store.expire(key(1), 5000)).isEqualTo(Status.ABSENT);
    assertThat(store.putIfAbsent(key(1), Slice.of("new"))).isEqualTo(Status.CREATED);
    assertThat(store.size()).isEqualTo(1000);
    assertThat(Set.copyOf(ScannedKeys.of(store, 7))).hasSize(501);
    finishMaintenance(store);
    assertThat(store.size()).isEqualTo(501);
    assertThat(store.statistics().expired()).isEqualTo(500);
  }

  @Test
  void shouldTellHowLongRecordsLiveOnTheAverage() {
    CuckooStore store = open(options(MEBIBYTE).clock(clock));
    for (int i = 0; i < 1000; i++) {
      long expiresAt = i < 600 ? now.get() + 10L * (i + 1) : Store.NEVER;
      store.write(key(i), Slice.of("v"), WriteCondition.ALWAYS, 0, expiresAt);
    }
    assertThat(store.statistics().averageTimeToLive()).isZero();
    finishMaintenance(store);
    assertThat(store.statistics().averageTimeToLive()).isEqualTo(3005);
    now.addAndGet(3000);
    finishMaintenance(store);
    assertThat(store.statistics().expiring()).isEqualTo(300);
    assertThat(store.statistics().averageTimeToLive()).isEqualTo(1505);
    now.addAndGet(3000);
    finishMaintenance(store);
    finishMaintenance(store);
    assertThat(store.statistics().averageTimeToLive()).isZero();
  }

  @Test
  void shouldGiveEveryKeyInAScanAndOnlyThen() {
    CuckooStore store = open(4 * MEBIBYTE);
    assertThat(store.scan(0, 10, (segment, offset, length) -> {})).isZero();
    assertThat(store.randomKey((segment, offset, length) -> {})).isEqualTo(Status.ABSENT);
    putAll(store, 0, 5000, new Slice());
    assertThat(Set.copyOf(ScannedKeys.of(store, 7))).hasSize(5000);
    assertThat(store.scan(-1, 10, (segment, offset, length) -> {})).isZero();
    assertThat(store.scan(Long.MAX_VALUE, 10, (segment, offset, length) -> {})).isZero();
    Set<String> random = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      store.randomKey(
          (segment, offset, length) ->
              random.add(new Slice().set(segment, offset, length).toString()));
    }
    assertThat(random.size()).isGreaterThan(500);
  }

  @Test
  void shouldRemoveEverythingWhenCleared() {
    CuckooStore store = open(4 * MEBIBYTE);
    long free = store.statistics().freeBytes();
    putAll(store, 0, 5000, Slice.of(new byte[100]));
    store.clear();
    assertThat(store.size()).isZero();
    assertThat(Set.copyOf(ScannedKeys.of(store, 7))).isEmpty();
    assertThat(store.statistics().recordBytes()).isZero();
    assertThat(store.statistics().freeBytes()).isGreaterThan(free - MEBIBYTE / 2);
  }

  @Test
  void shouldWriteAndReadRecordsBeyondFourGibibytes() {
    CuckooStore store = open(6L << 30);
    for (int i = 0; i < 64; i++) {
      assertThat(store.put(key(i), Slice.of(new byte[100_000 + i]))).isEqualTo(Status.CREATED);
    }
    for (int i = 0; i < 64; i++) {
      assertThat(Locations.recordOf(store, key(i))).isGreaterThan(4L << 30);
      assertThat(store.get(key(i), buffer)).isEqualTo(Status.FOUND);
      assertThat(buffer.valueLength()).isEqualTo(100_000 + i);
    }
  }

  @Test
  void shouldThrowAfterClose() {
    CuckooStore store = CuckooStore.open(MEBIBYTE);
    store.put(Slice.of("k"), Slice.of("v"));
    store.close();
    store.close();
    assertThatIllegalStateException().isThrownBy(() -> store.get(Slice.of("k"), buffer));
    assertThatIllegalStateException().isThrownBy(() -> store.put(Slice.of("k"), Slice.of("v")));
    assertThatIllegalStateException().isThrownBy(() -> store.delete(Slice.of("k")));
  }

  @Test
  void shouldFreeTheRecordWhenTheValueCannotBeRead() {
    CuckooStore store = open(MEBIBYTE);
    Slice value;
    try (Arena arena = Arena.ofConfined()) {
      value = new Slice().set(arena.allocate(100), 0, 100);
    }
    assertThatIllegalStateException().isThrownBy(() -> store.put(Slice.of("k"), value));
    assertThat(store.contains(Slice.of("k"))).isFalse();
  }

  @Test
  void shouldLiveInMemoryThatSomeoneElseOwns() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(MEBIBYTE, 64);
      memory.fill((byte) 0x5A);
      try (CuckooStore store =
          CuckooStore.open(CuckooStore.Options.ofCapacity(MEBIBYTE), Region.over(memory))) {
        store.put(Slice.of("k"), Slice.of("v"));
        assertThat(store.contains(Slice.of("k"))).isTrue();
        StoreInspector.check(store);
        assertThat(memory.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(RegionHeader.MAGIC);
      }
      assertThat(memory.get(ValueLayout.JAVA_LONG, 8)).isEqualTo(4);
      assertThat(memory.get(ValueLayout.JAVA_LONG, 24))
          .as("incarnation of a closed table")
          .isZero();
    }
  }

  @Test
  void shouldGrowTheIndexIntoMemoryThatWasNotZero() {
    long capacity = 8L << 30;
    try (Region reserved = Region.reserve(capacity)) {
      reserved.memory().asSlice(0, MEBIBYTE).fill((byte) 0x5A);
      try (CuckooStore store =
          CuckooStore.open(
              CuckooStore.Options.ofCapacity(capacity), Region.over(reserved.memory()))) {
        for (int i = 0; i < 20_000; i++) {
          assertThat(store.put(key(i), new Slice())).isEqualTo(Status.CREATED);
        }
        assertThat(store.statistics().growths()).isGreaterThan(1000);
        assertThat(Set.copyOf(ScannedKeys.of(store, 7))).hasSize(20_000);
      }
    }
  }

  @Test
  void shouldRefuseCollidingKeysRatherThanGrowAnEmptyIndex() {
    CuckooStore store = open(4 * MEBIBYTE);
    Index index = store.table().index();
    long mask = index.buckets() - 1;
    int first = 0;
    while (hasOneBucket(index.hash(key(first)), mask)) {
      first++;
    }
    long wanted = index.hash(key(first)) & (mask << 32 | mask);
    int found = 0;
    Status last = Status.CREATED;
    for (int i = first; found <= 2 * Bucket.SLOTS; i++) {
      if ((index.hash(key(i)) & (mask << 32 | mask)) == wanted) {
        found++;
        last = store.put(key(i), new Slice());
      }
    }
    assertThat(last).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(store.size()).isEqualTo(2 * Bucket.SLOTS);
    assertThat(store.statistics().growths()).isZero();
  }

  /**
   * Whether both halves of a hash address one bucket, as one key in as many as there are has it.
   */
  private static boolean hasOneBucket(long hash, long mask) {
    return (hash >>> 32 & mask) == (hash & mask);
  }

  @Test
  void shouldCompactOtherSegmentsWhileARecordIsBeingWritten() {
    CuckooStore store = open(2 * MEBIBYTE);
    Heap heap = store.table().heap();
    long unfinished = heap.allocate(RecordLayout.word0(0, 8), RecordLayout.pendingWord1(8));
    for (int i = 0; i < 20_000; i++) {
      assertThat(store.put(key(i % 1000), Slice.of(new byte[1000])))
          .as("write %d", i)
          .isIn(Status.CREATED, Status.REPLACED);
    }
    finishMaintenance(store);
    heap.free(unfinished);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE, 3, 1 << 20})
  void shouldRejectNumbersOfBucketsThatNoIndexCanHave(int buckets) {
    CuckooStore.Options options = CuckooStore.Options.ofCapacity(MEBIBYTE);
    assertThatThrownBy(() -> options.fixedBuckets(buckets))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fixedBuckets=" + buckets + " must be a power of two");
  }
}
