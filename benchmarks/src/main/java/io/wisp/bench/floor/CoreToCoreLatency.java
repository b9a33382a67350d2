// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.floor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * How long a cache line takes from one core to another and back: each of two threads waits for the
 * other's number and writes the next one. No request through shared memory takes less, and no
 * change to Wisp changes it. The cores of a virtual machine have no place of their own: the
 * hypervisor moves them, so that two share a cache now and lie far apart a second later.
 *
 * <p>For one thread.
 */
public final class CoreToCoreLatency {

  private static final VarHandle NUMBER = MethodHandles.arrayElementVarHandle(long[].class);

  // Further apart than two lines, for some processors fetch them as a pair.
  private static final int THERE = 32;
  private static final int BACK = 64;
  private static final int LENGTH = 96;

  private static final long END = -1;

  /** Round trips that are timed together, so that reading the clock costs them little. */
  private static final int BATCH = 64;

  private static final int BATCHES = 200;

  /** The clock is not looked at more often: where it is a system call, that takes longer. */
  private static final int LOOKS = 1 << 10;

  private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /**
   * Measures it between the core of the thread that calls and another one. Somebody may poll on the
   * other: the kernel has both take turns, and the median is that of the turns.
   *
   * @param move brings the thread that calls it to the other core
   * @return nanoseconds of a round trip, after some 10 ms; empty if the other core was silent for
   *     500 ms
   */
  public static OptionalDouble roundTripNanos(Runnable move) {
    long[] lines = new long[LENGTH];
    Thread echo =
        Thread.ofPlatform()
            .daemon()
            .name("echo of a cache line")
            .start(
                () -> {
                  try {
                    move.run();
                  } catch (RuntimeException e) {
                    // The other core cannot be had, and is as good as silent.
                    return;
                  }
                  echo(lines);
                });
    try {
      return measure(lines);
    } finally {
      NUMBER.setRelease(lines, THERE, END);
      await(echo);
    }
  }

  private CoreToCoreLatency() {}

  private static void await(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void echo(long[] lines) {
    long last = 0;
    while (last != END) {
      long number = (long) NUMBER.getAcquire(lines, THERE);
      if (number != last) {
        NUMBER.setRelease(lines, BACK, number);
        last = number;
      }
    }
  }

  private static OptionalDouble measure(long[] lines) {
    double[] batches = new double[BATCHES];
    long begin = System.nanoTime();
    long number = 0;
    int looks = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
      long start = System.nanoTime();
      for (int i = 0; i < BATCH; i++) {
        NUMBER.setRelease(lines, THERE, ++number);
        while ((long) NUMBER.getAcquire(lines, BACK) != number) {
          if (++looks % LOOKS == 0 && System.nanoTime() - begin > PATIENCE_NANOS) {
            return OptionalDouble.empty();
          }
        }
      }
      batches[batch] = (System.nanoTime() - start) / (double) BATCH;
    }
    Arrays.sort(batches);
    return OptionalDouble.of(batches[BATCHES / 2]);
  }
}
