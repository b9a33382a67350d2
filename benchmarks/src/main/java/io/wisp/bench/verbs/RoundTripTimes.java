// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When each round trip of a series began, as perftest records it: a latency is the time from one
 * beginning to the next, with whatever lies between them.
 */
final class RoundTripTimes {

  /**
   * Round trips made in one call. A loop over all of them would begin in the interpreter, whatever
   * has been compiled, for each series anew.
   */
  private static final int BLOCK = 20;

  private final long[] beginnings;

  /** Room for so many round trips. */
  RoundTripTimes(int count) {
    beginnings = new long[count + 1];
  }

  private RoundTripTimes(long[] beginnings) {
    this.beginnings = beginnings;
  }

  /** Those that began at these times, but for the last time, at which the last one ended. */
  static RoundTripTimes of(long... beginnings) {
    return new RoundTripTimes(beginnings.clone());
  }

  /** Makes the round trips. Allocates nothing. */
  void measure(Runnable roundTrip) {
    int count = beginnings.length - 1;
    for (int from = 0; from < count; from += BLOCK) {
      measure(roundTrip, from, Math.min(from + BLOCK, count));
    }
    beginnings[count] = System.nanoTime();
  }

  private void measure(Runnable roundTrip, int from, int to) {
    for (int i = from; i < to; i++) {
      beginnings[i] = System.nanoTime();
      roundTrip.run();
    }
  }

  /**
   * Nanoseconds of the median, the 99th percentile, the least, the most and the mean.
   *
   * @param trips by how much to divide a round trip
   */
  Map<String, Object> summary(int trips) {
    long[] sorted = new long[beginnings.length - 1];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = beginnings[i + 1] - beginnings[i];
    }
    Arrays.sort(sorted);
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("p50", at(sorted, 0.5, trips));
    map.put("p99", at(sorted, 0.99, trips));
    map.put("min", (double) sorted[0] / trips);
    map.put("max", (double) sorted[sorted.length - 1] / trips);
    map.put("mean", Arrays.stream(sorted).average().orElse(0) / trips);
    return map;
  }

  private static double at(long[] sorted, double part, int trips) {
    return (double) sorted[(int) (part * (sorted.length - 1))] / trips;
  }
}
