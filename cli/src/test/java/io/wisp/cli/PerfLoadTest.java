// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.fake.CorruptStore;
import io.wisp.store.HeapStore;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class PerfLoadTest {

  @TempDir Path folder;

  private final RunningFakeServer server = new RunningFakeServer();

  @AfterEach
  void closeServer() {
    server.close();
  }

  private Path file() {
    return folder.resolve("result.json");
  }

  private Run perf(RunningFakeServer at, String options) {
    return Run.of(arguments(at, options));
  }

  private String[] arguments(RunningFakeServer at, String options) {
    return at.perf("--key_size 3 --json " + file() + " " + options);
  }

  private Run measured(String options) {
    return Run.reachingItsRate(arguments(server, options));
  }

  private static Histogram histogram(JsonNode node) throws Exception {
    byte[] compressed = Base64.getDecoder().decode(node.asString());
    return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(compressed), 0);
  }

  @Test
  void shouldShowLatencySinceRequestsWereDueAndServiceTimeBesideIt() throws Exception {
    Run run = measured("--payload_size 100 --rate 500 --duration 1s --warmup 100");
    assertThat(run.out())
        .contains("1 client, one request at a time, open loop, poisson arrivals, mix put:1")
        .contains("requests   500 a second, for 1 s each, after 100 to warm up")
        .containsPattern("(?m)^offered +500 requests/s$")
        .containsPattern("(?m)^all +500 ")
        .contains("the same from when a request was sent, not from when it was due:")
        .containsPattern("(?m)^qps +(49[5-9]|500)$")
        .doesNotContain("SATURATED");
    JsonNode root = PerfJson.read(file());
    assertThat(root.at("/settings/arrivals").asString()).isEqualTo("poisson");
    assertThat(root.at("/settings/durationNanoseconds").asLong()).isEqualTo(1_000_000_000);
    assertThat(root.at("/settings/rates/0").asDouble()).isEqualTo(500);
    assertThat(root.at("/runs/0/offeredPerSecond").asDouble()).isEqualTo(500);
    assertThat(root.at("/runs/0/shortfall").asDouble()).isZero();
    JsonNode all = root.at("/runs/0/operations/all");
    assertThat(histogram(all.get("histogram")).getTotalCount()).isEqualTo(500);
    assertThat(histogram(all.get("serviceHistogram")).getTotalCount()).isEqualTo(500);
    assertThat(all.at("/serviceNanoseconds/mean").asDouble())
        .isLessThanOrEqualTo(all.at("/latencyNanoseconds/mean").asDouble());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--pipeline 1", "--pipeline 8", "--clients 3", "--clients 3 --pipeline 8"})
  void shouldSayHowFarARateIsMissedAndKeepNoFile(String shape) throws Exception {
    Files.writeString(file(), "an older result");
    Run run = perf(server, "--payload_size 10 --rate 1e9 --duration 100ms --warmup 10 " + shape);
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.out())
        .containsPattern(
            "SATURATED: \\d+ requests/s were answered, \\d{2,3}\\.\\d % less than offered")
        .doesNotContain("p50 us")
        .doesNotContain("qps");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  private Run interruptedWhen(String options, Predicate<Run> time) throws InterruptedException {
    String[] arguments = arguments(server, "--payload_size 10 " + options);
    Run run = new Run();
    Thread thread = Thread.ofPlatform().start(() -> run.execute(arguments));
    while (!time.test(run) && thread.isAlive()) {
      Thread.sleep(Duration.ofMillis(1));
    }
    run.stop();
    thread.join();
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(130);
    return run;
  }

  private boolean hasStored(Run run) {
    return server.store().size() > 0;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--requests 1000000000",
        "--duration 1h",
        "--requests 1000000000 --clients 2 --pipeline 8"
      })
  void shouldKeepWhatAClosedLoopMeasuredUntilItWasInterrupted(String load) throws Exception {
    Run run = interruptedWhen("--warmup 0 --mix put:1 " + load, this::hasStored);
    assertThat(run.out())
        .containsPattern("(?m)^interrupted after \\d+ request")
        .containsPattern("(?m)^qps +\\d+")
        .contains("INTERRUPTED: this is what was measured until then, in 1 measurement");
    JsonNode root = PerfJson.read(file());
    assertThat(root.get("interrupted").asBoolean()).isTrue();
    assertThat(root.at("/runs/0/outcome").asString()).isEqualTo("interrupted");
    assertThat(root.at("/runs/0/operations/all/requests").asLong()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--rate 500,1 --requests 200", "--rate 500,0.5 --requests 200 --pipeline 4"})
  void shouldKeepTheFinishedRatesOfASweepThatWasInterrupted(String load) throws Exception {
    Run run =
        interruptedWhen(
            "--warmup 0 " + load,
            each -> each.out().contains("qps") || each.out().contains("SATURATED"));
    assertThat(run.out()).contains("INTERRUPTED: this is what was measured until then, in ");
    JsonNode root = PerfJson.read(file());
    assertThat(root.get("interrupted").asBoolean()).isTrue();
    assertThat(root.at("/runs/0/offeredPerSecond").asDouble()).isEqualTo(500);
    assertThat(root.at("/runs/0/outcome").asString()).isNotEqualTo("interrupted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--warmup 1000000000", "--warmup 1h", "--warmup 0 --rate 0.02 --duration 1h"})
  void shouldSayThatNothingWasMeasuredBeforeItWasInterrupted(String load) throws Exception {
    boolean slow = load.contains("rate");
    Run run =
        interruptedWhen(
            "--mix put:1 " + load, each -> slow ? each.out().contains("data ") : hasStored(each));
    assertThat(run.out()).contains("INTERRUPTED before anything was measured");
    assertThat(file()).doesNotExist();
  }

  @Test
  void shouldRefuseAClimbThatCouldNotEnd() {
    Run run = perf(server, "--payload_size 10 --rate climb --requests 99");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("wisp: --rate climb with --requests 99 would not end: fewer than 100 requests");
  }

  @Test
  void shouldMeasureAsFewRequestsAsItIsTold() {
    measured("--payload_size 10 --rate 1e9 --requests 1 --warmup 0");
    JsonNode measurement = PerfJson.read(file()).at("/runs/0");
    assertThat(measurement.get("outcome").asString()).isEqualTo("measured");
    assertThat(measurement.get("shortfall").isNull()).isTrue();
    assertThat(measurement.at("/operations/all/requests").asLong()).isEqualTo(1);
  }

  @Test
  void shouldOfferEveryRateOfAListAndMarkTheOnesThatWereMissed() {
    Run run = measured("--payload_size 10 --rate 400,1e9,500 --duration 500ms --warmup 10");
    assertThat(run.out())
        .containsPattern("(?m)^offered/s +answered/s +p50 us")
        .containsPattern("(?m)^1000000000 +\\d+ +saturated, \\d{2,3}\\.\\d % short$");
    JsonNode root = PerfJson.read(file());
    assertThat(root.get("runs")).hasSize(3);
    JsonNode missed = root.at("/runs/1");
    assertThat(missed.get("outcome").asString()).isEqualTo("saturated");
    assertThat(missed.get("shortfall").asDouble()).isBetween(0.5, 1.0);
    assertThat(missed.get("backlogNanoseconds").isNull()).isTrue();
    assertThat(missed.has("operations")).isFalse();
  }

  @Test
  void shouldClimbUntilARateIsMissed() {
    measured("--payload_size 10 --rate climb:500 --requests 300 --warmup 10");
    JsonNode runs = PerfJson.read(file()).get("runs");
    assertThat(runs.size()).isGreaterThan(1);
    for (int i = 0; i < runs.size(); i++) {
      assertThat(runs.get(i).get("outcome").asString())
          .isEqualTo(i == runs.size() - 1 ? "saturated" : "measured");
    }
    assertThat(runs.get(1).get("offeredPerSecond").asDouble()).isEqualTo(707);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          --rate 200 --duration 200ms ; \\d+ requests were answered OUT_OF_MEMORY
          # of the settling, which ends a rate
          --rate 200 --duration 10s   ; ([1-9]\\d?|1\\d\\d|200) requests were answered OUT_OF_MEMORY
          --preload all               ; 1000 requests of the preload were answered with an error
          """)
  void shouldFailInsteadOfSaturatingWhenRequestsAreRefused(String load, String failure) {
    try (RunningFakeServer full = new RunningFakeServer(new HeapStore(50))) {
      Run run = perf(full, "--payload_size 100 --warmup 0 " + load);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.out())
          .containsPattern("FAILED: " + failure)
          .doesNotContain("qps")
          .doesNotContain("SATURATED");
      assertThat(file()).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.5", "1000,0.5", "climb:0.5"})
  void shouldRefuseARateThatMakesNoRequest(String rate) {
    Run run = perf(server, "--payload_size 10 --duration 1900ms --rate " + rate);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("wisp: --rate 0.5 is less than one request in --duration 1900ms");
  }

  @Test
  void shouldNotSettleWhereThereIsNoTimeForARequest() {
    measured("--payload_size 10 --rate 10 --duration 500ms --warmup 0 --arrivals uniform");
    assertThat(PerfJson.read(file()).at("/runs/0/operations/all/requests").asLong()).isEqualTo(5);
  }

  @Test
  void shouldPutTheFirstKeysBeforeAnythingElseAndAskForTheseAlone() {
    measured("--payload_size 10 --preload 70 --mix get:1 --requests 2000 --warmup 0 --clients 3");
    assertThat(server.store().size()).isEqualTo(70);
    JsonNode root = PerfJson.read(file());
    assertThat(root.at("/runs/0/operations/get/misses").asLong()).isZero();
    assertThat(root.at("/settings/preload").asLong()).isEqualTo(70);
  }

  @ParameterizedTest
  @CsvSource({
    "a, 'put:50,get:50', zipfian:0.99, 1000",
    "c, get:100, zipfian:0.99, 1000",
    "d, 'get:95,insert:5', latest:0.99, 500",
    "f, 'get:50,rmw:50', zipfian:0.99, 1000"
  })
  void shouldDoWhatYcsbsWorkloadsDo(String workload, String mix, String keys, long preload) {
    measured("--payload_size 10 --requests 6000 --warmup 0 --workload " + workload);
    JsonNode root = PerfJson.read(file());
    assertThat(root.at("/settings/mix").asString()).isEqualTo(mix);
    assertThat(root.at("/settings/keys").asString()).isEqualTo(keys);
    assertThat(root.at("/settings/preload").asLong()).isEqualTo(preload);
    JsonNode operations = root.at("/runs/0/operations");
    double gets = operations.at("/get/requests").asLong() / 6000.0;
    switch (workload) {
      case "a" -> assertThat(gets).isBetween(0.47, 0.53);
      case "c" -> assertThat(gets).isEqualTo(1);
      case "d" -> {
        assertThat(gets).isBetween(0.94, 0.96);
        assertThat(server.store().size()).isEqualTo(500 + operations.at("/put/requests").asLong());
        assertThat(operations.at("/get/misses").asLong()).isZero();
      }
      default -> assertThat(gets).isBetween(0.64, 0.69);
    }
  }

  @Test
  void shouldLetExplicitOptionsOverruleAWorkload() {
    measured("--payload_size 10 --requests 100 --workload d --mix 100/0 --keys uniform");
    JsonNode settings = PerfJson.read(file()).get("settings");
    assertThat(settings.get("mix").asString()).isEqualTo("put:0,get:100");
    assertThat(settings.get("keys").asString()).isEqualTo("uniform");
    assertThat(settings.get("workload").asString()).isEqualTo("d");
    assertThat(settings.get("preload").asLong()).isEqualTo(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--pipeline 1", "--pipeline 8", "--rate 500 --duration 500ms"})
  void shouldFindEveryValueToBeOneThatWasWrittenForItsKey(String shape) {
    measured("--payload_size 0-200 --verify --preload all --requests 3000 --clients 2 " + shape);
    assertThat(PerfJson.read(file()).at("/settings/verify").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--payload_size 100",
        "--payload_size 100 --pipeline 8",
        "--payload_size 20 --clients 2",
        "--payload_size 100 --rate 2000 --duration 5s"
      })
  void shouldFailWithTheKeyAndTheByteOfAValueThatNobodyWrote(String shape) {
    try (RunningFakeServer corrupt = new RunningFakeServer(new CorruptStore("042", 17))) {
      Run run = perf(corrupt, "--verify --preload 60 --requests 100000 " + shape);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.out())
          .contains("FAILED: the value of key 042 differs at byte 17 of its ")
          .doesNotContain("qps");
      assertThat(file()).doesNotExist();
    }
  }

  @Test
  void shouldNotLookAtValuesUnlessAskedTo() {
    try (RunningFakeServer corrupt = new RunningFakeServer(new CorruptStore("042", 17))) {
      assertThat(perf(corrupt, "--preload 60 --payload_size 100").exitCode()).isZero();
    }
  }

  @Test
  void shouldSayWhatVerificationOfSmallValuesIsWorth() {
    assertThat(measured("--payload_size 3 --verify --requests 10").out())
        .contains("verify     every value that is read must be one written for its key; of values")
        .contains("below 24 bytes an old one passes for a new one of the same size");
    server.store().clear();
    assertThat(measured("--payload_size 0 --verify --requests 10").out())
        .contains("verify     values are empty, which is all that can be proved of them");
  }

  @Test
  void shouldGiveTheSameLoadForTheSameSeed() {
    String options = "--payload_size etc --workload a --requests 2000 --clients 2 --seed 5";
    measured(options);
    JsonNode first = PerfJson.read(file());
    measured(options);
    String path = "/runs/0/operations/put/requests";
    assertThat(PerfJson.read(file()).at(path).asLong()).isEqualTo(first.at(path).asLong());
  }
}
