// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.transport.Waiting;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The machine's clock. Until a request is due it spins if it is to {@code poll}; sleeps, and spins
 * for the last tenth of a millisecond, which is what Linux may oversleep by, if it is to {@code
 * spin}; and sleeps all the while if it is to {@code sleep}, so that requests go out some tens of
 * microseconds late, which counts in their latency.
 */
public final class SystemLoadClock implements LoadClock {

  private static final long OVERSLEEP_NANOS = 100_000;

  /** Looks for a reply before the core is given away after each, and before it sleeps. */
  private static final int LOOKS_BEFORE_YIELDING = 50;

  private static final int LOOKS_BEFORE_SLEEPING = 200;
  private static final int POLLS_BETWEEN_YIELDS = 1_000;
  private static final long NAP_NANOS = 20_000;

  /** How long it sleeps at most before it looks whether it is stopped. */
  private static final long LONGEST_SLEEP_NANOS = 100_000_000;

  private final Waiting waiting;
  private final BooleanSupplier stopped;
  private int looks;

  /**
   * A clock for one client.
   *
   * @param stopped whether the load is to end before its time
   */
  public SystemLoadClock(Waiting waiting, BooleanSupplier stopped) {
    this.waiting = waiting;
    this.stopped = stopped;
  }

  @Override
  public boolean isStopped() {
    return stopped.getAsBoolean();
  }

  @Override
  public long now() {
    return System.nanoTime();
  }

  @Override
  public void awaitUntil(long time) {
    long spare =
        switch (waiting) {
          case POLL -> Long.MAX_VALUE;
          case SPIN -> OVERSLEEP_NANOS;
          case SLEEP -> 0;
        };
    for (long left = time - now(); left > 0 && !isStopped(); left = time - now()) {
      if (left > spare) {
        LockSupport.parkNanos(Math.min(left - spare, LONGEST_SLEEP_NANOS));
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
      } else {
        Thread.onSpinWait();
      }
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // the server may be waiting for this core
  public void pause(long time) {
    looks++;
    if (waiting == Waiting.POLL) {
      if (looks % POLLS_BETWEEN_YIELDS == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    } else if (waiting == Waiting.SPIN && looks <= LOOKS_BEFORE_YIELDING) {
      Thread.onSpinWait();
    } else if (waiting == Waiting.SPIN && looks <= LOOKS_BEFORE_SLEEPING) {
      Thread.yield();
    } else {
      long left = time - now();
      if (left > 0) {
        LockSupport.parkNanos(Math.min(left, NAP_NANOS));
      }
    }
  }

  @Override
  public void resume() {
    looks = 0;
  }
}
