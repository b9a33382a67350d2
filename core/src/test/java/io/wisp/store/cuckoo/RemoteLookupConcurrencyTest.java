// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.remote.LookupStatistics;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers that have nothing but the region's bytes, while others write to the store.
 *
 * <p>Each key has one writer, who numbers what he does with it: a put with an even number, which is
 * in the value, and a delete with an odd one. So a reader knows what he may still find, from the
 * number that was acknowledged, or found by any reader, before he began to look.
 */
class RemoteLookupConcurrencyTest {

  /** How the bytes come to the readers. */
  enum Travel {
    COPIED,
    TORN;

    RemoteClient.Network network(long seed) {
      return this == COPIED ? RemoteReads::copy : new TearingNetwork(seed);
    }

    int readers() {
      return this == COPIED ? READERS : TORN_READERS;
    }
  }

  private static final int HEADER = 16;
  private static final int WRITERS = 2;

  /** More where they mostly pause. */
  private static final int TORN_READERS = 6;

  private static final int READERS = 2;

  private final ConcurrentTasks threads = new ConcurrentTasks();
  private final AtomicLong now = new AtomicLong(1);

  /** How each reader's lookups have gone so far. */
  private final List<LookupStatistics> lookups = new CopyOnWriteArrayList<>();

  /** Of each key, the highest number known to have happened. */
  private AtomicLongArray happened = new AtomicLongArray(0);

  /** Of each key, the number of the last delete that was begun. */
  private AtomicLongArray deleting = new AtomicLongArray(0);

  /** Whether keys may go away without a delete. */
  private boolean volatileKeys;

  @ParameterizedTest(
      name = "{0}: {1} keys, values to {2} bytes, {3} bytes, evicting or expiring {4}")
  @CsvSource({
    "COPIED, 1, 300, 1048576, false",
    "COPIED, 5, 2000, 1048576, false",
    "COPIED, 400, 1500, 1048576, false",
    "COPIED, 20000, 60, 4194304, false",
    "COPIED, 3000, 800, 1048576, true",
    "TORN, 1, 300, 1048576, false",
    "TORN, 5, 2000, 1048576, false",
    "TORN, 400, 1500, 1048576, false",
    "TORN, 20000, 60, 4194304, false",
    "TORN, 30, 20000, 2097152, false",
    "TORN, 3000, 800, 1048576, true",
  })
  void shouldFindOnlyWhatTheKeyHasAndMissOnlyWhatIsAbsent(
      Travel travel, int keys, int maxValueLength, long capacity, boolean goes) throws Exception {
    happened = new AtomicLongArray(keys);
    deleting = new AtomicLongArray(keys);
    for (int i = 0; i < keys; i++) {
      happened.set(i, 1);
    }
    volatileKeys = goes;
    CuckooStore.Options options =
        CuckooStore.Options.ofCapacity(capacity)
            .evict(goes)
            .clock(() -> Instant.ofEpochMilli(now.get()));
    try (CuckooStore store = CuckooStore.open(options)) {
      List<Runnable> tasks = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        tasks.add(() -> writeUntilStopped(store, keys, maxValueLength, writer));
      }
      for (int i = 0; i < travel.readers(); i++) {
        long seed = 100L + i;
        tasks.add(() -> readUntilStopped(store, travel.network(seed), keys, seed));
      }
      tasks.add(() -> maintainUntilStopped(store));
      threads.runFor(2 * seconds(), this::haveLookupsGoneEveryWay, tasks);
      StoreInspector.check(store);
    }
    report();
    assertThat(haveLookupsGoneEveryWay()).as("%s", lookups).isTrue();
  }

  private boolean haveLookupsGoneEveryWay() {
    return sum(LookupStatistics::hits) > 0
        && sum(LookupStatistics::confirmedMisses) > 0
        && sum(LookupStatistics::addressHits) > 0
        && sum(LookupStatistics::staleAddresses) > 0;
  }

  private long sum(ToLongFunction<LookupStatistics> figure) {
    return lookups.stream().mapToLong(figure).sum();
  }

  private void report() {
    System.out.printf(
        Locale.ROOT,
        "reads=%d hits=%d misses=%d retries=%d addressHits=%d staleAddresses=%d fallBacks=%d%n",
        sum(LookupStatistics::reads),
        sum(LookupStatistics::hits),
        sum(LookupStatistics::confirmedMisses),
        sum(LookupStatistics::retries),
        sum(LookupStatistics::addressHits),
        sum(LookupStatistics::staleAddresses),
        sum(LookupStatistics::fallBacks));
  }

  private void writeUntilStopped(CuckooStore store, int keys, int maxValueLength, int writer) {
    SplittableRandom random = new SplittableRandom(writer);
    MemorySegment memory = Arena.ofAuto().allocate(16 + HEADER + maxValueLength, 8);
    Slice key = new Slice();
    Slice value = new Slice();
    long[] numbers = new long[keys];
    while (!threads.areToStop()) {
      int keyNumber = random.nextInt(keys) / WRITERS * WRITERS + writer;
      if (keyNumber >= keys) {
        continue;
      }
      pointAtKey(key, memory, keyNumber);
      long number = numbers[keyNumber] += 2;
      if (random.nextInt(10) < 7) {
        int length = HEADER + random.nextInt(maxValueLength + 1 - HEADER);
        fill(memory, 16, length, keyNumber, number);
        value.set(memory, 16, length);
        boolean expires = volatileKeys && random.nextInt(4) == 0;
        long expiresAt = expires ? now.get() + random.nextInt(20) : Store.NEVER;
        Status status = store.write(key, value, WriteCondition.ALWAYS, 0, expiresAt);
        if (status != Status.OUT_OF_MEMORY) {
          raise(happened, keyNumber, number);
        }
      } else {
        deleting.set(keyNumber, number + 1);
        store.delete(key);
        raise(happened, keyNumber, number + 1);
      }
    }
  }

  private static void raise(AtomicLongArray array, int i, long value) {
    array.accumulateAndGet(i, value, Math::max);
  }

  private void readUntilStopped(
      CuckooStore store, RemoteClient.Network network, int keys, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RemoteTable.Options options =
        RemoteTable.Options.DEFAULT.rememberedAddresses(Math.max(1, keys / 2)).clock(now::get);
    RemoteClient client = new RemoteClient(store.region(), options, network);
    lookups.add(client.statistics());
    MemorySegment memory = Arena.ofAuto().allocate(16, 8);
    Slice key = new Slice();
    long[] lastVersions = new long[keys];
    while (!threads.areToStop()) {
      int number = random.nextInt(keys);
      pointAtKey(key, memory, number);
      if (random.nextInt(16) == 0) {
        client.table().forget(key);
      }
      long before = happened.get(number);
      Step step = client.get(key);
      switch (step) {
        case HIT -> {
          Slice value = client.value();
          long found = checkWhole(value, number);
          assertThat(found).as("number found of key %d", number).isGreaterThanOrEqualTo(before);
          raise(happened, number, found);
          long version = client.lookup().version();
          assertThat(version).isGreaterThanOrEqualTo(lastVersions[number]);
          lastVersions[number] = version;
        }
        case ABSENT -> {
          boolean mayBeAbsent = before % 2 == 1 || deleting.get(number) > before || volatileKeys;
          assertThat(mayBeAbsent).as("absent, key %d after %d", number, before).isTrue();
        }
        default -> assertThat(step).isEqualTo(Step.FALL_BACK);
      }
    }
  }

  private void maintainUntilStopped(CuckooStore store) {
    while (!threads.areToStop()) {
      now.incrementAndGet();
      store.maintain(100_000);
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @EnumSource(Travel.class)
  void shouldNeverMissKeyThatIsAlwaysThereWhileIndexGrowsAndDisplaces(Travel travel)
      throws Exception {
    int stable = 500;
    int coming = 120_000;
    try (CuckooStore store = CuckooStore.open(32 << 20)) {
      for (int i = 0; i < stable; i++) {
        store.put(key(i), Slice.of(new byte[8]));
      }
      List<Runnable> tasks = new ArrayList<>();
      tasks.add(() -> comeAndGo(store, stable, coming));
      for (int reader = 0; reader < travel.readers(); reader++) {
        long seed = reader;
        tasks.add(() -> findUntilStopped(store, travel.network(seed), 0, stable, seed));
      }
      threads.runFor(
          3 * seconds(), () -> CuckooStoreConcurrencyTest.hasGrownAndDisplaced(store), tasks);
      StoreStatistics statistics = store.statistics();
      assertThat(statistics.displacements()).isPositive();
      assertThat(statistics.growths()).isPositive();
    }
    report();
    assertThat(sum(LookupStatistics::hits)).isPositive();
  }

  private void findUntilStopped(
      CuckooStore store, RemoteClient.Network network, int first, int keys, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RemoteClient client =
        new RemoteClient(
            store.region(), RemoteTable.Options.DEFAULT.rememberedAddresses(0), network);
    lookups.add(client.statistics());
    MemorySegment memory = Arena.ofAuto().allocate(16, 8);
    Slice key = new Slice();
    while (!threads.areToStop()) {
      pointAtKey(key, memory, first + random.nextInt(keys));
      assertThat(client.get(key)).as("%s", key).isIn(Step.HIT, Step.FALL_BACK);
    }
  }

  private void comeAndGo(CuckooStore store, int stable, int coming) {
    SplittableRandom random = new SplittableRandom(7);
    Slice value = Slice.of(new byte[8]);
    for (int i = 0; i < coming && !threads.areToStop(); i++) {
      store.put(key(stable + i), value);
    }
    while (!threads.areToStop()) {
      int number = stable + random.nextInt(coming);
      if (random.nextBoolean()) {
        store.put(key(number), value);
      } else {
        store.delete(key(number));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Travel.class)
  void shouldNeverMissKeyThatMovesBetweenItsBuckets(Travel travel) throws Exception {
    try (CuckooStore store = CuckooStore.open(1 << 20)) {
      int number = 0;
      while (bucket(store, number, true) == bucket(store, number, false)) {
        number++;
      }
      int wanderer = number;
      store.put(key(wanderer), Slice.of("value"));
      List<Runnable> tasks = new ArrayList<>();
      tasks.add(() -> moveToAndFro(store, wanderer));
      for (int reader = 0; reader < travel.readers(); reader++) {
        long seed = reader;
        tasks.add(() -> findUntilStopped(store, travel.network(seed), wanderer, 1, seed));
      }
      threads.runFor(2 * seconds(), tasks);
    }
    report();
    assertThat(sum(LookupStatistics::hits)).isPositive();
  }

  private static long bucket(CuckooStore store, int number, boolean first) {
    long hash = store.table().index().hash(key(number));
    long half = first ? KeyHash.firstHalf(hash) : KeyHash.secondHalf(hash);
    return KeyHash.bucket(half, store.table().index().buckets());
  }

  private void moveToAndFro(CuckooStore store, int number) {
    Table table = store.table();
    Slice key = key(number);
    long slotAddress = table.index().locate(key, table.index().hash(key));
    long slot = Words.getPlain(table.memory(), slotAddress);
    long first = bucket(store, number, true);
    long second = bucket(store, number, false);
    boolean inFirst = table.index().bucketNumber(slotAddress) == first;
    SplittableRandom random = new SplittableRandom(1);
    while (!threads.areToStop()) {
      assertThat(
              table.displacement().move(inFirst ? first : second, slot, inFirst ? second : first))
          .isTrue();
      inFirst = !inFirst;
      for (int i = random.nextInt(400); i > 0; i--) {
        Thread.onSpinWait();
      }
    }
  }

  /** Milliseconds in what a test calls a second; the long runs stretch it. */
  long seconds() {
    return 1000;
  }

  private static Slice key(int number) {
    return pointAtKey(new Slice(), MemorySegment.ofArray(new long[2]), number);
  }

  private static Slice pointAtKey(Slice key, MemorySegment memory, int number) {
    memory.set(ValueLayout.JAVA_LONG, 0, number);
    memory.set(ValueLayout.JAVA_LONG, 8, ~number);
    return key.set(memory, 0, 16);
  }

  private static void fill(
      MemorySegment memory, long offset, int length, long keyNumber, long number) {
    memory.set(ValueLayout.JAVA_LONG, offset, keyNumber);
    memory.set(ValueLayout.JAVA_LONG, offset + 8, number);
    memory.asSlice(offset + HEADER, length - HEADER).fill(filler(keyNumber, number, length));
  }

  private static byte filler(long keyNumber, long number, int length) {
    return (byte) (keyNumber * 31 + number * 7 + length);
  }

  /** The number in a value, if it is the key's and of one piece. */
  private static long checkWhole(Slice value, int keyNumber) {
    MemorySegment memory = value.segment();
    long offset = value.offset();
    assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, offset)).isEqualTo(keyNumber);
    long number = memory.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + 8);
    byte filler = filler(keyNumber, number, value.length());
    for (int i = HEADER; i < value.length(); i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, offset + i) != filler) {
        throw new AssertionError("torn value at " + i + " of " + value.length());
      }
    }
    return number;
  }
}
