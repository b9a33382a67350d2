// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyHistogramsTest {

  @Test
  void shouldKeepKindsApart() {
    LatencyHistograms latencies = new LatencyHistograms(List.of(RequestKind.GET, RequestKind.PUT));

    latencies.record(RequestKind.GET, 100, true);
    latencies.record(RequestKind.GET, 200, false);
    latencies.record(RequestKind.PUT, 300, false);

    assertThat(latencies.count(RequestKind.GET)).isEqualTo(2);
    assertThat(latencies.misses(RequestKind.GET)).isEqualTo(1);
    assertThat(latencies.count(RequestKind.PUT)).isEqualTo(1);
    assertThat(latencies.count(RequestKind.DELETE)).isZero();
  }

  @Test
  void shouldCountALatencyBeyondTheRangeAsTheLongest() {
    LatencyHistograms latencies = new LatencyHistograms(List.of(RequestKind.GET));

    latencies.record(RequestKind.GET, Long.MAX_VALUE, false);

    assertThat(latencies.histogram(RequestKind.GET).getMaxValue())
        .isGreaterThanOrEqualTo(LatencyHistograms.HIGHEST_NANOS);
  }

  @Test
  void shouldSumClientsThatRecordedDifferentKinds() {
    LatencyHistograms sum = new LatencyHistograms(List.of());
    LatencyHistograms first = new LatencyHistograms(List.of(RequestKind.GET));
    LatencyHistograms second = new LatencyHistograms(List.of(RequestKind.GET, RequestKind.PUT));
    first.record(RequestKind.GET, 100, true);
    second.record(RequestKind.GET, 900, true);
    second.record(RequestKind.PUT, 500, false);

    sum.add(first);
    sum.add(second);

    assertThat(sum.count(RequestKind.GET)).isEqualTo(2);
    assertThat(sum.misses(RequestKind.GET)).isEqualTo(2);
    assertThat(sum.histogram(RequestKind.GET).getMaxValue()).isEqualTo(900);
    assertThat(sum.count(RequestKind.PUT)).isEqualTo(1);
  }

  @Test
  void shouldForgetEverythingOnReset() {
    LatencyHistograms latencies = new LatencyHistograms(List.of(RequestKind.GET));
    latencies.record(RequestKind.GET, 100, true);

    latencies.reset();

    assertThat(latencies.count(RequestKind.GET)).isZero();
    assertThat(latencies.misses(RequestKind.GET)).isZero();
  }

  @Test
  void shouldRefuseAKindThatWasNotForeseen() {
    LatencyHistograms latencies = new LatencyHistograms(List.of(RequestKind.GET));

    assertThatThrownBy(() -> latencies.record(RequestKind.PUT, 1, false))
        .hasMessage("no put was to be recorded");
  }
}
