// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.Update;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.log.Deadline;
import io.wisp.testing.Undisturbed;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CuckooStoreConcurrencyTest extends ConcurrencyTestBase {

  /** Much less than a put without memory waits for others. */
  private static final Duration BEARABLE = Duration.ofNanos(Deadline.LIMIT_NANOSECONDS / 4);

  private final AtomicLong hits = new AtomicLong();
  private final AtomicLong misses = new AtomicLong();

  @ParameterizedTest(name = "{0} keys, values to {1} bytes, {2} bytes, evicting {3}")
  @CsvSource({
    "2, 300, 1048576, false",
    "60, 2000, 1048576, false",
    "400, 1500, 1048576, false",
    "20000, 60, 4194304, false",
    "30, 60000, 2097152, false",
    "3000, 800, 1048576, true",
  })
  void shouldReadOnlyWholeValuesOfTheKeyAndNeverAnOlderVersion(
      int keys, int maxValueLength, long capacity, boolean evict) throws Exception {
    CuckooStore store = open(options(capacity).evict(evict).clock(clock));
    List<Runnable> tasks = new ArrayList<>();
    tasks.addAll(
        ConcurrentTasks.times(
            WRITERS, seed -> writeUntilStopped(store, keys, maxValueLength, seed)));
    tasks.addAll(ConcurrentTasks.times(READERS, i -> readUntilStopped(store, keys, 100L + i)));
    tasks.add(() -> maintainUntilStopped(store));
    threads.runFor(3 * seconds(), () -> hits.get() > 0, tasks);
    assertThat(hits.get()).isPositive();
  }

  private void writeUntilStopped(CuckooStore store, int keys, int maxValueLength, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment memory = Arena.ofAuto().allocate(16 + HEADER + maxValueLength, 8);
    Slice key = new Slice();
    Slice value = new Slice();
    for (long count = 1; !threads.areToStop(); count++) {
      int number = random.nextInt(keys);
      pointAtKey(key, memory, number);
      int choice = random.nextInt(10);
      if (choice < 6) {
        int length =
            random.nextBoolean()
                ? maxValueLength
                : HEADER + random.nextInt(maxValueLength + 1 - HEADER);
        fill(memory, 16, length, number, count * WRITERS + seed);
        value.set(memory, 16, length);
        long expiresAt = random.nextInt(4) == 0 ? now.get() + random.nextInt(20) : Store.NEVER;
        Status status = store.write(key, value, WriteCondition.ALWAYS, 0, expiresAt);
        assertThat(status).isIn(Status.CREATED, Status.REPLACED, Status.OUT_OF_MEMORY);
      } else if (choice < 7) {
        store.expire(key, random.nextBoolean() ? Store.NEVER : now.get() + random.nextInt(20));
      } else {
        store.delete(key);
      }
    }
  }

  private void readUntilStopped(CuckooStore store, int keys, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment memory = Arena.ofAuto().allocate(16, 8);
    Slice key = new Slice();
    MemorySink sink = new MemorySink();
    long[] lastVersions = new long[keys];
    while (!threads.areToStop()) {
      int number = random.nextInt(keys);
      pointAtKey(key, memory, number);
      Status status = store.get(key, sink);
      if (status == Status.FOUND) {
        checkWhole(sink.value, number);
        assertThat(sink.version()).isGreaterThanOrEqualTo(lastVersions[number]);
        lastVersions[number] = sink.version();
        hits.incrementAndGet();
      } else {
        assertThat(status).isEqualTo(Status.ABSENT);
        misses.incrementAndGet();
      }
    }
  }

  @Test
  void shouldNotRunOutOfMemoryWhileWritersReplaceInAStoreWithAFifthToSpare() throws Exception {
    Undisturbed.run(BEARABLE, _ -> replaceInAStoreWithAFifthToSpare());
  }

  private void replaceInAStoreWithAFifthToSpare() throws Exception {
    int keys = 100_000;
    AtomicLong refused = new AtomicLong();
    ConcurrentTasks writers = new ConcurrentTasks();
    CuckooStore store = open(18 * MEBIBYTE);
    for (int i = 0; i < keys; i++) {
      assertThat(store.put(keyOf(i), Slice.of(new byte[100]))).isEqualTo(Status.CREATED);
    }
    writers.runFor(
        3 * seconds(),
        () -> store.statistics().relocations() > 0,
        ConcurrentTasks.times(
            2 * WRITERS, seed -> replaceUntilStopped(writers, store, keys, seed, refused)));
    assertThat(store.statistics().relocations()).isPositive();
    assertThat(refused).hasValue(0);
  }

  private static void replaceUntilStopped(
      ConcurrentTasks writers, CuckooStore store, int keys, long seed, AtomicLong refused) {
    SplittableRandom random = new SplittableRandom(seed);
    Slice[] values = {Slice.of(new byte[100]), Slice.of(new byte[92])};
    while (!writers.areToStop()) {
      // Of several sizes, for one that is written over another leaves nothing to compact.
      Slice value = values[random.nextInt(values.length)];
      if (store.put(keyOf(random.nextInt(keys)), value) != Status.REPLACED) {
        refused.incrementAndGet();
      }
    }
  }

  @Test
  void shouldNeverMissKeyThatIsAlwaysThereWhileIndexGrowsAndDisplaces() throws Exception {
    CuckooStore store = open(32 * MEBIBYTE);
    growBeside(
        store,
        2000,
        5 * seconds(),
        () -> hits.get() > 0,
        ConcurrentTasks.times(READERS, seed -> findUntilStopped(store, 2000, seed)));
  }

  private void findUntilStopped(CuckooStore store, int stable, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment memory = Arena.ofAuto().allocate(16, 8);
    Slice key = new Slice();
    while (!threads.areToStop()) {
      pointAtKey(key, memory, random.nextInt(stable));
      assertThat(store.contains(key)).as("%s", key).isTrue();
      hits.incrementAndGet();
    }
  }

  @Test
  void shouldNeverMissKeyThatMovesBetweenItsBuckets() throws Exception {
    CuckooStore store = open(MEBIBYTE);
    int wanderer = putWanderer(store);
    List<Runnable> tasks = new ArrayList<>();
    tasks.add(() -> moveToAndFro(store, wanderer, 1));
    Runnable reader =
        () -> {
          Slice key = keyOf(wanderer);
          while (!threads.areToStop()) {
            assertThat(store.contains(key)).isTrue();
          }
        };
    tasks.addAll(Collections.nCopies(READERS, reader));
    threads.runFor(3 * seconds(), tasks);
  }

  @Test
  void shouldLoseNoUpdateWhenThreadsIncrementByCompareAndSet() throws Exception {
    int incrementers = 4;
    int increments = 5000;
    CuckooStore store = open(MEBIBYTE);
    store.put(Slice.of("counter"), Slice.of(new byte[8]));
    AtomicLong done = new AtomicLong();
    threads.run(Collections.nCopies(incrementers, () -> increment(store, increments, done)));
    MemorySink sink = new MemorySink();
    assertThat(store.get(Slice.of("counter"), sink)).isEqualTo(Status.FOUND);
    assertThat(sink.memory.get(ValueLayout.JAVA_LONG, 0))
        .isEqualTo((long) incrementers * increments);
    assertThat(done.get()).isEqualTo((long) incrementers * increments);
  }

  private static void increment(CuckooStore store, int increments, AtomicLong done) {
    MemorySink sink = new MemorySink();
    Slice key = Slice.of("counter");
    Slice value = new Slice();
    int left = increments;
    while (left > 0) {
      assertThat(store.get(key, sink)).isEqualTo(Status.FOUND);
      sink.memory.set(ValueLayout.JAVA_LONG, 0, sink.memory.get(ValueLayout.JAVA_LONG, 0) + 1);
      Status status = store.compareAndSet(key, value.set(sink.memory, 0, 8), sink.version());
      if (status == Status.REPLACED) {
        left--;
        done.incrementAndGet();
      } else {
        assertThat(status).isEqualTo(Status.CONFLICT);
      }
    }
  }

  @Test
  void shouldEndAnUpdateThatOthersDisturbBetweenEachReadAndWrite() throws Exception {
    Slice key = Slice.of("k");
    CuckooStore store = open(MEBIBYTE);
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      DisturbedUpdate update = new DisturbedUpdate(store, other);
      assertThat(store.update(key, new RecordSink(), update)).isEqualTo(Status.REPLACED);
      assertThat(update.attempts).isEqualTo(Updates.WITHOUT_LOCK + 1);
      assertThat(update.last.get()).isEqualTo(Status.REPLACED);
      assertThat(store.get("k".getBytes(UTF_8))).asString().isEqualTo("theirs");
    }
  }

  /** Has another thread write whenever it has read, and waits until that is done or has to wait. */
  private static final class DisturbedUpdate implements Update<RecordSink> {

    private final CuckooStore store;
    private final ExecutorService other;
    private Future<Status> last = CompletableFuture.completedFuture(Status.DONE);
    private int attempts;

    DisturbedUpdate(CuckooStore store, ExecutorService other) {
      this.store = store;
      this.other = other;
    }

    @Override
    public Change decide(RecordSink old) {
      attempts++;
      if (attempts > Updates.WITHOUT_LOCK + 1) {
        return Change.WRITE;
      }
      AtomicReference<Thread> writer = new AtomicReference<>();
      last =
          other.submit(
              () -> {
                writer.set(Thread.currentThread());
                return store.put(Slice.of("k"), Slice.of("theirs"));
              });
      while (!last.isDone()) {
        Thread thread = writer.get();
        if (attempts > Updates.WITHOUT_LOCK
            && thread != null
            && thread.getState() == Thread.State.WAITING) {
          break;
        }
        Thread.onSpinWait();
      }
      return Change.WRITE;
    }

    @Override
    public Slice value() {
      return Slice.of("ours");
    }
  }

  private static final class MemorySink extends ValueSink {

    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 17, 8);
    private final Slice value = new Slice();

    @Override
    protected Slice room(int length) {
      return value.set(memory, 0, length);
    }
  }
}
