// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PerfSchemaTest {

  @TempDir Path folder;

  private final RunningFakeServer server = new RunningFakeServer();

  @AfterEach
  void closeServer() {
    server.close();
  }

  /** A rate is offered again if the machine had no time for it. */
  private JsonNode json(String options) {
    Path file = folder.resolve("result.json");
    Run ignored = Run.reachingItsRate(server.perf("--warmup 100 --json " + file + " " + options));
    return PerfJson.read(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--key_size 2 --payload_size 100 --requests 200",
        "--key_size 2 --payload_size 100 --duration 50ms",
        "--key_size 2 --payload_size 100 --requests 200 --mix putdelete:1,get:2 --clients 2",
        "--key_size 2 --payload_size 0 --requests 50 --mix get:1 --clients 3 --pipeline 7",
        "--key_size 3 --payload_size 1-1000 --requests 200 --keys zipfian --verify --preload all",
        "--key_size 3 --payload_size etc --requests 200 --keys hotset:0.01:0.5 --mix 50/50",
        "--key_size 3 --payload_size 9 --requests 200 --workload a --seed -4",
        "--key_size 3 --payload_size 9 --requests 200 --workload b --preload 10",
        "--key_size 3 --payload_size 9 --requests 200 --workload c --busy-poll",
        "--key_size 3 --payload_size 9 --requests 200 --workload d --keys sequential",
        "--key_size 3 --payload_size 9 --requests 200 --workload f --keys latest:0.5"
      })
  void shouldFollowTheSchemaInEveryShapeOfAClosedLoop(String options) {
    JsonNode root = json(options);
    assertThat(root.at("/settings/loop").asString()).isEqualTo("closed");
    assertThat(root.get("runs")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--key_size 2 --payload_size 100 --rate 500 --duration 1s",
        "--key_size 2 --payload_size 100 --rate 400,500.5 --requests 200 --arrivals uniform",
        "--key_size 2 --payload_size 1-50 --rate 500,1e9 --duration 500ms --pipeline 4 --verify",
        "--key_size 2 --payload_size etc --rate 400 --duration 1s --clients 2 --workload a",
        "--key_size 2 --payload_size 9 --rate 1e9,400 --duration 500ms --workload f"
      })
  void shouldFollowTheSchemaInEveryShapeOfAnOpenLoop(String options) {
    JsonNode root = json(options);
    assertThat(root.at("/settings/loop").asString()).isEqualTo("open");
    assertThat(root.get("runs")).hasSameSizeAs(root.at("/settings/rates"));
  }

  @ParameterizedTest
  @MethodSource("recordedResults")
  void shouldFindNoFaultInResultsThatWereKept(Path file) {
    PerfJson.read(file);
  }

  static List<Path> recordedResults() throws IOException {
    Path results = Path.of("..", "results");
    try (Stream<Path> files = Files.walk(results)) {
      return files
          .filter(file -> !file.startsWith(results.resolve("local")))
          .filter(file -> file.toString().endsWith(".json"))
          .filter(PerfSchemaTest::isPerfResult)
          .toList();
    }
  }

  private static boolean isPerfResult(Path file) {
    return JsonMapper.shared()
        .readTree(file.toFile())
        .path("format")
        .asString("")
        .equals("wisp-perf");
  }

  @Test
  void shouldTellAFileThatBreaksARuleFromAResult() {
    ObjectNode saturated = (ObjectNode) json("--key_size 2 --payload_size 9 --requests 50");
    assertThatFaultFollows(saturated, root -> root.put("unknown", 1));
    assertThatFaultFollows(saturated, root -> root.remove("environment"));
    assertThatFaultFollows(saturated, root -> root.put("formatVersion", 2).remove("runs"));
    assertThatFaultFollows(saturated, root -> run(root).put("outcome", "saturated"));
    assertThatFaultFollows(saturated, root -> run(root).put("shortfall", 0.1));
    assertThatFaultFollows(saturated, root -> run(root).remove("operations"));
    assertThatFaultFollows(
        saturated, root -> ((ObjectNode) root.at("/runs/0/operations/all")).put("errors", 1));
    assertThatFaultFollows(
        saturated, root -> ((ObjectNode) root.at("/runs/0/operations/all")).remove("histogram"));
    assertThatFaultFollows(saturated, root -> ((ObjectNode) root.get("settings")).put("loop", "?"));
  }

  @Test
  void shouldTakeNoLatenciesOfASaturatedRun() {
    ObjectNode root =
        (ObjectNode) json("--key_size 2 --payload_size 9 --rate 400,1e9 --duration 500ms");
    assertThat(root.at("/runs/1/outcome").asString()).isEqualTo("saturated");
    assertThatFaultFollows(
        root,
        copy -> ((ObjectNode) copy.at("/runs/1")).set("operations", copy.at("/runs/0/operations")));
    assertThatFaultFollows(
        root,
        copy -> {
          ((ObjectNode) copy.at("/runs/0")).put("outcome", "saturated").remove("operations");
        });
  }

  private static ObjectNode run(ObjectNode root) {
    return (ObjectNode) root.at("/runs/0");
  }

  private static void assertThatFaultFollows(ObjectNode root, Consumer<ObjectNode> change) {
    ObjectNode copy = root.deepCopy();
    change.accept(copy);
    assertThat(PerfJson.faults(copy)).isNotEmpty();
  }
}
