// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Memory that all connections share; each draws on it through an {@link Account}. */
final class MemoryBudget {

  private static final int UNIT_SHIFT = 10;

  private final Semaphore units;

  MemoryBudget(long bytes) {
    units = new Semaphore((int) Math.min(bytes >> UNIT_SHIFT, Integer.MAX_VALUE));
  }

  private static int unitsOf(int bytes) {
    return (bytes >> UNIT_SHIFT) + 1;
  }

  long availableBytes() {
    return (long) units.availablePermits() << UNIT_SHIFT;
  }

  /** What one connection has drawn. Closing it gives back whatever is left, once. */
  final class Account {

    private int drawn;
    private boolean closed;

    /**
     * Draws memory, and waits a while if there is none: requests that are being executed give some
     * back soon, unless peers hold on to it.
     */
    boolean draw(int bytes, long patienceMillis) {
      int needed = unitsOf(bytes);
      try {
        if (!units.tryAcquire(needed)
            && !units.tryAcquire(needed, patienceMillis, TimeUnit.MILLISECONDS)) {
          return false;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      synchronized (this) {
        if (closed) {
          units.release(needed);
          return false;
        }
        drawn += needed;
      }
      return true;
    }

    synchronized void giveBack(int bytes) {
      if (!closed) {
        drawn -= unitsOf(bytes);
        units.release(unitsOf(bytes));
      }
    }

    synchronized void close() {
      if (!closed) {
        closed = true;
        units.release(drawn);
      }
    }
  }
}
