// SPDX-License-Identifier: Apache-2.0
package io.wisp.testing;

import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Waits for what happens sooner or later. */
public final class Eventually {

  /** More than the busiest machine needs; the time limit of a test may end it before. */
  private static final long BOUND_SECONDS = 120;

  /** Something that becomes so. */
  @FunctionalInterface
  public interface Condition<E extends Exception> {

    /** Whether it is so by now. */
    boolean holds() throws E;
  }

  private Eventually() {}

  /**
   * Waits until something is so.
   *
   * @throws AssertionError if that takes too long
   */
  public static <E extends Exception> void await(Condition<E> condition)
      throws E, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("it has not happened in " + BOUND_SECONDS + " s");
      }
      Thread.sleep(5);
    }
  }

  /**
   * Waits until something is so of one of some numbers.
   *
   * @param end behind the last of them
   * @return that number
   */
  public static int awaitAny(int first, int end, IntPredicate condition)
      throws InterruptedException {
    int[] found = {end};
    await(
        () -> {
          found[0] = IntStream.range(first, end).filter(condition).findFirst().orElse(end);
          return found[0] < end;
        });
    return found[0];
  }
}
