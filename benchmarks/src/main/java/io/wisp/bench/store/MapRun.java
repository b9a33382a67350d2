// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import com.sun.management.ThreadMXBean;
import io.wisp.measure.machine.CoreList;
import io.wisp.measure.machine.ThreadAffinity;
import io.wisp.measure.workload.KeyDistribution;
import io.wisp.measure.workload.KeySpace;
import io.wisp.measure.workload.OperationMix;
import io.wisp.measure.workload.RequestKind;
import io.wisp.measure.workload.RequestSequence;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.ToLongFunction;

/** Some threads ask a map, which has all keys, for a time; each has a core of its own. */
final class MapRun {

  /** Between two looks at the clock, which costs less than half a nanosecond a request then. */
  private static final int BATCH = 1024;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final MapUnderTest map;
  private final int entries;
  private final OperationMix mix;
  private final int together;
  private final Duration time;
  private final long seed;

  /**
   * @param together of so many requests the keys are known before the first of them is made; a
   *     divisor of 1024
   */
  MapRun(MapUnderTest map, int entries, OperationMix mix, int together, Duration time, long seed) {
    if (together < 1 || BATCH % together != 0) {
      throw new IllegalArgumentException("together is " + together + ", no divisor of " + BATCH);
    }
    this.map = map;
    this.entries = entries;
    this.mix = mix;
    this.together = together;
    this.time = time;
    this.seed = seed;
  }

  /** What threads did, all of them together. */
  record Figures(
      double operationsPerSecond,
      double cpuNanosecondsPerOperation,
      double allocatedBytesPerOperation) {}

  /** What one thread did. */
  private record Share(
      long operations, long nanoseconds, long cpuNanoseconds, long allocatedBytes) {

    double perSecond() {
      return operations * 1e9 / nanoseconds;
    }
  }

  /**
   * Measures with a thread on each of these cores.
   *
   * @throws IllegalStateException if a key is absent; the message says so
   */
  Figures measure(List<Integer> cores) {
    CountDownLatch ready = new CountDownLatch(cores.size());
    List<FutureTask<Share>> tasks = new ArrayList<>();
    for (int client = 0; client < cores.size(); client++) {
      CoreList core = new CoreList(List.of(cores.get(client)));
      SplittableRandom random = new SplittableRandom(seed + client);
      RequestSequence requests = requests(mix, entries, random);
      FutureTask<Share> task = new FutureTask<>(() -> ask(core, requests, ready));
      Thread.ofPlatform().daemon().name("asks-" + client).start(task);
      tasks.add(task);
    }
    List<Share> shares = tasks.stream().map(MapRun::result).toList();
    double operations = total(shares, Share::operations);
    return new Figures(
        shares.stream().mapToDouble(Share::perSecond).sum(),
        total(shares, Share::cpuNanoseconds) / operations,
        total(shares, Share::allocatedBytes) / operations);
  }

  private static long total(List<Share> shares, ToLongFunction<Share> part) {
    return shares.stream().mapToLong(part).sum();
  }

  private static Share result(FutureTask<Share> task) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new IllegalStateException(cause.getMessage(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static RequestSequence requests(OperationMix mix, int entries, SplittableRandom random) {
    KeySpace space = new KeySpace(entries, entries);
    return new RequestSequence(mix, new KeyDistribution.Uniform(), space, 0, 1, random);
  }

  private Share ask(CoreList core, RequestSequence requests, CountDownLatch ready)
      throws InterruptedException {
    try (MapUnderTest.Session session = map.session()) {
      try {
        ThreadAffinity.pin(core);
      } finally {
        ready.countDown();
      }
      ready.await();
      RequestKind[] kinds = new RequestKind[together];
      long[] numbers = new long[together];
      long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
      long cpuBefore = THREADS.getCurrentThreadCpuTime();
      long start = System.nanoTime();
      long operations = 0;
      long elapsed;
      do {
        if (together == 1) {
          askBatch(session, requests);
        } else {
          askBatch(session, requests, kinds, numbers);
        }
        operations += BATCH;
        elapsed = System.nanoTime() - start;
      } while (elapsed < time.toNanos());
      return new Share(
          operations,
          elapsed,
          THREADS.getCurrentThreadCpuTime() - cpuBefore,
          THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore);
    }
  }

  private static void askBatch(MapUnderTest.Session session, RequestSequence requests) {
    for (int i = 0; i < BATCH; i++) {
      requests.advance();
      ask(session, requests.kind(), requests.keyNumber());
    }
  }

  private static void askBatch(
      MapUnderTest.Session session, RequestSequence requests, RequestKind[] kinds, long[] numbers) {
    for (int done = 0; done < BATCH; done += numbers.length) {
      for (int i = 0; i < numbers.length; i++) {
        requests.advance();
        kinds[i] = requests.kind();
        numbers[i] = requests.keyNumber();
      }
      session.prefetch(numbers, numbers.length);
      for (int i = 0; i < numbers.length; i++) {
        ask(session, kinds[i], numbers[i]);
      }
    }
  }

  private static void ask(MapUnderTest.Session session, RequestKind kind, long number) {
    if (!session.request(kind, number)) {
      throw new IllegalStateException("key " + number + " was absent");
    }
  }

  /**
   * A number made of the first requests of a mix and of the value: of two programs that have the
   * same one, both ask for the same.
   */
  static long digest(int entries) {
    RequestSequence requests =
        requests(OperationMix.named("mixed"), entries, new SplittableRandom(0));
    long digest = 0;
    for (int i = 0; i < BATCH; i++) {
      requests.advance();
      digest = 31 * digest + 2 * requests.keyNumber();
      digest += requests.kind() == RequestKind.PUT ? 1 : 0;
    }
    byte[] key = new byte[MapEntries.KEY_SIZE];
    MapEntries.writeKey(requests.keyNumber(), key);
    for (byte[] bytes : List.of(key, MapEntries.value())) {
      for (byte each : bytes) {
        digest = 31 * digest + each;
      }
    }
    return digest;
  }
}
