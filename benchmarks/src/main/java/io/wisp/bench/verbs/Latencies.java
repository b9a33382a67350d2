package io.wisp.bench.verbs;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When each round trip of a series began, as perftest records it: a latency is the time from one
 * beginning to the next, with whatever lies between them.
 */
final class Latencies {

  private final long[] beginnings;

  /** Room for so many round trips. */
  Latencies(int count) {
    beginnings = new long[count + 1];
  }

  /** Makes the round trips. Allocates nothing. */
  void measure(RoundTrip roundTrip) {
    long[] times = beginnings;
    for (int i = 0; i < times.length - 1; i++) {
      times[i] = System.nanoTime();
      roundTrip.run();
    }
    times[times.length - 1] = System.nanoTime();
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
