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
 * lease's beginning, and stays closed for longer than it holds.
 *
 * <p>Clients that read the table themselves are told how much of the lease is left when their
 * request has arrived, and count that from before they sent it. So what they have ends no later
 * than this member's own lease, but for how differently three clocks may run. The same holds for
 * whoever comes after a process, whether as a leader or alone with the folder: he stays closed for
 * as long. Thread-safe.
 */
final class Reign {

  /** Whether there are leases; if not, each read waits for an entry. */
  static final boolean LEASES =
      Boolean.parseBoolean(System.getProperty("wisp.data.leases", "true"));

  /** How long a lease holds, by the clock of whoever has it: the member, or a client. */
  static final long LEASE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /**
   * How long a reign stays closed, by the clock of its member: clocks may run that differently.
   * Whoever must know that nobody has an older lease waits for so long.
   */
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

  /** Waits until no lease holds that may have been granted before a time. */
  static void outlastLeases(long since) {
    boolean interrupted = false;
    long left = CLOSED_NANOS - (System.nanoTime() - since);
    while (left > 0) {
      try {
        TimeUnit.NANOSECONDS.sleep(left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      left = CLOSED_NANOS - (System.nanoTime() - since);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
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
