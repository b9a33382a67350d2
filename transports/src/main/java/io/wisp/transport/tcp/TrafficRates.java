// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What came in the second that has just passed. One thread samples, any thread reads. */
final class TrafficRates implements Runnable {

  /**
   * What came a second.
   *
   * @param requests a second
   * @param received KiB a second
   * @param sent KiB a second
   */
  record Rate(double requests, double received, double sent) {}

  private static final double NANOS_PER_SECOND = 1e9;

  private final Supplier<Totals> totals;
  private Totals before = Totals.NONE;
  private long beforeNanos = System.nanoTime();
  private volatile @Nullable Rate last;

  TrafficRates(Supplier<Totals> totals) {
    this.totals = totals;
    // Loads it, which takes a descriptor: when the first second has passed there may be none.
    var _ = new Rate(0, 0, 0);
  }

  @Override
  public void run() {
    Totals now = totals.get();
    long nowNanos = System.nanoTime();
    double seconds = (nowNanos - beforeNanos) / NANOS_PER_SECOND;
    Totals more = now.since(before);
    last =
        new Rate(
            more.requests() / seconds,
            more.received() / 1024.0 / seconds,
            more.sent() / 1024.0 / seconds);
    before = now;
    beforeNanos = nowNanos;
  }

  /** The last one, or null before the first. */
  @Nullable Rate last() {
    return last;
  }
}
