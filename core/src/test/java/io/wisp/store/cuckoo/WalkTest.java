// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Steps;
import io.wisp.store.cuckoo.table.BackwardMoves;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WalkTest extends StoreTestBase {

  private static final int MOST_ROUNDS = 100;

  private final ConcurrentTasks threads = new ConcurrentTasks();

  @ParameterizedTest(name = "seed {0}: {1} keys stay, {2} buckets, {3} writes a call")
  @CsvSource({
    "1, 300, 0, 150",
    "2, 900, 0, 300",
    "3, 400, 64, 60",
    "4, 3400, 512, 100",
    "5, 1, 0, 500"
  })
  void shouldGiveEveryKeyThatStaysWhileOthersComeAndGoAndBucketsDoToo(
      long seed, int staying, int fixedBuckets, int writes) {
    SplittableRandom random = new SplittableRandom(seed);
    CuckooStore store = open(options(2 * MEBIBYTE).fixedBuckets(fixedBuckets));
    Set<String> expected = putStaying(store, staying);
    long most = fixedBuckets == 0 ? 12_000 : fixedBuckets * 7L * 97 / 100 - staying;
    AtomicLong merges = new AtomicLong();
    // How much is written in a round hangs on the hashes, which no two stores have alike.
    for (int round = 0; round < 8 || !hasMerged(fixedBuckets, merges, round); round++) {
      boolean grows = round % 2 == 0;
      Set<String> given =
          walk(
              store,
              1 + random.nextInt(60),
              () -> churn(store, random, (int) most, writes, grows, merges));
      assertThat(given).as("seed %d, round %d", seed, round).containsAll(expected);
    }
    if (fixedBuckets == 0) {
      assertThat(store.statistics().growths()).isPositive();
      assertThat(merges).hasPositiveValue();
    } else {
      assertThat(store.table().displacement().backwardMoves().count()).isPositive();
    }
  }

  private static Set<String> putStaying(CuckooStore store, int count) {
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < count; i++) {
      assertThat(store.put(key("stays", i), new Slice())).isEqualTo(Status.CREATED);
      keys.add(key("stays", i).toString());
    }
    return keys;
  }

  private static boolean hasMerged(int fixedBuckets, AtomicLong merges, int rounds) {
    return fixedBuckets > 0 || merges.get() > 0 || rounds == MOST_ROUNDS;
  }

  private static void churn(
      CuckooStore store,
      SplittableRandom random,
      int most,
      int writes,
      boolean grows,
      AtomicLong merges) {
    for (int i = 0; i < writes; i++) {
      Slice key = key("goes", random.nextInt(most));
      if (random.nextInt(8) < (grows ? 7 : 1)) {
        store.put(key, new Slice());
      } else {
        store.delete(key);
      }
    }
    if (!grows) {
      long before = store.table().index().buckets();
      store.maintain(100_000);
      merges.addAndGet(before - store.table().index().buckets());
    }
  }

  @Test
  void shouldGiveEveryKeyThatStaysWhileThreadsWrite() throws Exception {
    CuckooStore store = open(options(8 * MEBIBYTE).fixedBuckets(1024));
    Set<String> expected = putStaying(store, 4000);
    AtomicLong walks = new AtomicLong();
    Runnable writer =
        () -> {
          while (!threads.areToStop()) {
            Slice key = key("goes", ThreadLocalRandom.current().nextInt(3000));
            if (ThreadLocalRandom.current().nextInt(8) < 7) {
              store.put(key, new Slice());
            } else {
              store.delete(key);
            }
          }
        };
    Runnable walker =
        () -> {
          while (!threads.areToStop()) {
            assertThat(walk(store, 20, () -> {})).containsAll(expected);
            walks.incrementAndGet();
          }
        };
    BackwardMoves moves = store.table().displacement().backwardMoves();
    threads.runFor(
        1000, () -> walks.get() > 2 && moves.count() > 0, List.of(writer, writer, walker));
    assertThat(walks).hasPositiveValue();
    assertThat(moves.count()).isPositive();
  }

  @Test
  void shouldGiveEveryKeyThatStaysAlthoughMoreMoveBetweenTwoCallsThanAreRemembered() {
    CuckooStore store = open(options(16 * MEBIBYTE).fixedBuckets(1 << 14));
    Set<String> missing = putStaying(store, 90_000);
    Set<String> given = new HashSet<>();
    long cursor = 0;
    while (given.size() < 45_000) {
      cursor = store.scan(cursor, 1000, into(given));
    }
    SplittableRandom random = new SplittableRandom(7);
    BackwardMoves moves = store.table().displacement().backwardMoves();
    for (long end = moves.count() + (1 << 16); moves.count() < end; ) {
      Slice key = key("goes", random.nextInt(34_000));
      if (store.delete(key) != Status.DELETED) {
        store.put(key, new Slice());
      }
    }
    do {
      cursor = store.scan(cursor, 1000, into(given));
    } while (cursor != 0);
    missing.removeAll(given);
    assertThat(missing).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @CsvSource({"1", "2"})
  void shouldEndAlthoughAsManyKeysComeAsAreGiven(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CuckooStore store = open(64 * MEBIBYTE);
    int keys = 10_000;
    putAll(store, 0, keys, new Slice());
    int given = 0;
    long cursor = 0;
    do {
      List<Slice> step = new ArrayList<>();
      cursor = store.scan(cursor, 10, (segment, offset, length) -> step.add(new Slice()));
      given += step.size();
      for (int i = 0; i < step.size(); i++) {
        store.put(key("new", random.nextInt()), new Slice());
      }
      assertThat(given).as("seed %d", seed).isLessThan(8 * keys);
    } while (cursor != 0);
    assertThat(given).isGreaterThanOrEqualTo(keys);
  }

  @Test
  void shouldEndFromWhateverCursor() {
    SplittableRandom random = new SplittableRandom(7);
    CuckooStore store = open(4 * MEBIBYTE);
    putAll(store, 0, 9000, new Slice());
    for (int i = 0; i < 1000; i++) {
      long cursor = random.nextLong();
      int calls = 0;
      do {
        cursor = store.scan(cursor, 1000, (segment, offset, length) -> {});
        assertThat(cursor).isNotNegative();
        calls++;
      } while (cursor != 0);
      assertThat(calls).isLessThanOrEqualTo(10);
    }
  }

  @Test
  void shouldDoBoundedWorkInEachStepRightAfterALargeStoreWasCleared() {
    CuckooStore store = open(32 * MEBIBYTE);
    putAll(store, 0, 200_000, new Slice());
    long buckets = store.table().index().buckets();
    assertThat(buckets).isGreaterThan(30_000);
    int expectedSteps = (int) ((buckets + Sweep.BUCKETS_PER_STEP - 1) / Sweep.BUCKETS_PER_STEP);
    assertThat(steps(store.clearing())).isEqualTo(expectedSteps);
    assertThat(store.size()).isZero();
    assertThat(store.table().index().buckets()).isEqualTo(buckets);

    assertThat(steps(store.choosingKey((segment, offset, length) -> {})))
        .isBetween(expectedSteps, expectedSteps + 3);
    assertThat(steps(store.clearing())).isEqualTo(expectedSteps);
    int atLeast = 10;
    int bucketsPerCall = Sweep.BUCKETS_PER_SCAN + Sweep.BUCKETS_PER_WANTED_KEY * atLeast;
    assertThat(calls(store, atLeast))
        .isEqualTo((int) ((buckets + bucketsPerCall - 1) / bucketsPerCall));
    assertThat(calls(store, Integer.MAX_VALUE)).isGreaterThan(1);

    finishMaintenance(store);
    assertThat(store.table().index().buckets()).isEqualTo(1024);
    assertThat(calls(store, atLeast)).isEqualTo(1);
    assertThat(steps(store.choosingKey((segment, offset, length) -> {}))).isLessThan(8);
  }

  private static int calls(CuckooStore store, int atLeast) {
    int calls = 0;
    long cursor = 0;
    do {
      cursor = store.scan(cursor, atLeast, (segment, offset, length) -> {});
      calls++;
    } while (cursor != 0);
    return calls;
  }

  private static int steps(Steps work) {
    int steps = 1;
    while (work.next()) {
      steps++;
    }
    return steps;
  }

  @Test
  void shouldChooseEveryKeyNowAndThenAndTheOnlyOneAlways() {
    CuckooStore store = open(4 * MEBIBYTE);
    putAll(store, 0, 20, new Slice());
    Set<String> chosen = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      assertThat(store.randomKey(into(chosen))).isEqualTo(Status.FOUND);
    }
    assertThat(chosen).hasSize(20);
    for (int i = 1; i < 20; i++) {
      store.delete(key(i));
    }
    chosen.clear();
    for (int i = 0; i < 100; i++) {
      assertThat(store.randomKey(into(chosen))).isEqualTo(Status.FOUND);
    }
    assertThat(chosen).containsExactly(key(0).toString());
  }

  @Test
  void shouldKeepWhatIsWrittenWhileTheStoreIsBeingCleared() {
    CuckooStore store = open(8 * MEBIBYTE);
    putAll(store, 0, 20_000, new Slice());
    Steps clearing = store.clearing();
    int written = 0;
    do {
      store.put(key("new", written++), new Slice());
    } while (clearing.next());
    assertThat(store.size()).isEqualTo(written);
    assertThat(IntStream.range(0, written)).allMatch(i -> store.contains(key("new", i)));
  }

  private static Set<String> walk(CuckooStore store, int atLeast, Runnable between) {
    Set<String> given = new HashSet<>();
    long cursor = 0;
    do {
      cursor = store.scan(cursor, atLeast, into(given));
      between.run();
    } while (cursor != 0);
    return given;
  }

  private static KeySink into(Set<String> keys) {
    return (segment, offset, length) ->
        keys.add(new Slice().set(segment, offset, length).toString());
  }

  private static Slice key(String kind, int number) {
    return Slice.of(kind + " " + number);
  }
}
