// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.transport.cluster.RunningCluster;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tools of Redis against a cluster of three nodes. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterToolsTest {

  @TempDir private Path folder;

  private final RunningCluster cluster;

  ClusterToolsTest() throws IOException {
    cluster = new RunningCluster("tcp", "0-5460", "5461-10922", "10923-16383");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private String run(String input, String tool, String... arguments) throws Exception {
    assumeTrue(
        RedisToolsTest.isInstalled(tool),
        tool + " is not installed; it is in the Debian package redis-tools");
    List<String> command = new ArrayList<>(List.of(tool));
    command.addAll(Arrays.asList(arguments));
    File output = Files.createTempFile(folder, "output", ".txt").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    try (var toTool = process.getOutputStream()) {
      toTool.write(input.getBytes(UTF_8));
    }
    int exitCode = process.waitFor();
    String text = Files.readString(output.toPath());
    assertThat(exitCode).as("exit code of %s, which said: %s", tool, text).isZero();
    return text;
  }

  private String port(int node) {
    return Integer.toString(cluster.server(node).port());
  }

  @Test
  void shouldServeTheCommandLineClientOfAWholeCluster() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      lines.append("set key").append(i).append(" v").append(i).append("\nget key").append(i);
      lines.append('\n');
    }
    String replies = run(lines.toString(), "redis-cli", "-c", "-p", port(0));
    for (int i = 0; i < 300; i++) {
      assertThat(replies).contains("OK\nv" + i + "\n");
    }
    for (int node = 0; node < 3; node++) {
      assertThat(cluster.store(node).size()).isBetween(50L, 200L);
    }
  }

  @Test
  void shouldPassTheCheckOfTheCommandLineClient() throws Exception {
    assertThat(run("", "redis-cli", "--cluster", "check", "127.0.0.1:" + port(1)))
        .contains(
            "[OK] All nodes agree about slots configuration.", "[OK] All 16384 slots covered.");
  }

  @Test
  void shouldServeTheBenchmarkOfAWholeCluster() throws Exception {
    String report =
        run(
            "",
            "redis-benchmark",
            ("--cluster -p " + port(2) + " -t set,get,incr -n 3000 -P 4 -r 1000 --csv").split(" "));
    assertThat(report)
        .contains("\"SET\"", "\"GET\"", "\"INCR\"")
        .doesNotContain("ERR", "MOVED", "CROSSSLOT");
    for (int node = 0; node < 3; node++) {
      assertThat(cluster.store(node).size()).isPositive();
    }
  }
}
