// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import io.wisp.measure.workload.KeyDistribution;
import io.wisp.measure.workload.KeySpace;
import io.wisp.measure.workload.OperationMix;
import io.wisp.measure.workload.RequestSequence;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.infra.ThreadParams;

/**
 * Wisp's table against other maps inside one process: millions of operations a second, and bytes
 * allocated by each.
 *
 * <pre>java -jar benchmarks/target/benchmarks.jar StoreBenchmark -t 2 -p entries=1000000</pre>
 *
 * <p>Keys have 16 bytes and values 100. No latencies are recorded: reading the clock costs as much
 * as the operation. {@code -bm sample} has JMH time a sample.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
      "-Dslf4j.internal.verbosity=ERROR",
      // What Chronicle Map reaches into.
      "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
      "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
      "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
      "--add-opens=java.base/java.io=ALL-UNNAMED",
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
      "--add-opens=java.base/java.nio=ALL-UNNAMED",
      "--add-opens=java.base/java.util=ALL-UNNAMED",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
      "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
    })
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StoreBenchmark {

  private static final long SEED = 3994;

  /** Which map: wisp, concurrent-hash-map or chronicle-map. */
  @Param({"wisp", "concurrent-hash-map", "chronicle-map"})
  public String store = "";

  /** How many keys there are. */
  @Param({"1000", "1000000"})
  public int entries;

  /** What is asked for: get, put, delete, mixed (95 % get) or wisp (a third each). */
  @Param({"get", "put", "mixed"})
  public String operation = "";

  private @Nullable MapUnderTest map;

  @Setup(Level.Trial)
  public void fill() {
    map = MapKind.labelled(store).open(entries);
    OperationMix mix = OperationMix.named(operation);
    try (MapUnderTest.Session session = map.session()) {
      for (long number = 0; number < entries; number++) {
        if (mix.startsPresent(number)) {
          session.put(number);
        }
      }
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    if (map != null) {
      map.close();
    }
  }

  @Benchmark
  public boolean request(User user) {
    return user.request();
  }

  /** A thread's part: its random numbers and buffers. */
  @State(Scope.Thread)
  public static class User {

    private MapUnderTest.@Nullable Session session;
    private @Nullable RequestSequence requests;

    @Setup(Level.Trial)
    public void open(StoreBenchmark benchmark, ThreadParams thread) {
      session = Objects.requireNonNull(benchmark.map, "the map was not opened").session();
      requests =
          new RequestSequence(
              OperationMix.named(benchmark.operation),
              new KeyDistribution.Uniform(),
              new KeySpace(benchmark.entries, benchmark.entries),
              thread.getThreadIndex(),
              thread.getThreadCount(),
              new SplittableRandom(SEED + thread.getThreadIndex()));
    }

    @TearDown(Level.Trial)
    public void close() {
      if (session != null) {
        session.close();
      }
    }

    boolean request() {
      MapUnderTest.Session open = Objects.requireNonNull(session, "the map was not opened");
      RequestSequence sequence = Objects.requireNonNull(requests, "the map was not opened");
      sequence.advance();
      return open.request(sequence.kind(), sequence.keyNumber());
    }
  }
}
