package io.wisp.cli.perf.load;

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

  /** So many requests, but none that is due after a time, and at least one. */
  public static OfferedLoad of(
      double requestsPerSecond, long mostRequests, Duration longest, Arrivals arrivals) {
    double inTime = requestsPerSecond * (longest.toNanos() / 1e9);
    long requests = Math.max(1, Math.min(mostRequests, Math.round(inTime)));
    return new OfferedLoad(requestsPerSecond, requests, arrivals);
  }

  /** How long it is offered for. */
  public long nanoseconds() {
    return Math.round(requests / requestsPerSecond * 1e9);
  }

  /** After so long the rate cannot be reached any more, however fast the rest is answered. */
  long giveUpNanoseconds() {
    return Math.round(nanoseconds() / REACHED);
  }

  /** The same for a tenth of the time, but at most a second: what comes before, unrecorded. */
  public OfferedLoad settling() {
    double seconds = Math.min(nanoseconds() / 1e10, 1);
    return new OfferedLoad(
        requestsPerSecond, Math.max(1, Math.round(requestsPerSecond * seconds)), arrivals);
  }
}
