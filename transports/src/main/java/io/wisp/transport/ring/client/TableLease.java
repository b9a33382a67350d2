// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Until when what was read in the table of a server counts that stands behind a log. Memory can be
 * read of a server that is paused, cut off or deposed, while another one writes. So the server says
 * in its replies for how long nobody else does, and what a read brings counts only if a look at the
 * clock behind the read still comes before that end.
 *
 * <p>The server looks at its clock when the request has arrived, and says how much is left; here it
 * is counted from before the request was sent, which is no later. So no clocks need agree, and it
 * does not matter where a message or one of the two sides was held up. Each end that was told is
 * right by itself, and the last one counts; but only for reads that began when it was known. The
 * server may have lost its lead and won it again since an earlier lease was over, and what was read
 * meanwhile is covered by neither. How much faster a clock may run than another one, the servers
 * allow for: a new leader waits for longer than a lease holds.
 *
 * <p>One request at a time asks. It belongs to one connection, and to one thread.
 */
final class TableLease {

  private static final long NONE = -1;

  private final LongSupplier nanoTime;

  /** The request that asks, or {@link #NONE}, and a time before it was sent. */
  private long asking = NONE;

  private long askedAt;
  private boolean held;

  /** When all leases that were told are over; at first a time that has passed. */
  private long end;

  private long lapses;

  /**
   * None so far.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  TableLease(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    end = nanoTime.getAsLong();
  }

  /**
   * To be called before a request is sent.
   *
   * @param request its number
   * @return whether its reply shall say for how long the table may be read
   */
  boolean askBy(long request) {
    if (asking != NONE) {
      return false;
    }
    asking = request;
    askedAt = nanoTime.getAsLong();
    return true;
  }

  /**
   * A request was answered.
   *
   * @param micros for how long, from a moment after the request had arrived; 0 for not at all
   */
  void answered(long request, long micros) {
    if (request != asking) {
      return;
    }
    asking = NONE;
    long told = askedAt + TimeUnit.MICROSECONDS.toNanos(micros);
    if (micros > 0 && told - end > 0) {
      held = true;
      end = told;
    }
  }

  /** Whether it was not over when the clock was last looked at, so that to read may be of use. */
  boolean mayHold() {
    return held;
  }

  /** Until when reads count that begin now, for {@link #holdsUntil}. */
  long end() {
    return end;
  }

  /**
   * Whether what was read before this call counts. If not, it is as if it had not been read.
   *
   * @param end as it was when the first of the reads began
   */
  boolean holdsUntil(long end) {
    if (nanoTime.getAsLong() - end < 0) {
      return true;
    }
    held = held && end != this.end;
    lapses++;
    return false;
  }

  /** How much was read in vain. */
  long lapses() {
    return lapses;
  }
}
