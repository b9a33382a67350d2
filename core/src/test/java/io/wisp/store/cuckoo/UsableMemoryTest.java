// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.cuckoo.log.Deadline;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.testing.Undisturbed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many threads replace values of several sizes in a store that is nearly as full as {@code
 * FORMAT.md} says that it can be.
 */
class UsableMemoryTest extends StoreTestBase {

  private static final int KEY_BYTES = 16;

  /** Much less than a put without memory waits for others. */
  private static final Duration BEARABLE = Duration.ofNanos(Deadline.LIMIT_NANOSECONDS / 4);

  @ParameterizedTest(name = "{0} MiB, {1} threads, values to {2} bytes, {3} %, seed {4}")
  @CsvSource({
    "1, 2, 100, 99, 1",
    "1, 4, 100, 80, 2",
    "2, 4, 1000, 95, 3",
    "2, 6, 100, 99, 4",
    "4, 8, 4000, 90, 5",
    "8, 4, 300, 99, 6",
    "8, 8, 7000, 80, 7",
    "16, 4, 2000, 99, 8",
  })
  void shouldRefuseNoReplacementThatFits(
      int mebibytes, int writers, int maxValueBytes, int percent, long seed) throws Exception {
    Undisturbed.run(
        BEARABLE, _ -> replaceWhatFits(mebibytes, writers, maxValueBytes, percent, seed));
  }

  private void replaceWhatFits(
      int mebibytes, int writers, int maxValueBytes, int percent, long seed) throws Exception {
    int largest = RecordLayout.size(KEY_BYTES, maxValueBytes);
    CuckooStore store = open(mebibytes * MEBIBYTE);
    SplittableRandom random = new SplittableRandom(seed);
    List<Integer> sizes = new ArrayList<>();
    long bytes = 0;
    // As many as fit while each may be there twice, and all of a writer's as long as the longest.
    while ((bytes + (long) (writers + 1) * largest) * 100
        <= percent * usableMemory(store, largest, writers)) {
      int size = random.nextInt(maxValueBytes + 1);
      assertThat(put(store, sizes.size(), size)).as("seed %d", seed).isEqualTo(Status.CREATED);
      sizes.add(size);
      bytes += RecordLayout.size(KEY_BYTES, size);
    }
    AtomicLong written = new AtomicLong();
    AtomicLongArray refused = new AtomicLongArray(writers);
    ConcurrentTasks threads = new ConcurrentTasks();
    threads.runFor(
        1000,
        () -> written.get() > 20L * sizes.size() / writers,
        ConcurrentTasks.times(
            writers,
            number -> replace(threads, store, sizes, writers, number, seed, written, refused)));
    for (int writer = 0; writer < writers; writer++) {
      assertThat(refused.get(writer))
          .as("refused to writer %d of %d writes, seed %d", writer, written.get(), seed)
          .isZero();
    }
    assertThat(store.statistics().relocations()).isPositive();
  }

  /** Exchanges the values of two keys of one writer, so that their bytes stay the same. */
  private static void replace(
      ConcurrentTasks threads,
      CuckooStore store,
      List<Integer> initial,
      int writers,
      int writer,
      long seed,
      AtomicLong written,
      AtomicLongArray refused) {
    SplittableRandom random = new SplittableRandom(seed + writer);
    int[] sizes = initial.stream().mapToInt(Integer::intValue).toArray();
    int own = sizes.length / writers;
    while (!threads.areToStop()) {
      int one = random.nextInt(own) * writers + writer;
      int other = random.nextInt(own) * writers + writer;
      int size = sizes[one];
      sizes[one] = sizes[other];
      sizes[other] = size;
      // The smaller first: in between both may have the smaller size, never the larger.
      int first = sizes[one] < sizes[other] ? one : other;
      int second = first == one ? other : one;
      for (int key : new int[] {first, second}) {
        if (put(store, key, sizes[key]) != Status.REPLACED) {
          refused.incrementAndGet(writer);
        }
        written.incrementAndGet();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 100", "2, 3000", "16, 1000", "64, 5000", "128, 10000"})
  void shouldTakeWhatTheFormulaOfUsableMemorySaysAndNotMuchMore(int mebibytes, int valueBytes) {
    int size = RecordLayout.size(KEY_BYTES, valueBytes);
    long bytes = 0;
    CuckooStore store = open(mebibytes * MEBIBYTE);
    int count = 0;
    while (put(store, count, valueBytes) == Status.CREATED) {
      count++;
      bytes += size;
    }
    assertThat(bytes).isGreaterThanOrEqualTo(usableMemory(store, size, 1) - size);
    long heap = mebibytes * MEBIBYTE - store.statistics().indexBytes();
    assertThat(bytes).isLessThan(heap - store.table().geometry().segmentSize());
  }

  @Test
  void shouldCountBytesThatWereMovedAndWon() {
    CuckooStore store = open(MEBIBYTE);
    int keys = 200;
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 5 * keys; i++) {
      // Longer than what is written over another of its size.
      put(store, random.nextInt(keys), 3000);
    }
    assertThat(store.statistics().relocatedBytes())
        .isEqualTo(store.statistics().relocations() * RecordLayout.size(KEY_BYTES, 3000));
    assertThat(store.statistics().relocatedBytes()).isPositive();
    assertThat(store.statistics().wonBytes()).isPositive();
  }

  private static Status put(CuckooStore store, int number, int valueBytes) {
    return store.put(key(number), Slice.of(new byte[valueBytes]));
  }
}
