// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.bench.latency.ConnectionEnds;
import io.wisp.bench.results.RunResult.Measurement;
import io.wisp.bench.results.RunResult.Score;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SummaryTableTest {

  private static final Map<String, String> TCP =
      Map.of("transport", "tcp", "payloadSize", "10", "keySize", "3");
  private static final Map<String, String> RDMA =
      Map.of("transport", "rdma", "payloadSize", "10", "keySize", "3", "get", "ring");

  private static Measurement measurement(Map<String, String> parameters, boolean emulated) {
    return measurement(parameters, emulated, 5.0, Map.of());
  }

  private static Measurement measurement(
      Map<String, String> parameters,
      boolean emulated,
      @Nullable Double error,
      Map<String, Score> others) {
    return new Measurement(
        "io.wisp.bench.TransportBenchmark.request",
        "thrpt",
        1,
        2,
        3,
        4,
        List.of(),
        parameters,
        new Score(1234, error, "ops/s", List.of()),
        others,
        new ConnectionEnds("a client", "0", "a server", "1", "", emulated, 1000),
        List.of(),
        null);
  }

  private static String table(Measurement... measurements) {
    return new SummaryTable(
            new RunResult(RunResult.FORMAT, RunResult.VERSION, "a", 1, 0, List.of(measurements)))
        .render();
  }

  @Test
  void shouldMarkTheRowsOfAnEmulatedDeviceAndSayWhatThatMeans() {
    assertThat(table(measurement(TCP, false), measurement(RDMA, true)))
        .containsPattern("(?m)^ +tcp +10 ")
        .containsPattern("(?m)^ *rdma \\(emulated\\) +10 ")
        .endsWith(
            "\n(emulated): Soft-RoCE, RDMA in software;"
                + " only ratios within one machine mean anything\n");
  }

  @Test
  void shouldMarkNothingWhereTheDeviceIsReal() {
    assertThat(table(measurement(TCP, false), measurement(RDMA, false))).doesNotContain("emulated");
  }

  @Test
  void shouldLeaveAParameterEmptyWhereTheTransportHasNoUseForIt() {
    assertThat(table(measurement(TCP, false), measurement(RDMA, false)))
        .startsWith("keySize=3\n")
        .containsPattern("(?m)^transport +payloadSize +get +score ")
        .containsPattern("(?m)^ +tcp +10 +1,234 ")
        .containsPattern("(?m)^ +rdma +10 +ring +1,234 ");
  }

  @Test
  void shouldSayWhichRowsAreUnsteadyAndWhatOthersDidMeanwhile() {
    Map<String, Score> others =
        Map.of(
            "others.busy", new Score(0.5, null, "cores", List.of()),
            "others.stolen", new Score(0.25, null, "cores", List.of()));
    String unsteady = "unsteady; others had 0.50 cores, the hypervisor 0.25";

    assertThat(
            table(measurement(TCP, false, 123.0, others), measurement(RDMA, false, 124.0, others)))
        .containsPattern("(?m)^ +tcp +10 +1,234 +9.97 % +ops/s *$")
        .containsPattern("(?m)^ +rdma +10 +ring +1,234 +10.0 % +ops/s +" + unsteady + "$");
    assertThat(table(measurement(TCP, false, 123.0, others))).doesNotContain("unsteady");
    assertThat(table(measurement(TCP, false, null, others)))
        .containsPattern("(?m)^ +tcp +10 +1,234 +\\? +ops/s$");
  }
}
