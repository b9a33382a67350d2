// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.bench.latency.ConnectionEnds;
import io.wisp.bench.latency.LatencyLog.Interval;
import io.wisp.measure.latency.HistogramText;
import io.wisp.measure.latency.Tally;
import io.wisp.measure.workload.RequestKind;
import java.io.IOException;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatenciesTest {

  @Test
  void shouldTakePercentilesOfTheMergedHistogramNotTheirAverage() {
    Interval busy = interval(RequestKind.GET, 2, 990, 1_000);
    Interval slow = interval(RequestKind.GET, 1, 10, 100_000);

    RunResult.Latency merged = Latencies.merge(List.of(busy, slow)).getFirst();

    assertThat(merged.operation()).isEqualTo("get");
    assertThat(merged.count()).isEqualTo(1_000);
    assertThat(merged.misses()).isEqualTo(3);
    assertThat(merged.percentiles().get("50")).isEqualTo(1_000);
    assertThat(merged.percentiles().get("99")).isEqualTo(1_000);
    assertThat(merged.percentiles().get("99.9")).isBetween(100_000L, 100_200L);
    assertThat(merged.max()).isBetween(100_000L, 100_200L);
    assertThat(merged.mean()).isBetween(1_985.0, 1_995.0);
  }

  @Test
  void shouldKeepOperationsApartAndAddTheirSum() throws IOException {
    List<RunResult.Latency> merged =
        Latencies.merge(
            List.of(
                interval(RequestKind.PUT, 0, 5, 300),
                interval(RequestKind.GET, 0, 7, 100),
                interval(RequestKind.PUT, 0, 5, 300)));

    assertThat(merged)
        .extracting(RunResult.Latency::operation)
        .containsExactly("put", "get", "all");
    assertThat(merged).extracting(RunResult.Latency::count).containsExactly(10L, 7L, 17L);
    Histogram all = HistogramText.decode(merged.getLast().histogram());
    assertThat(all.getCountAtValue(300)).isEqualTo(10);
    assertThat(all.getCountAtValue(100)).isEqualTo(7);
  }

  private static Interval interval(RequestKind kind, long misses, int count, long value) {
    Histogram histogram = Tally.newHistogram();
    histogram.recordValueWithCount(value, count);
    return new Interval("b", 1, kind, misses, histogram, ConnectionEnds.NONE);
  }
}
