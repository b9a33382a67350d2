// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.ArraySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.recovery.RecoveryReport;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The memory is taken from threads that write, at whatever instruction each is, as by the end of
 * their process; and the next store in the file must hold what they were told.
 */
@ParameterizedClass
@ValueSource(ints = {1, 4})
class KeptStoreCrashTest {

  private static final int WRITERS = 3;
  private static final int MAX_BATCH = 20;

  /** Of a recovery. */
  @Parameter private int threads;

  @TempDir private Path folder;
  private long finished;
  private long redone;

  /** How often, for each kind of load. */
  int rounds() {
    return 20;
  }

  @ParameterizedTest
  @CsvSource({
    "1048576, 40, 200, false",
    "2097152, 1500, 200, false",
    "4194304, 60, 20000, false",
    "1048576, 2000, 300, true",
    "8388608, 5000, 30, false",
    "1048576, 900, 600, false",
  })
  void shouldHoldEveryAnswerAndNothingByHalf(long capacity, int keys, int longest, boolean evict)
      throws Exception {
    SplittableRandom random = new SplittableRandom(capacity + keys);
    CuckooStore.Options options = CuckooStore.Options.ofCapacity(capacity).evict(evict);
    Path file = folder.resolve("region");
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(i, keys, longest, evict, random.split()));
    }
    for (int round = 0; round < rounds(); round++) {
      try (CuckooStore store = RecoveryThreads.keep(options, file, threads)) {
        StoreInspector.check(store);
        store.recovery().ifPresent(this::count);
        for (Writer writer : writers) {
          writer.check(store);
        }
        runUntilItEnds(store, writers, random.nextInt(20_000_000));
      }
    }
    System.out.printf("finished %d, redone %d in %d ends%n", finished, redone, rounds());
  }

  private void count(RecoveryReport report) {
    assertThat(report.damaged()).isZero();
    finished += report.finished();
    redone += report.redoneWords();
  }

  private static void runUntilItEnds(CuckooStore store, List<Writer> writers, long nanoseconds)
      throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Writer writer : writers) {
      threads.add(Thread.ofPlatform().start(() -> writer.write(store)));
    }
    Thread.sleep(nanoseconds / 1_000_000, (int) (nanoseconds % 1_000_000));
    store.close();
    for (Thread thread : threads) {
      thread.join();
    }
    for (Writer writer : writers) {
      assertThat(writer.failure).isNull();
    }
  }

  /**
   * What a key has.
   *
   * @param number of the write, of which the value is made; 0 if the key is absent
   */
  private record State(long number, int length, long expiresAt) {

    static final State ABSENT = new State(0, 0, Store.NEVER);
  }

  /**
   * A thread that has keys of its own, and knows of each what it was told and what it asked for.
   */
  private static final class Writer {

    private final int thread;
    private final int keys;
    private final int longest;
    private final boolean evicts;
    private final SplittableRandom random;
    private final Map<Integer, State> told = new HashMap<>();
    private final Map<Integer, State> asked = new HashMap<>();
    private long number;
    private volatile @Nullable Throwable failure;

    Writer(int thread, int keys, int longest, boolean evicts, SplittableRandom random) {
      this.thread = thread;
      this.keys = keys;
      this.longest = longest;
      this.evicts = evicts;
      this.random = random;
    }

    private Slice key(int key) {
      return Slice.of(thread + " " + key);
    }

    private Slice value(State state) {
      byte[] bytes = new byte[8 + state.length];
      new java.util.Random(state.number).nextBytes(bytes);
      ByteBuffer.wrap(bytes).putLong(0, state.number);
      return Slice.of(bytes);
    }

    private State next() {
      long expiresAt = random.nextInt(4) == 0 ? Long.MAX_VALUE - number : Store.NEVER;
      return new State(++number, random.nextInt(longest), expiresAt);
    }

    void write(CuckooStore store) {
      try {
        while (true) {
          step(store);
        }
      } catch (IllegalStateException closed) {
        // The end.
      } catch (Throwable e) {
        failure = e;
      }
    }

    private void step(CuckooStore store) {
      int key = random.nextInt(keys);
      switch (random.nextInt(20)) {
        case 0 -> store.maintain(10_000);
        case 1, 2, 3, 4 -> writeAll(store, key);
        case 5, 6, 7 -> expire(store, key);
        case 8, 9, 10 -> {
          asked.put(key, State.ABSENT);
          answered(store.delete(key(key)));
        }
        default -> {
          State state = next();
          asked.put(key, state);
          answered(store.write(key(key), value(state), WriteCondition.ALWAYS, 0, state.expiresAt));
        }
      }
    }

    private void expire(CuckooStore store, int key) {
      State before = told.getOrDefault(key, State.ABSENT);
      if (before.number == 0) {
        return;
      }
      State state = new State(before.number, before.length, Long.MAX_VALUE - random.nextInt(1000));
      asked.put(key, state);
      Status status = store.expire(key(key), state.expiresAt);
      answered(status);
      if (status == Status.ABSENT) {
        assertThat(evicts).isTrue();
        told.put(key, State.ABSENT);
      }
    }

    private void writeAll(CuckooStore store, int from) {
      WriteBatch batch = new WriteBatch();
      int count = 1 + random.nextInt(MAX_BATCH);
      for (int key = from; key < Math.min(keys, from + count); key++) {
        if (random.nextInt(4) == 0) {
          asked.put(key, State.ABSENT);
          batch.delete(key(key), WriteCondition.ALWAYS, 0);
        } else {
          State state = next();
          asked.put(key, state);
          batch.put(key(key), value(state), state.expiresAt, WriteCondition.ALWAYS, 0);
        }
      }
      answered(store.writeAll(batch));
    }

    private void answered(Status status) {
      if (!status.isError()) {
        told.putAll(asked);
      }
      asked.clear();
    }

    void check(CuckooStore store) {
      int before = 0;
      int after = 0;
      for (int key = 0; key < keys; key++) {
        State found = find(store, key);
        State was = told.getOrDefault(key, State.ABSENT);
        State wanted = asked.get(key);
        boolean isEvicted = evicts && found.equals(State.ABSENT);
        if (wanted != null && !wanted.equals(was) && !isEvicted) {
          assertThat(found).as("key %s of thread %s", key, thread).isIn(was, wanted);
          before += found.equals(was) ? 1 : 0;
          after += found.equals(wanted) ? 1 : 0;
        } else if (!isEvicted) {
          assertThat(found).as("key %s of thread %s", key, thread).isEqualTo(was);
        }
        told.put(key, found);
      }
      assertThat(Math.min(before, after)).as("keys of a batch that was done by half").isZero();
      asked.clear();
    }

    private State find(CuckooStore store, int key) {
      ArraySink found = new ArraySink();
      if (store.get(key(key), found) != Status.FOUND) {
        return State.ABSENT;
      }
      byte[] value = found.value();
      State state =
          new State(ByteBuffer.wrap(value).getLong(0), value.length - 8, found.expiresAt());
      assertThat(value).isEqualTo(value(state).toByteArray());
      return state;
    }
  }
}
