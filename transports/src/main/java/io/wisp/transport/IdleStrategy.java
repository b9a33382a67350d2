// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

/**
 * What a thread does each time it has looked in vain: it spins, then yields, then sleeps, as {@link
 * Waiting} says. It gives the core away now and then even while it polls, because the thread that
 * is waited for may need this very core. It belongs to one thread, and allocates nothing.
 */
public final class IdleStrategy {

  /** Looks before a thread that polls gives its core away, and between two times that it does. */
  private static final int POLLS_PER_YIELD = 1_000;

  /** Looks before a thread that spins gives its core away after each. */
  private static final int LOOKS_BEFORE_YIELDING = 50;

  private static final long SPIN_NANOS = 50_000;

  /** How a thread sleeps. */
  @FunctionalInterface
  public interface Sleeper {

    /** Sleeps until something has come, or for at most so long. */
    void await(long nanoseconds);
  }

  private final Waiting waiting;
  private final Sleeper sleeper;
  private final long longestSleepNanos;
  private final int pollsPerYield;
  private int looks;
  private long spinUntil;

  private IdleStrategy(
      Waiting waiting, Sleeper sleeper, long longestSleepNanos, int pollsPerYield) {
    this.waiting = waiting;
    this.sleeper = sleeper;
    this.longestSleepNanos = longestSleepNanos;
    this.pollsPerYield = pollsPerYield;
  }

  /** For a thread whose looks cost next to nothing. */
  public IdleStrategy(Waiting waiting, Sleeper sleeper, long longestSleepNanos) {
    this(waiting, sleeper, longestSleepNanos, POLLS_PER_YIELD);
  }

  /** {@link Waiting#POLL} for a thread whose looks are system calls, a number of which a yield. */
  public static IdleStrategy polling(int looksPerYield) {
    return new IdleStrategy(Waiting.POLL, nanoseconds -> {}, 0, looksPerYield);
  }

  /** Something came. */
  public void reset() {
    looks = 0;
  }

  /**
   * Nothing came: waits for a moment, or until something does.
   *
   * @return whether it slept
   */
  @SuppressWarnings("ThreadPriorityCheck") // the other side may be waiting for this core
  public boolean pause() {
    looks++;
    if (waiting == Waiting.POLL) {
      if (looks >= pollsPerYield) {
        looks = 0;
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    } else if (waiting == Waiting.SLEEP || spun()) {
      sleeper.await(longestSleepNanos);
      return true;
    } else if (looks < LOOKS_BEFORE_YIELDING) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
    return false;
  }

  private boolean spun() {
    if (looks == 1) {
      spinUntil = System.nanoTime() + SPIN_NANOS;
      return false;
    }
    return looks > LOOKS_BEFORE_YIELDING && System.nanoTime() - spinUntil > 0;
  }
}
