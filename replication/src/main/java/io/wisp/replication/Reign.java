// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.concurrent.TimeUnit;

/**
 * The time for which a member leads its group in one term. It is closed at first: another leader
 * may hold a lease that was granted before this one was elected, and answer reads by it. When that
 * has surely ended, and the member has carried out all that was committed before, it is opened.
 *
 * <p>A lease begins when an entry is proposed, and counts once that is committed in this term.
 * Whoever is elected later has the vote of a member that had the entry, so it was elected after the
 * lease's beginning, and stays closed for longer than it holds. Thread-safe.
 */
final class Reign {

  /** How long a lease holds, by the clock of the member that has it. */
  static final long LEASE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** How long a reign stays closed, by the clock of its member: clocks may run that differently. */
  static final long CLOSED_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  private final long term;
  private final long began;
  private volatile boolean open;
  private volatile long leasedUntil;

  /**
   * One that begins, and is closed.
   *
   * @param now {@link System#nanoTime}, read after the member was elected
   */
  Reign(long term, long now) {
    this.term = term;
    began = now;
    leasedUntil = now;
  }

  long term() {
    return term;
  }

  /** Whether no older lease can hold. */
  boolean mayOpen(long now) {
    return now - began >= CLOSED_NANOS;
  }

  void open() {
    open = true;
  }

  boolean isOpen() {
    return open;
  }

  /**
   * An entry was committed and carried out.
   *
   * @param proposed {@link System#nanoTime}, read before it was proposed
   * @param appliedTerm the term of an entry that was carried out, this one or a later one
   * @return whether it was committed in this term
   */
  synchronized boolean prove(long proposed, long appliedTerm) {
    // The entry's term is no less than this one, and no greater than the last.
    if (appliedTerm != term) {
      return false;
    }
    long until = proposed + LEASE_NANOS;
    if (until - leasedUntil > 0) {
      leasedUntil = until;
    }
    return true;
  }

  /** For how long the lease still holds; 0 or less if it does not. */
  long leaseNanos(long now) {
    return leasedUntil - now;
  }
}
