// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import java.time.Duration;

/**
 * What an open loop offers: so many requests in a time, of all clients together.
 *
 * @param requestsPerSecond the rate, more than 0
 * @param requests how many at that rate
 * @param arrivals when in that time
 */
public record OfferedLoad(double requestsPerSecond, long requests, Arrivals arrivals) {

  /** The part of the offered rate that must be reached, for less is saturation. */
  public static final double REACHED = 0.99;

  /**
   * How many requests tell whether a rate is reached: of fewer, one that is late is already more
   * than the part that may be missing.
   */
  public static final long TELLING_REQUESTS = Math.round(1 / (1 - REACHED));

  /** What a product of a rate and a time may fall short of a whole number by rounding. */
  private static final double ROUNDING = 1e-6;

  /** So many requests, but none that is due after a time; there may be none at all. */
  public static OfferedLoad of(
      double requestsPerSecond, long mostRequests, Duration longest, Arrivals arrivals) {
    long requests = Math.min(mostRequests, inTime(requestsPerSecond, longest.toNanos() / 1e9));
    return new OfferedLoad(requestsPerSecond, requests, arrivals);
  }

  private static long inTime(double requestsPerSecond, double seconds) {
    return (long) (requestsPerSecond * seconds + ROUNDING);
  }

  /** How long it is offered for. */
  public long nanoseconds() {
    return Math.round(requests / requestsPerSecond * 1e9);
  }

  /** Whether there are enough requests to tell if the rate is reached. */
  public boolean tells() {
    return requests >= TELLING_REQUESTS;
  }

  /**
   * After so long the rate cannot be reached any more, however fast the rest is answered; never
   * where that cannot be told.
   */
  long giveUpNanoseconds() {
    return tells() ? Math.round(nanoseconds() / REACHED) : Long.MAX_VALUE / 2;
  }

  /**
   * The same for a tenth of the time, but at most a second: what comes before, unrecorded. At a low
   * rate that may be no request.
   */
  public OfferedLoad settling() {
    double seconds = Math.min(nanoseconds() / 1e10, 1);
    return new OfferedLoad(requestsPerSecond, inTime(requestsPerSecond, seconds), arrivals);
  }
}
