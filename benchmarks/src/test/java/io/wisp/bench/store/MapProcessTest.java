// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.measure.machine.CoreList;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MapProcessTest {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int ENTRIES = 1000;

  private static final long DIGEST = -2_076_705_562_701_996_272L;

  private static List<JsonNode> answers(MapKind kind, String... lines) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String core = CoreList.allowedHere().split("[-,]", -1)[0];
    MapProcess.serve(
        new String[] {kind.label(), String.valueOf(ENTRIES), core},
        new BufferedReader(new StringReader(String.join("\n", lines))),
        new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().map(MAPPER::readTree).toList();
  }

  @ParameterizedTest
  @EnumSource(names = {"WISP", "CONCURRENT_HASH_MAP"})
  void shouldMeasureEachOperationInAFilledMap(MapKind kind) throws IOException {
    List<JsonNode> answers =
        answers(
            kind, "fill", "measure get 1 1 5 1", "measure put 16 1 5 2", "measure mixed 16 1 5 3");

    assertThat(answers).hasSize(4);
    assertThat(answers.getFirst().get("memoryBytes").asLong()).isPositive();
    for (JsonNode answer : answers.subList(1, 4)) {
      assertThat(answer.get("operationsPerSecond").asDouble()).isPositive();
      assertThat(answer.get("cpuNanosecondsPerOperation").asDouble()).isPositive();
      assertThat(answer.get("allocatedBytesPerOperation").asDouble()).isNotNegative();
    }
  }

  @Test
  void shouldCountWhatAMapOfTheHeapAllocatesForAPut() throws IOException {
    JsonNode put = answers(MapKind.CONCURRENT_HASH_MAP, "fill", "measure put 1 1 5 1").get(1);

    assertThat(put.get("allocatedBytesPerOperation").asDouble())
        .isGreaterThan(MapEntries.KEY_SIZE + MapEntries.VALUE_SIZE);
  }

  @Test
  void shouldSayThatAKeyIsAbsentAndGoOn() throws IOException {
    List<JsonNode> answers =
        answers(MapKind.WISP, "measure get 1 1 5 1", "measure get 3 1 5 1", "drop", "fill");

    assertThat(answers.get(0).get("failed").asString()).matches("key \\d+ was absent");
    assertThat(answers.get(1).get("failed").asString())
        .isEqualTo("together is 3, no divisor of 1024");
    assertThat(answers.get(2).get("failed").asString()).isEqualTo("no such request: drop");
    assertThat(answers.get(3).has("memoryBytes")).isTrue();
  }

  /** The same number is in the test of the program in C++, which must ask for the same. */
  @Test
  void shouldAskForWhatTheOtherProgramAsksFor() throws IOException {
    assertThat(answers(MapKind.WISP, "fill").getFirst().get("digest").asLong()).isEqualTo(DIGEST);
  }
}
