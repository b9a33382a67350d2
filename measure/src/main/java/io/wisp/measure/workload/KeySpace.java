// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The keys of a run, numbered from 0: those that are there at first, and those that its clients
 * insert. Keys that are inserted after the last possible number begin again at 0, where they
 * replace the oldest. All clients share one.
 */
public final class KeySpace {

  static final long MOST_KEYS = 1_000_000;
  static final long MOST_BYTES = 1L << 30;

  private final long capacity;
  private final long records;
  private final AtomicLong insertions;
  private final AtomicLong acknowledged;

  /**
   * A space with keys in it.
   *
   * @param capacity how many keys are possible
   * @param records how many of them are there at first, 1 to {@code capacity}
   */
  public KeySpace(long capacity, long records) {
    if (records < 1 || records > capacity) {
      throw new IllegalArgumentException("records=" + records + " capacity=" + capacity);
    }
    this.capacity = capacity;
    this.records = records;
    insertions = new AtomicLong(records);
    acknowledged = new AtomicLong(records);
  }

  /**
   * All keys of so many digits, or as many as fill a store within seconds: a million, or a gibibyte
   * of keys and values.
   *
   * @param valueSize bytes of every value
   */
  public static KeySpace fitting(int digits, int valueSize) {
    long all = DecimalKeys.count(digits);
    long fitting = Math.max(1, MOST_BYTES / ((long) digits + valueSize));
    return new KeySpace(all, Math.min(all, Math.min(MOST_KEYS, fitting)));
  }

  /** How many keys were there at first. */
  public long records() {
    return records;
  }

  /** The number of a key to be inserted now. */
  public long insert() {
    return insertions.getAndIncrement() % capacity;
  }

  /** Notes that an insertion was answered. */
  public void acknowledge() {
    acknowledged.getAndIncrement();
  }

  /** How many keys are there, by the insertions that were answered. */
  long population() {
    return Math.min(acknowledged.getOpaque(), capacity);
  }

  /** The number of the key that so many were inserted after, fewer than {@link #population}. */
  long latest(long age) {
    return (acknowledged.getOpaque() - 1 - age) % capacity;
  }
}
