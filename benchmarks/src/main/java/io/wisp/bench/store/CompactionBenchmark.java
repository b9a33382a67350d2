// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.store.cuckoo.CuckooStore;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a put costs in a store that is nearly full: values are replaced at random, and the bytes
 * that compaction moves for each byte that it wins are counted beside the time.
 *
 * <pre>java -jar benchmarks/target/benchmarks.jar CompactionBenchmark -p full=90,95,99</pre>
 *
 * <p>Keys have 16 bytes and values 100 or 92: each is replaced by one of the other size, for what
 * is of the same size is written over the old value and leaves nothing to compact. One thread.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class CompactionBenchmark {

  private static final long CAPACITY = 16L << 20;
  private static final long SEED = 3994;
  private static final int SHORTER_SIZE = MapEntries.VALUE_SIZE - 8;

  /** How full the memory is: per cent of the entries that there are when a put is refused. */
  @Param({"90", "95", "99"})
  public int full;

  private final byte[] keyBytes = new byte[MapEntries.KEY_SIZE];
  private final Slice key = Slice.of(keyBytes);
  private final Slice value = Slice.of(MapEntries.value());
  private final Slice shorter = Slice.of(Arrays.copyOf(MapEntries.value(), SHORTER_SIZE));

  /** The keys that have a shorter value now: half of them. */
  private final BitSet isShorter = new BitSet();

  private final SplittableRandom random = new SplittableRandom(SEED);
  private @Nullable CuckooStore store;
  private long entries;
  private long movedBefore;
  private long wonBefore;

  /** Fills one store to learn how much fits, and another to the wanted share of it. */
  @Setup(Level.Trial)
  public void fill() {
    long fit = 0;
    try (CuckooStore toTheBrim = CuckooStore.open(CAPACITY)) {
      while (put(toTheBrim, fit) == Status.CREATED) {
        fit++;
      }
    }
    isShorter.clear();
    entries = fit * full / 100;
    CuckooStore filled = CuckooStore.open(CAPACITY);
    store = filled;
    for (long number = 0; number < entries; number++) {
      put(filled, number);
    }
    // Until dead records are spread over the segments as they will stay.
    for (long i = 0; i < 2 * entries; i++) {
      replace(filled);
    }
    movedBefore = filled.statistics().relocatedBytes();
    wonBefore = filled.statistics().wonBytes();
  }

  @TearDown(Level.Trial)
  public void close() {
    if (store != null) {
      StoreStatistics statistics = store.statistics();
      System.out.printf(
          Locale.ROOT,
          "%d %% full: %.1f bytes moved for each that was won%n",
          full,
          (double) (statistics.relocatedBytes() - movedBefore)
              / Math.max(1, statistics.wonBytes() - wonBefore));
      store.close();
    }
  }

  /** Creates a key, every other one with a shorter value. */
  private Status put(Store into, long number) {
    isShorter.set((int) number, number % 2 == 0);
    return putNext(into, (int) number);
  }

  /** Puts the value of the size that the key has not. */
  private Status putNext(Store into, int number) {
    isShorter.flip(number);
    MapEntries.writeKey(number, keyBytes);
    return into.put(key, isShorter.get(number) ? shorter : value);
  }

  private void replace(Store in) {
    Status status = putNext(in, random.nextInt((int) entries));
    if (status != Status.REPLACED) {
      throw new IllegalStateException("the table answered a put with " + status);
    }
  }

  @Benchmark
  public void replace(Compaction compaction) {
    CuckooStore open = store;
    if (open != null) {
      replace(open);
    }
  }

  /** What compaction did in an iteration. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.EVENTS)
  public static class Compaction {

    private @Nullable CuckooStore store;
    private long movedBefore;
    private long wonBefore;
    private long moved;
    private long won;

    @Setup(Level.Iteration)
    public void start(CompactionBenchmark benchmark) {
      store = benchmark.store;
      if (store != null) {
        StoreStatistics statistics = store.statistics();
        movedBefore = statistics.relocatedBytes();
        wonBefore = statistics.wonBytes();
      }
    }

    @TearDown(Level.Iteration)
    public void end() {
      if (store != null) {
        StoreStatistics statistics = store.statistics();
        moved = statistics.relocatedBytes() - movedBefore;
        won = statistics.wonBytes() - wonBefore;
      }
    }

    /** Bytes that were copied. */
    public long movedBytes() {
      return moved;
    }

    /** Bytes that were won by it. */
    public long wonBytes() {
      return won;
    }
  }
}
