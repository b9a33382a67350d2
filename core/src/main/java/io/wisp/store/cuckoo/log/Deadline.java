// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

/**
 * How long a write that finds no memory waits for others, and the only limit on that: what it waits
 * for is a record that another thread is writing, or has replaced and not yet counted, which takes
 * that thread microseconds, or the copying of a long value, tens of milliseconds. Only a thread
 * that lost its core takes longer. Two seconds are many times what schedulers keep a thread that
 * can run from its core, on a machine with many more such threads than cores too; and clients still
 * wait for the answer.
 */
public final class Deadline {

  public static final long LIMIT_NANOSECONDS = 2_000_000_000;

  private Deadline() {}

  /** The deadline of what starts now, as a time of {@link System#nanoTime}. */
  public static long start() {
    return System.nanoTime() + LIMIT_NANOSECONDS;
  }

  /** Whether a deadline is over. */
  public static boolean hasPassed(long deadline) {
    return System.nanoTime() - deadline >= 0;
  }
}
