// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./wisp failover}, with the jars that were just built. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverIT {

  @Test
  void shouldExplainItself() throws Exception {
    assertThat(run(0, "-h")).startsWith("Usage: ./wisp failover").contains("Exit codes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--kills", "--kills 0", "--kills 1000", "--kills x", "more"})
  void shouldRefuseWrongArguments(String arguments) throws Exception {
    assertThat(run(2, arguments.split(" ", -1))).startsWith("wisp failover: ");
  }

  @Test
  void shouldFindAllThatWasAcknowledged() throws Exception {
    Process process = start("--kills", "1");
    try {
      String said = said(process);
      int code = process.waitFor();
      assumeTrue(code != PartitionedGroup.NO_NETWORK, said);
      assertThat(code).as("%s", said).isZero();
      assertThat(said).contains(" took over; ", "every acknowledged write is there");
    } finally {
      process.destroyForcibly();
    }
  }

  private static String run(int code, String... arguments) throws Exception {
    Process process = start(arguments);
    String said = said(process);
    assertThat(process.waitFor()).as("%s", said).isEqualTo(code);
    return said;
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("../wisp", "failover"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("WISP_BUILD", "never");
    return builder.start();
  }

  private static String said(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
