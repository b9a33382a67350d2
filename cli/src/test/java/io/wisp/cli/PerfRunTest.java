// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.fake.EmulatedTransport;
import io.wisp.store.HeapStore;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PerfRunTest {

  @TempDir Path folder;

  private final RunningFakeServer server = new RunningFakeServer();

  @AfterEach
  void closeServer() {
    server.close();
  }

  private Run perf(String options) {
    return perf(server, options);
  }

  private static Run perf(RunningFakeServer server, String options) {
    return Run.of(server.perf("--key_size 2 --payload_size 100 " + options));
  }

  private JsonNode json(String options) {
    Path file = folder.resolve("result.json");
    assertThat(perf("--json " + file + " " + options).exitCode()).isZero();
    return JsonMapper.shared().readTree(file.toFile());
  }

  @Test
  void shouldPrintThroughputAndLatenciesWithTheirConditions() {
    Run run = perf("--requests 3000 --warmup 100");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("Wisp v")
        .contains("transport  fake: fake client of 127.0.0.1:")
        .contains("client     waits by spin")
        .doesNotContain("emulated")
        .contains("1 client, one request at a time, closed loop")
        .contains("mix put:1,get:1,delete:1, seed 1")
        .contains("3000 measured, after 100 to warm up")
        .contains("100 keys of 2 digits, values of 100 bytes")
        .contains("p50 us", "p90 us", "p99 us", "p99.9 us", "max us")
        .containsPattern("(?m)^put ")
        .containsPattern("(?m)^get ")
        .containsPattern("(?m)^delete ")
        .containsPattern("(?m)^all +3000 ")
        .containsPattern("(?m)^elapsed +\\d+\\.\\d{3} s$")
        .containsPattern("(?m)^qps +\\d+$");
  }

  @Test
  void shouldReallyFillTheStoreWithKeysAndValuesOfTheSizesAskedFor() {
    perf("--requests 2000 --warmup 0 --mix put:1");
    assertThat(server.store().size()).isEqualTo(100);
    assertThat(server.store().get(new byte[] {'0', '7'})).hasSize(100);
  }

  @Test
  void shouldCountHitsAndMisses() {
    server.store().put(new byte[] {'0', '0'}, new byte[1]);
    JsonNode all = json("--requests 5000 --mix get:1").at("/runs/0/operations/get");
    assertThat(all.get("requests").asLong()).isEqualTo(5000);
    assertThat(all.get("hits").asLong()).isPositive();
    assertThat(all.get("misses").asLong()).isEqualTo(5000 - all.get("hits").asLong());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "7", "64"})
  void shouldDoExactlyTheRequestsAskedForInEveryShape(String pipeline) {
    JsonNode result = json("--requests 1001 --warmup 10 --clients 3 --pipeline " + pipeline);
    assertThat(result.at("/runs/0/operations/all/requests").asLong()).isEqualTo(1001);
    assertThat(result.at("/settings/pipeline").asString()).isEqualTo(pipeline);
    assertThat(result.at("/runs/0/requestsPerClient/fewest").asLong()).isEqualTo(333);
    assertThat(result.at("/runs/0/requestsPerClient/most").asLong()).isEqualTo(334);
  }

  @Test
  void shouldTellHowManyRequestsTheSlowestClientMade() {
    assertThat(perf("--requests 30 --warmup 10 --clients 3").out())
        .contains("clients    made 10 to 10 requests each; the slowest 1.00 of the mean");
    assertThat(perf("--requests 30 --warmup 10").out()).doesNotContain("the slowest");
    assertThat(json("--requests 30 --warmup 10").at("/runs/0/requestsPerClient").isMissingNode())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "7"})
  void shouldDriveManyConnectionsByFewThreads(String pipeline) {
    String options = "--clients 50 --client-threads 3 --pipeline " + pipeline;
    JsonNode result = json("--requests 1001 --warmup 10 " + options);
    assertThat(result.at("/runs/0/operations/all/requests").asLong()).isEqualTo(1001);
    assertThat(result.at("/settings/clients").asInt()).isEqualTo(50);
    assertThat(result.at("/settings/threads").asInt()).isEqualTo(3);
    Run timed = perf("--duration 300ms --warmup 50ms --verify --preload all " + options);
    assertThat(timed.exitCode()).as(timed.err()).isZero();
    assertThat(timed.out()).contains("50 clients in 3 threads, ");
  }

  @Test
  void shouldLetEachOfManyConnectionsMakeARequestHoweverShortTheTime() {
    JsonNode result = json("--clients 50 --client-threads 1 --duration 1ms --warmup 1ms");
    assertThat(result.at("/runs/0/operations/all/requests").asLong()).isGreaterThanOrEqualTo(50);
  }

  @Test
  void shouldSayWhatClientThreadsAreNotFor() {
    assertThat(perf("--clients 2 --client-threads 3").err())
        .contains("--client-threads 3 is not between 1 and 2");
    assertThat(perf("--clients 2 --client-threads 1 --rate 100").err())
        .contains("--client-threads is for a closed loop and means nothing with --rate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "16"})
  void shouldMeasureForATime(String pipeline) {
    JsonNode result = json("--duration 300ms --warmup 50ms --clients 2 --pipeline " + pipeline);
    assertThat(result.at("/runs/0/operations/all/requests").asLong()).isPositive();
    assertThat(result.at("/runs/0/elapsedNanoseconds").asLong()).isGreaterThan(300_000_000L);
    assertThat(result.at("/settings/requests").isNull()).isTrue();
    assertThat(result.at("/settings/durationNanoseconds").asLong()).isEqualTo(300_000_000L);
    assertThat(result.at("/settings/warmup").isNull()).isTrue();
    assertThat(result.at("/settings/warmupNanoseconds").asLong()).isEqualTo(50_000_000L);
    assertThat(perf("--duration 1s --warmup 50ms").out())
        .contains("1 s measured, after 50 ms to warm up");
  }

  @Test
  void shouldRecordSettingsConditionsAndHistogramsAsJson() throws Exception {
    JsonNode root = json("--requests 600 --seed 9 --timeout 3s");
    assertThat(root.get("format").asString()).isEqualTo("wisp-perf");
    assertThat(root.get("formatVersion").asInt()).isEqualTo(2);
    assertThat(root.at("/settings/seed").asLong()).isEqualTo(9);
    assertThat(root.at("/settings/keySize").asInt()).isEqualTo(2);
    assertThat(root.at("/settings/payloadSize").asInt()).isEqualTo(100);
    assertThat(root.at("/settings/mix").asString()).isEqualTo("put:1,get:1,delete:1");
    assertThat(root.at("/connection/transport").asString()).isEqualTo("fake");
    assertThat(root.at("/connection/timeoutMilliseconds").asInt()).isEqualTo(3000);
    assertThat(root.at("/environment/cores").asInt()).isPositive();
    assertThat(root.at("/environment/jdk").asString()).contains("25");
    JsonNode all = root.at("/runs/0/operations/all");
    byte[] compressed = Base64.getDecoder().decode(all.get("histogram").asString());
    Histogram histogram = Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(compressed), 0);
    assertThat(histogram.getTotalCount()).isEqualTo(600);
    assertThat(all.at("/latencyNanoseconds/p99").asLong())
        .isEqualTo(histogram.getValueAtPercentile(99));
    assertThat(all.at("/latencyNanoseconds/max").asLong()).isEqualTo(histogram.getMaxValue());
  }

  @Test
  void shouldRecordHowItWaited() {
    assertThat(json("--requests 10").at("/connection/waiting").asString()).isEqualTo("spin");
    JsonNode polled = json("--requests 10 --busy-poll").at("/connection");
    assertThat(polled.get("waiting").asString()).isEqualTo("poll");
    assertThat(polled.get("busyPoll").asBoolean()).isTrue();
    assertThat(polled.get("emulated").asBoolean()).isFalse();
    assertThat(polled.has("get")).isFalse();
  }

  @Test
  void shouldNotLetEmulatedRdmaPassForRdma() {
    Path file = folder.resolve("emulated.json");
    String host = "127.0.0.1:" + (server.endpoint().port() - EmulatedTransport.PORT_OFFSET);
    String options = " --transport soft --key_size 1 --payload_size 1 --requests 10 --json " + file;
    Run run = Run.of(("-p " + host + options).split(" "));
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .containsPattern("(?m)^transport  soft: .* over soft0 \\(Soft-RoCE, emulated\\)$")
        .contains("Soft-RoCE: emulated RDMA; only ratios within one machine mean anything");
    assertThat(JsonMapper.shared().readTree(file.toFile()).at("/connection/emulated").asBoolean())
        .isTrue();
  }

  @Test
  void shouldGiveTheSameRequestsForTheSameSeed() {
    String path = "/runs/0/operations/put/requests";
    long requests = json("--requests 1000 --seed 4").at(path).asLong();
    assertThat(json("--requests 1000 --seed 4").at(path).asLong()).isEqualTo(requests);
  }

  @Test
  void shouldFailAndWriteNothingWhenRequestsAreRefused() {
    Path file = folder.resolve("result.json");
    try (RunningFakeServer full = new RunningFakeServer(new HeapStore(50))) {
      Run run = perf(full, "--requests 900 --warmup 0 --json " + file);
      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.out())
          .containsPattern("FAILED: \\d+ requests were answered OUT_OF_MEMORY")
          .doesNotContain("qps");
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void shouldFailWhenTheServerGoesAway() throws Exception {
    RunningFakeServer dying = new RunningFakeServer();
    Thread end =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (dying.store().size() < 50) {
                    Thread.onSpinWait();
                  }
                  dying.close();
                });
    Run run = perf(dying, "--requests 1000000000 --warmup 0 --clients 2");
    end.join();
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out())
        .contains("FAILED: the server at ")
        .contains("went away; only ")
        .contains(" of 1000000000 requests were answered");
  }

  @Test
  void shouldNotFallBackWhenThereIsNoRdma() {
    NoRdma.assume();
    Run run = Run.of("-p", server.host(), "--key_size", "1", "--payload_size", "1");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualToIgnoringNewLines(
            "wisp: "
                + NoRdma.reason()
                + ", and nothing else is measured in its place: ask for TCP with -t");
  }

  @Test
  void shouldRefuseAFileInAFolderThatIsNotThereBeforeItMeasures() {
    Run run = perf("--json " + folder.resolve("no/such.json"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("--json ").contains("there is no folder ");
    assertThat(server.store().size()).isZero();
  }

  @Test
  void shouldRefuseAFolderAsFile() {
    Run run = perf("--json " + folder);
    assertThat(run.err()).contains("--json " + folder + " is a folder");
  }

  @Test
  void shouldKeepAnOldResultIfItNeverConnects() throws Exception {
    Path file = Files.writeString(folder.resolve("result.json"), "old");
    RunningFakeServer closed = new RunningFakeServer();
    closed.close();
    assertThat(perf(closed, "--json " + file).exitCode()).isEqualTo(1);
    assertThat(file).hasContent("old");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void shouldLetTheSameReadAResultAsAnyNewFile() throws Exception {
    json("--requests 10");
    Path plain = Files.createFile(folder.resolve("plain"));
    assertThat(Files.getPosixFilePermissions(folder.resolve("result.json")))
        .isEqualTo(Files.getPosixFilePermissions(plain));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void shouldWriteIntoWhatIsNoFileOfItsOwnAndLeaveItWhatItIs() throws Exception {
    Path target = Files.writeString(folder.resolve("target"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("result.json"), target);
    json("--requests 10");
    assertThat(link).isSymbolicLink();
    assertThat(target).content().startsWith("{").contains("wisp-perf");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldSayThatAResultCouldNotBeWritten() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("full"), Path.of("/dev/full"));
    Run run = perf("--requests 10 --json " + link);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualToIgnoringNewLines(
            "wisp: --json " + link + " could not be written: No space left on device");
  }

  @Test
  void shouldWriteTheResultAndNothingElseToStandardOutput() {
    Run run = perf("--requests 10 --json -");
    assertThat(run.exitCode()).isZero();
    assertThat(PerfJson.faults(JsonMapper.shared().readTree(run.out()))).isEmpty();
    assertThat(run.out()).endsWith("}\n");
    assertThat(run.err()).startsWith("Wisp v").contains("transport  fake: ").contains("p99.9 us");
    assertThat(Path.of("-")).doesNotExist();
  }

  @Test
  void shouldLeaveStandardOutputEmptyIfThereIsNoResult() {
    RunningFakeServer closed = new RunningFakeServer();
    closed.close();
    Run run = perf(closed, "--json -");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void shouldReplaceAnOldResultAndLeaveNothingElse() throws Exception {
    Path file = Files.writeString(folder.resolve("result.json"), "old");
    json("--requests 10");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.toList()).isEqualTo(List.of(file));
    }
  }
}
