// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** Threads of this process by how their names begin, and what they use. */
public final class ServerThreads {

  /** Much less than one object of 16 bytes a request; the JVM itself allocates now and then. */
  private static final double BYTES_PER_REQUEST = 1.0;

  private static final int MOST_ROUNDS = 80;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private ServerThreads() {}

  /** Those whose name begins so. */
  public static List<Thread> named(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(prefix))
        .toList();
  }

  private static LongStream ids(String prefix) {
    return named(prefix).stream().mapToLong(Thread::threadId);
  }

  /** The part of a processor that they use in the next two seconds. */
  public static double processorShare(String prefix) throws InterruptedException {
    long before = processorNanos(prefix);
    long began = System.nanoTime();
    TimeUnit.SECONDS.sleep(2);
    double share = (double) (processorNanos(prefix) - before) / (System.nanoTime() - began);
    System.out.printf(Locale.ROOT, "%s: %.2f %% of a processor%n", prefix, 100 * share);
    return share;
  }

  private static long processorNanos(String prefix) {
    return ids(prefix).map(THREADS::getThreadCpuTime).sum();
  }

  /** Requires that they, and the calling thread, allocate nothing for the requests of a round. */
  public static void requireNoAllocation(String prefix, int requests, Runnable round)
      throws InterruptedException {
    long[] servers = ids(prefix).toArray();
    assertThat(servers).isNotEmpty();
    long[] all =
        LongStream.concat(LongStream.of(servers), LongStream.of(Thread.currentThread().threadId()))
            .toArray();
    double best = Double.MAX_VALUE;
    // What is not yet compiled allocates; so the measurement is taken again until it is.
    for (int i = 0; i < MOST_ROUNDS && best >= BYTES_PER_REQUEST; i++) {
      letTheCompilersCatchUp();
      long before = allocated(all);
      round.run();
      best = Math.min(best, (double) (allocated(all) - before) / requests);
    }
    System.out.printf(Locale.ROOT, "%s: %.3f bytes a request%n", prefix, best);
    assertThat(best).as("bytes allocated for a request").isLessThan(BYTES_PER_REQUEST);
  }

  private static long allocated(long[] threads) {
    long sum = 0;
    for (long each : threads) {
      sum += THREADS.getThreadAllocatedBytes(each);
    }
    return sum;
  }

  private static void letTheCompilersCatchUp() throws InterruptedException {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    long before;
    do {
      before = compilers.getTotalCompilationTime();
      Thread.sleep(100);
    } while (compilers.getTotalCompilationTime() != before);
  }
}
