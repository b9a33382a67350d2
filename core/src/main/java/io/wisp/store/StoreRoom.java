// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/**
 * How many bytes of records a store has room for, so that a write which was decided is not refused
 * when it happens. To look takes time in proportion to the store's memory. So it is looked again
 * only when all that was put since leaves no room, as if nothing had been replaced or deleted.
 *
 * <p>Those who decide in turn what is written to a store share one. Each uses it while alone.
 */
public final class StoreRoom {

  /**
   * Of the memory beside the index so many 16ths are records before a write is refused. Below this
   * none is refused when it happens, by the formula of FORMAT.md, whose records have less than an
   * eighth of a segment.
   */
  private static final int MOST_SIXTEENTHS = 13;

  /** What small tables need for their segments. */
  private static final long SEGMENTS = 512 << 10;

  private final Store store;
  private long left;

  /** That of a store at which nobody has looked. */
  public StoreRoom(Store store) {
    this.store = store;
  }

  /** Bytes that may be put without a look. */
  long left() {
    return left;
  }

  /** Some of them may have been put. */
  void use(long bytes) {
    left -= bytes;
  }

  /** Others may have put, too: the next who asks looks. */
  public void forget() {
    left = 0;
  }

  /** Looks how many there are. */
  long look() {
    StoreStatistics now = store.statistics();
    left = most(now) - now.recordBytes();
    return left;
  }

  /** How many there are once all records are gone. */
  long lookWithoutRecords() {
    return most(store.statistics());
  }

  private static long most(StoreStatistics now) {
    long memory = now.capacityBytes() - now.indexBytes() - SEGMENTS;
    return memory / 16 * MOST_SIXTEENTHS;
  }
}
