// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.wisp.bench.latency.ConnectionEnds;
import io.wisp.bench.results.RunResult;
import io.wisp.bench.results.RunResult.Latency;
import io.wisp.bench.results.RunResult.Measurement;
import io.wisp.bench.results.RunResult.Score;
import io.wisp.measure.latency.HistogramText;
import io.wisp.measure.machine.CoreList;
import io.wisp.measure.record.Environment;
import io.wisp.measure.record.Json;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EndToEndTest {

  private static final String SHORT = " -f 1 -wi 1 -i 2 -w 100ms -r 100ms";

  private static final Locale FORMAT = Locale.getDefault(Locale.Category.FORMAT);

  @TempDir Path parent;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void restoreLocale() {
    Locale.setDefault(Locale.Category.FORMAT, FORMAT);
  }

  @Test
  void shouldLeaveAFolderOfWhichEveryFileCanBeReadBack() throws IOException {
    RunResult result = measured("-p transport=tcp -p payloadSize=10,100 -t 2 --rounds 2");
    assertThat(files())
        .containsExactly(
            "environment.json",
            "histograms/001.hlog",
            "histograms/002.hlog",
            "jmh.json",
            "jmh.txt",
            "result.json");
    Environment environment = Json.read(file(Environment.FILE), Environment.class);
    assertThat(environment.commandLine()).contains("payloadSize=10,100");
    assertThat(environment.transports()).contains(new Environment.TransportState("tcp", null));
    assertThat(file("jmh.txt")).content().contains("Benchmark", "TransportBenchmark.request");
    JsonNode jmh = JsonMapper.shared().readTree(file("jmh.json").toFile());
    assertThat(result.rounds()).isEqualTo(2);
    assertThat(result.missing()).isZero();
    assertThat(result.measurements()).hasSize(2);
    assertThat(jmh).hasSize(2);
    for (int i = 0; i < 2; i++) {
      Measurement measurement = result.measurements().get(i);
      assertThat(measurement.forks()).isEqualTo(2);
      assertThat(measurement.threads()).isEqualTo(2);
      assertThat(measurement.score().samples()).hasSize(4);
      assertThat(measurement.score().value())
          .isEqualTo(jmh.get(i).get("primaryMetric").get("score").asDouble());
      assertThat(measurement.parameters().get("payloadSize"))
          .isEqualTo(jmh.get(i).get("params").get("payloadSize").asString());
      assertThat(requireNonNull(measurement.ends()).serverCommand())
          .startsWith("java ")
          .contains("io.wisp.bench.server.ServerProcess tcp 1 false ")
          .endsWith(" auto");
      assertThat(requireNonNull(measurement.ends()).emulated()).isFalse();
      assertThat(measurement.parameters()).containsKey("busyPoll").doesNotContainKey("get");
      shouldHoldTheSameLatenciesInJsonAndInTheLog(measurement);
    }
    assertThat(out())
        .contains("transport  payloadSize")
        .doesNotContain("get=", "device=", "emulated")
        .contains("Results: " + parent.resolve("run"))
        .contains("./wisp report " + parent.resolve("run") + "\n");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldPinBothEndsAsTheTableSays() throws IOException {
    int cores = CoreList.parse(CoreList.allowedHere()).numbers().size();
    RunResult result = measured("-p transport=tcp,shm -p payloadSize=10");
    assertThat(result.measurements())
        .allSatisfy(
            each -> {
              ConnectionEnds ends = requireNonNull(each.ends());
              String placement = requireNonNull(each.parameters().get("placement"));
              boolean shm = "shm".equals(each.parameters().get("transport"));
              assertThat(placement).isEqualTo(shm ? cores < 2 ? "free" : "split" : "shared");
              if (!placement.equals("free")) {
                assertThat(List.of(ends.clientCores(), ends.serverCores()))
                    .allMatch(list -> CoreList.parse(list).numbers().size() == 1);
                assertThat(ends.clientCores().equals(ends.serverCores())).isEqualTo(!shm);
              }
              Score roundTrip = each.secondary().get("coreToCore.roundTrip");
              if (placement.equals("split")) {
                // One is missing where the machine stood still meanwhile.
                assertThat(requireNonNull(roundTrip).samples())
                    .hasSizeBetween(1, each.score().samples().size())
                    .allMatch(nanos -> nanos > 10 && nanos < 100_000);
                assertThat(out()).contains("round trip ns");
              } else {
                assertThat(roundTrip).isNull();
              }
            });
  }

  private void shouldHoldTheSameLatenciesInJsonAndInTheLog(Measurement measurement)
      throws IOException {
    assertThat(measurement.latencies())
        .extracting(Latency::operation)
        .containsExactly("put", "get", "delete", "all");
    Map<String, Histogram> merged = new HashMap<>();
    int intervals = 0;
    try (HistogramLogReader log =
        new HistogramLogReader(file(requireNonNull(measurement.histogramLog())).toFile())) {
      while (log.hasNext()) {
        EncodableHistogram interval = log.nextIntervalHistogram();
        merged
            .computeIfAbsent(interval.getTag(), tag -> new Histogram(3))
            .add((Histogram) interval);
        intervals++;
      }
    }
    assertThat(intervals).isEqualTo(2 * 2 * 3);
    for (Latency latency : measurement.latencies().subList(0, 3)) {
      Histogram fromLog = requireNonNull(merged.get(latency.operation()));
      Histogram fromJson = HistogramText.decode(latency.histogram());
      assertThat(fromJson.getTotalCount()).isEqualTo(latency.count());
      assertThat(fromLog.getTotalCount()).isEqualTo(latency.count());
      assertThat(fromLog.getValueAtPercentile(99)).isEqualTo(latency.percentiles().get("99"));
      assertThat(fromJson.getMaxValue()).isEqualTo(latency.max());
      assertThat(latency.min()).isPositive();
    }
  }

  @Test
  void shouldMeasureItsOwnPriceThroughTheTransportThatDoesNothing() {
    RunResult result = measured("-p transport=null -p payloadSize=10 -p pipeline=1,16");
    assertThat(result.measurements()).hasSize(2);
    assertThat(result.measurements())
        .allSatisfy(each -> assertThat(each.latencies().getLast().count()).isPositive());
  }

  @Test
  void shouldRecordEveryMeasuredRequestAndNoneOfTheWarmUp() {
    RunResult result =
        measured("-p transport=tcp -p payloadSize=10 -p operation=get -bm ss -bs 500 -wbs 300");
    Latency gets = result.measurements().getFirst().latencies().getFirst();
    assertThat(gets.operation()).isEqualTo("get");
    assertThat(gets.count()).isEqualTo(2 * 500);
    assertThat(gets.misses()).isZero();
  }

  @Test
  void shouldMeasureAMapWithoutLatencies() {
    RunResult result = measured("StoreBenchmark -p store=wisp -p entries=1000 -p operation=get");
    Measurement measurement = result.measurements().getFirst();
    assertThat(measurement.latencies()).isEmpty();
    assertThat(measurement.ends()).isNull();
    assertThat(measurement.secondary()).containsKey("gc.alloc.rate.norm");
    assertThat(out())
        .contains("B/op", "Every figure: result.json")
        .doesNotContain("Next:", ".hlog", "./wisp report");
  }

  @Test
  void shouldMeasureEachWayToGetOnceAndATransportWithoutThemOnce() throws IOException {
    Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("ar-EG-u-nu-arab"));
    RunResult result =
        measured(
            "-p transport=null,shm -p payloadSize=10 -p get=ring,onesided -rf csv -rff "
                + parent.resolve("jmh.csv"));
    assertThat(result.missing()).isZero();
    assertThat(result.measurements())
        .extracting(
            each -> each.parameters().get("transport"), each -> each.parameters().get("get"))
        .containsExactlyInAnyOrder(
            tuple("null", null), tuple("shm", "ring"), tuple("shm", "onesided"));
    assertThat(out())
        .contains("null: measured once for all values of get, which it has no use for");
    assertThat(Files.readAllLines(parent.resolve("jmh.csv")))
        .allSatisfy(line -> assertThat(line).matches("\\p{ASCII}+"))
        .filteredOn(line -> !line.contains(":coreToCore.roundTrip"))
        .hasSize(1 + 3 * (1 + 2));
  }

  @Test
  void shouldMarkAFailedRunAndExitWithAnError() {
    int code = run("-p transport=tcp -jvmArgsAppend -XX:NoSuchFlag=1");

    assertThat(code).isEqualTo(1);
    assertThat(parent.resolve("run")).doesNotExist();
    assertThat(parent.resolve("run.FAILED").resolve("FAILED.txt")).exists();
    assertThat(parent.resolve("run.FAILED").resolve(RunResult.FILE)).doesNotExist();
    assertThat(err())
        .contains("The run failed: ")
        .contains("What it left, which is no result: " + parent.resolve("run.FAILED"));
    assertThat(out()).doesNotContain("Results:");
  }

  @Test
  void shouldCallARunFailedOfWhichNothingIsLeftEvenIfToldToGoOn() {
    int code = run("-p transport=tcp -jvmArgsAppend -XX:NoSuchFlag=1 -foe false");

    assertThat(code).isEqualTo(1);
    assertThat(parent.resolve("run")).doesNotExist();
    assertThat(parent.resolve("run.FAILED").resolve("FAILED.txt"))
        .hasContent("nothing was measured; see above for the reason");
  }

  @Test
  void shouldSayThatAServerCannotBeReachedBeforeAnythingRuns() {
    int code = run("-p transport=tcp -p server=127.0.0.1:1");

    assertThat(code).isEqualTo(2);
    assertThat(err()).startsWith("transport=tcp: ").contains("127.0.0.1:1");
    assertThat(parent.toFile().list()).isEmpty();
  }

  private RunResult measured(String commandLine) {
    assertThat(run(commandLine)).as(err()).isZero();
    return Json.read(file(RunResult.FILE), RunResult.class);
  }

  private int run(String commandLine) {
    String results = " --results " + parent.resolve("run") + " -o " + parent.resolve("jmh.txt");
    return BenchmarkCommand.guardedRun(
        List.of((commandLine + SHORT + results).split(" ")),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Path file(String name) {
    return parent.resolve("run").resolve(name);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(parent.resolve("run"))) {
      return all.filter(Files::isRegularFile)
          .map(
              each ->
                  parent.resolve("run").relativize(each).toString().replace(File.separator, "/"))
          .sorted()
          .toList();
    }
  }
}
