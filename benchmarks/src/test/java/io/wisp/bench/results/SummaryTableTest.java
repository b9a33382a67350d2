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

  private static Measurement shm(List<Double> scores, List<Double> roundTrips, double error) {
    return new Measurement(
        "io.wisp.bench.TransportBenchmark.request",
        "thrpt",
        1,
        2,
        3,
        4,
        List.of(),
        Map.of("transport", "shm", "payloadSize", "10", "keySize", "3"),
        new Score(500, error, "ops/s", scores),
        Map.of("coreToCore.roundTrip", new Score(1, null, "ns", roundTrips)),
        new ConnectionEnds("a client", "0", "a server", "1", "", false, 1000),
        List.of(),
        null);
  }

  @Test
  void shouldTellScoresByHowFarApartTheCoresWere() {
    List<Double> roundTrips = List.of(600.0, 150.0, 160.0, 570.0, 155.0, 580.0, 500.0);
    List<Double> scores = List.of(400.0, 701.0, 700.0, 402.0, 702.0, 401.0, 403.0);
    assertThat(table(measurement(TCP, false), shm(scores, roundTrips, 300)))
        .containsPattern(
            "(?m)^ +shm +10 +500 +60.0 % +ops/s +unsteady: the cores moved, see below$")
        .containsPattern(
            "(?m)^transport +payloadSize +round trip ns +iterations +score +\\+- 99.9 % +unit$")
        .containsPattern("(?m)^ +shm +10 +150-160 +42.9 % +701 +2.60 % +ops/s$")
        .containsPattern("(?m)^ +shm +10 +500-600 +57.1 % +402 +2.08 % +ops/s$");
    assertThat(table(measurement(TCP, false))).doesNotContain("round trip");
  }

  @Test
  void shouldNotExplainByTheCoresWhatIsUnsteadyWhereTheyAre() {
    List<Double> roundTrips = List.of(600.0, 150.0, 160.0, 570.0, 155.0, 580.0);
    List<Double> scores = List.of(400.0, 700.0, 300.0, 402.0, 702.0, 401.0);
    assertThat(table(shm(scores, roundTrips, 300)))
        .containsPattern("(?m) unsteady$")
        .containsPattern("(?m)^ +shm +10 +150-160 +50.0 % ");
    assertThat(table(shm(scores, List.of(1.0, 1.0, 1.0, 1.0, 1.0, 1.0), 300)))
        .containsPattern("(?m) unsteady$")
        .containsPattern("(?m)^ +shm +10 +1 +100 % ");
    assertThat(table(shm(List.of(1.0, 9.0, 5.0, 7.0), List.of(1.0, 1.0, 9.0, 9.0), 300)))
        .containsPattern("(?m) unsteady$")
        .containsPattern("(?m)^ +shm +10 +9 +50.0 % +6.00 +\\? ");
    assertThat(table(shm(scores, List.of(9.0, 1.0, 1.0, 9.0, 1.0, 9.0), 300)))
        .containsPattern("(?m) unsteady$");
    assertThat(
            table(
                shm(
                    List.of(400.0, 400.0, 401.0, 400.0, 400.0, 401.0),
                    List.of(1.0, 1.0, 1.0, 9.0, 9.0, 9.0),
                    300)))
        .containsPattern("(?m) unsteady$");
  }
}
