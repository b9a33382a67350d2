// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Allocation;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** Threads of this process by how their names begin, and what they use. */
public final class ServerThreads {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

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
    double best = Allocation.requireNone(all, requests, round::run);
    System.out.printf(Locale.ROOT, "%s: %.3f bytes a request%n", prefix, best);
  }
}
