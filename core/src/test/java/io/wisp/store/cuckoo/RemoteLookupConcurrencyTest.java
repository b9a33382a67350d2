// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.remote.LookupStatistics;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.RemoteTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
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
class RemoteLookupConcurrencyTest extends ConcurrencyTestBase {

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

  /** More where they mostly pause. */
  private static final int TORN_READERS = 6;

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
    CuckooStore store = open(options(capacity).evict(goes).clock(clock));
    List<Runnable> tasks = new ArrayList<>();
    tasks.addAll(
        ConcurrentTasks.times(
            WRITERS, writer -> writeUntilStopped(store, keys, maxValueLength, writer)));
    tasks.addAll(
        ConcurrentTasks.times(
            travel.readers(), i -> readUntilStopped(store, travel, keys, 100L + i)));
    tasks.add(() -> maintainUntilStopped(store));
    threads.runFor(2 * seconds(), this::haveLookupsGoneEveryWay, tasks);
    report();
    assertThat(haveLookupsGoneEveryWay()).as("%s", lookups).isTrue();
  }

  private boolean haveLookupsGoneEveryWay() {
    return sum(LookupStatistics::hits) > 0
        && sum(LookupStatistics::confirmedMisses) > 0
        && sum(LookupStatistics::addressHits) > 0
        && sum(LookupStatistics::staleAddresses) > 0;
  }

  private boolean haveLookupsHit() {
    return sum(LookupStatistics::hits) > 0;
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
        int length =
            random.nextBoolean()
                ? maxValueLength
                : HEADER + random.nextInt(maxValueLength + 1 - HEADER);
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

  private void readUntilStopped(CuckooStore store, Travel travel, int keys, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RemoteTable.Options options =
        RemoteTable.Options.DEFAULT.rememberedAddresses(Math.max(1, keys / 2)).clock(now::get);
    RemoteClient client = new RemoteClient(store.region(), options, travel.network(seed));
    lookups.add(client.statistics());
    MemorySegment memory = Arena.ofAuto().allocate(16, 8);
    Slice key = new Slice();
    long[] lastVersions = new long[keys];
    while (!threads.areToStop()) {
      int number = random.nextInt(keys);
      pointAtKey(key, memory, number);
      if (random.nextInt(16) == 0) {
        client.forget(key);
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

  @ParameterizedTest
  @EnumSource(Travel.class)
  void shouldNeverMissKeyThatIsAlwaysThereWhileIndexGrowsAndDisplaces(Travel travel)
      throws Exception {
    CuckooStore store = open(32 * MEBIBYTE);
    growBeside(
        store,
        500,
        3 * seconds(),
        this::haveLookupsHit,
        ConcurrentTasks.times(
            travel.readers(), seed -> findUntilStopped(store, travel.network(seed), 0, 500, seed)));
    report();
    assertThat(haveLookupsHit()).isTrue();
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

  @ParameterizedTest
  @EnumSource(Travel.class)
  void shouldNeverMissKeyThatMovesBetweenItsBuckets(Travel travel) throws Exception {
    CuckooStore store = open(MEBIBYTE);
    int wanderer = putWanderer(store);
    List<Runnable> tasks = new ArrayList<>();
    tasks.add(() -> moveToAndFro(store, wanderer, 400));
    tasks.addAll(
        ConcurrentTasks.times(
            travel.readers(),
            seed -> findUntilStopped(store, travel.network(seed), wanderer, 1, seed)));
    threads.runFor(2 * seconds(), this::haveLookupsHit, tasks);
    report();
    assertThat(haveLookupsHit()).isTrue();
  }
}
