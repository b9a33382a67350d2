// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.time.Duration;

/** What closing something needs of its threads. */
public final class Threads {

  private static final Duration FOREVER = Duration.ofDays(36_500);

  private Threads() {}

  /** Waits until a thread has ended, if it was started. An interrupt is kept for later. */
  public static void joinUninterruptibly(Thread thread) {
    joinUninterruptibly(thread, FOREVER);
  }

  /** {@link #joinUninterruptibly(Thread)} for at most so long. */
  public static void joinUninterruptibly(Thread thread, Duration atMost) {
    boolean interrupted = Thread.interrupted();
    long end = System.nanoTime() + atMost.toNanos();
    while (thread.isAlive() && end - System.nanoTime() > 0) {
      try {
        thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
