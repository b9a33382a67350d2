// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.bench.latency.LatencyLog.Interval;
import io.wisp.measure.latency.HistogramText;
import io.wisp.measure.latency.Tally;
import io.wisp.measure.workload.RequestKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyLogTest {

  private static final ConnectionEnds CONNECTION =
      ConnectionEnds.of("a client\nwith\ttwo lines", "0", "a server", "1", "java Server", 1000);

  @TempDir Path folder;

  @Test
  void shouldReadBackEveryIntervalInTheOrderOfTime() throws IOException {
    Histogram late = histogram(2_000, 7_000, 8_000);
    Histogram early = histogram(1_000, 5_000);
    LatencyLog.append(folder, new Interval("b", 7, RequestKind.GET, 3, late, CONNECTION));
    LatencyLog.append(folder, new Interval("b", 8, RequestKind.PUT, 0, early, CONNECTION));

    List<Interval> read = LatencyLog.readAll(folder);

    assertThat(read).extracting(Interval::process).containsExactly(8L, 7L);
    assertThat(read).extracting(Interval::kind).containsExactly(RequestKind.PUT, RequestKind.GET);
    assertThat(read).extracting(Interval::misses).containsExactly(0L, 3L);
    assertThat(read).extracting(Interval::histogram).containsExactly(early, late);
    assertThat(read.getLast().histogram().getTag()).isEqualTo("get");
    assertThat(read.getLast().histogram().getEndTimeStamp()).isEqualTo(2_500);
    assertThat(read.getLast().ends().client()).isEqualTo("a client with two lines");
    assertThat(read.getLast().ends().keys()).isEqualTo(1000);
  }

  @Test
  void shouldRefuseALineThatWasCutOff() throws IOException {
    Files.writeString(folder.resolve("7.tsv"), "b\tget\t0\n");

    assertThatThrownBy(() -> LatencyLog.readAll(folder))
        .hasMessageContaining("cannot read the recorded latencies")
        .hasRootCauseMessage("a line of process 7 has 3 fields, not 12");
  }

  @Test
  void shouldRefuseWhatIsNoHistogram() {
    assertThatThrownBy(() -> HistogramText.decode("???"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a compressed histogram");
  }

  private static Histogram histogram(long start, long... values) {
    Histogram histogram = Tally.newHistogram();
    for (long value : values) {
      histogram.recordValue(value);
    }
    histogram.setStartTimeStamp(start);
    histogram.setEndTimeStamp(start + 500);
    return histogram;
  }
}
