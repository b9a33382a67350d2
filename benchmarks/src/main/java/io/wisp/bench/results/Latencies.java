// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import io.wisp.bench.latency.LatencyLog.Interval;
import io.wisp.measure.latency.HistogramText;
import io.wisp.measure.latency.Tally;
import io.wisp.measure.workload.RequestKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Merges the histograms of all forks and iterations of a measurement. */
final class Latencies {

  /** The sum of all kinds. */
  static final String ALL = "all";

  private static final double[] PERCENTILES = {50, 75, 90, 95, 99, 99.9, 99.99, 99.999};

  private Latencies() {}

  /** A latency for each kind that occurred, and if there are several, one for all. */
  static List<RunResult.Latency> merge(List<Interval> intervals) {
    List<RunResult.Latency> merged = new ArrayList<>();
    for (RequestKind kind : RequestKind.values()) {
      List<Interval> ofKind = intervals.stream().filter(each -> each.kind() == kind).toList();
      if (!ofKind.isEmpty()) {
        merged.add(sum(kind.word(), ofKind));
      }
    }
    if (merged.size() > 1) {
      merged.add(sum(ALL, intervals));
    }
    return merged;
  }

  private static RunResult.Latency sum(String operation, List<Interval> intervals) {
    Histogram sum = Tally.newHistogram();
    long misses = 0;
    for (Interval interval : intervals) {
      sum.add(interval.histogram());
      misses += interval.misses();
    }
    return new RunResult.Latency(
        operation,
        sum.getTotalCount(),
        misses,
        sum.getMinValue(),
        sum.getMean(),
        sum.getMaxValue(),
        percentiles(sum),
        HistogramText.encode(sum));
  }

  private static Map<String, Long> percentiles(Histogram histogram) {
    Map<String, Long> values = new LinkedHashMap<>();
    for (double percentile : PERCENTILES) {
      values.put(label(percentile), histogram.getValueAtPercentile(percentile));
    }
    return values;
  }

  static String label(double percentile) {
    String text = Double.toString(percentile);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
