// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

/**
 * For how long a connection has kept memory without any progress: a request that was executed, a
 * reply that was taken, or {@link #STEP} bytes that were moved.
 */
final class StallClock {

  /** So many bytes show that a client is alive. */
  static final int STEP = 64 << 10;

  private boolean holds;
  private boolean progressed;
  private int moved;

  /** Whether, when that was looked at last, it held nothing but a transaction. */
  private boolean couldThink;

  private long sinceNanos;

  void noteProgress() {
    progressed = true;
  }

  void noteMoved(int bytes) {
    moved += bytes;
    progressed |= moved >= STEP;
  }

  /**
   * To be called when the connection was served.
   *
   * @param holdsNow whether it keeps memory
   * @param mayThink whether it keeps nothing but a transaction
   */
  void look(boolean holdsNow, boolean mayThink) {
    // While it held nothing else its time did not run; so it begins with what it holds now.
    if (holdsNow && (progressed || !holds || (couldThink && !mayThink))) {
      restart();
    }
    holds = holdsNow;
    couldThink = mayThink;
    progressed = false;
  }

  void restart() {
    sinceNanos = System.nanoTime();
    moved = 0;
  }

  /** How long it is by now; 0 if no memory is kept. */
  long nanos(long now) {
    return holds ? now - sinceNanos : 0;
  }
}
