// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import io.wisp.transport.Waiting;

/**
 * What a thread does each time it has looked in vain. It gives the core away now and then even
 * while it polls, because the thread that is waited for may need this very core.
 */
public final class IdleStrategy {

  /** Looks before a thread that polls gives its core away, and between two times that it does. */
  private static final int POLLS_BETWEEN_YIELDS = 1_000;

  /** Looks before a thread that spins gives its core away after each. */
  private static final int LOOKS_BEFORE_YIELDING = 50;

  private static final long SPIN_NANOS = 50_000;

  private final Waiting waiting;
  private final Port port;
  private final long longestSleepNanos;
  private int looks;
  private long spinUntil;

  public IdleStrategy(Waiting waiting, Port port, long longestSleepNanos) {
    this.waiting = waiting;
    this.port = port;
    this.longestSleepNanos = longestSleepNanos;
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
      if (looks % POLLS_BETWEEN_YIELDS == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    } else if (waiting == Waiting.SLEEP || spun()) {
      port.await(longestSleepNanos);
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
