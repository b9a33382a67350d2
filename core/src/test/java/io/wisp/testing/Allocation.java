// SPDX-License-Identifier: Apache-2.0
package io.wisp.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What threads allocate on the heap. What is not yet compiled allocates; so before each round the
 * compilers are waited for, and rounds are repeated until one allocates little enough.
 */
public final class Allocation {

  /** Much less than one object of 16 bytes; the JVM itself allocates now and then. */
  private static final double NOTHING = 1.0;

  private static final int MOST_ROUNDS = 80;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Does some operations. */
  @FunctionalInterface
  public interface Round<E extends Exception> {

    /** Does them. */
    void run() throws E;
  }

  private Allocation() {}

  /** Requires that the calling thread allocates nothing for the operations of a round. */
  public static <E extends Exception> void requireNone(int operations, Round<E> round)
      throws E, InterruptedException {
    requireLess(NOTHING, operations, round);
  }

  /**
   * Requires that threads, by their ids, allocate nothing for the operations of a round.
   *
   * @return how many bytes it was for each, at best
   */
  public static <E extends Exception> double requireNone(
      long[] threads, int operations, Round<E> round) throws E, InterruptedException {
    return requireLess(NOTHING, threads, operations, round);
  }

  /** Requires that the calling thread allocates fewer bytes than so many for each operation. */
  public static <E extends Exception> void requireLess(double bytes, int operations, Round<E> round)
      throws E, InterruptedException {
    requireLess(bytes, new long[] {Thread.currentThread().threadId()}, operations, round);
  }

  private static <E extends Exception> double requireLess(
      double bytes, long[] threads, int operations, Round<E> round) throws E, InterruptedException {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < MOST_ROUNDS && best >= bytes; i++) {
      letTheCompilersCatchUp();
      long before = allocated(threads);
      round.run();
      best = Math.min(best, (double) (allocated(threads) - before) / operations);
    }
    if (best >= bytes) {
      Set<Long> all = Arrays.stream(threads).boxed().collect(Collectors.toSet());
      String where = AllocationSites.of(all, MOST_ROUNDS, round);
      assertThat(best).as("bytes allocated for each operation; %s", where).isLessThan(bytes);
    }
    return best;
  }

  private static long allocated(long[] threads) {
    long sum = 0;
    for (long each : threads) {
      sum += THREADS.getThreadAllocatedBytes(each);
    }
    return sum;
  }

  /** Waits until nothing is compiled any more. */
  public static void letTheCompilersCatchUp() throws InterruptedException {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    long before;
    do {
      before = compilers.getTotalCompilationTime();
      Thread.sleep(100);
    } while (compilers.getTotalCompilationTime() != before);
  }
}
