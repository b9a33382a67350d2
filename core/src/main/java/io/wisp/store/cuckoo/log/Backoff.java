// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import java.util.concurrent.locks.LockSupport;

/** What a thread does between two attempts: spin, then yield, then sleep for a moment. */
public final class Backoff {

  private static final int SPINS = 100;
  private static final int YIELDS = 100;
  private static final long SLEEP_NANOSECONDS = 20_000;

  private Backoff() {}

  /** Gives up the core, which may be the one that the awaited thread needs; later, sleeps. */
  public static void letOthersRun(int attempt) {
    pause(SPINS + attempt);
  }

  /** Pauses after so many attempts in vain, longer after more. */
  @SuppressWarnings("ThreadPriorityCheck") // a holder that lost its core needs this one
  public static void pause(int attempt) {
    if (attempt < SPINS) {
      Thread.onSpinWait();
    } else if (attempt < SPINS + YIELDS) {
      Thread.yield();
    } else {
      LockSupport.parkNanos(SLEEP_NANOSECONDS);
    }
  }
}
