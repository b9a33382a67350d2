// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.transport.tcp.session.SessionHarness;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RedisToolsTest {

  @TempDir private Path folder;

  private final RunningServer running = new RunningServer();

  @AfterEach
  void close() {
    running.close();
  }

  private record Outcome(int exitCode, String output) {}

  private String run(String tool, @Nullable String input, String... arguments) throws Exception {
    Outcome outcome = attempt(tool, input, arguments);
    assertThat(outcome.exitCode()).as("exit code of %s", tool).isZero();
    return outcome.output();
  }

  private Outcome attempt(String tool, @Nullable String input, String... arguments)
      throws Exception {
    assumeTrue(
        isInstalled(tool), tool + " is not installed; it is in the Debian package redis-tools");
    List<String> command =
        new ArrayList<>(List.of(tool, "-h", "127.0.0.1", "-p", "" + running.port()));
    command.addAll(Arrays.asList(arguments));
    File output = Files.createTempFile(folder, "output", ".txt").toFile();
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Process process = builder.redirectOutput(output).start();
    try (var toTool = process.getOutputStream()) {
      toTool.write((input == null ? "" : input).getBytes(UTF_8));
    }
    int exitCode = process.waitFor();
    return new Outcome(exitCode, Files.readString(output.toPath()));
  }

  static boolean isInstalled(String tool) {
    return Pattern.compile(File.pathSeparator)
        .splitAsStream(String.valueOf(System.getenv("PATH")))
        .anyMatch(folder -> new File(folder, tool).canExecute());
  }

  @Test
  void shouldServeTheCommandLineClient() throws Exception {
    assertThat(run("redis-cli", null, "set", "k", "a value")).isEqualTo("OK\n");
    assertThat(run("redis-cli", null, "get", "k")).isEqualTo("a value\n");
    assertThat(run("redis-cli", null, "-3", "get", "none")).isEqualTo("\n");
    assertThat(run("redis-cli", null, "-3", "--no-raw", "get", "none")).isEqualTo("(nil)\n");
    assertThat(run("redis-cli", null, "--scan")).isEqualTo("k\n");
    assertThat(run("redis-cli", null, "bogus", "x"))
        .startsWith("ERR unknown command 'bogus', with args beginning with: 'x' ");
  }

  @Test
  void shouldServeLinesOfTheCommandLineClient() throws Exception {
    String lines = "mset a 1 b 2\nmget a b\nincr a\ncommand docs get\ninfo server\ntype a\n";
    assertThat(run("redis-cli", lines)).startsWith("OK\n1\n2\n2\nget\n").endsWith("string\n");
  }

  /** By the same it gives hints at its prompt. */
  @Test
  void shouldLetTheCommandLineClientHelp() throws Exception {
    assertThat(run("redis-cli", null, "help", "set"))
        .contains(
            "key value [NX|XX|IFEQ comparison-value] [GET] [EX seconds|PX milliseconds"
                + "|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]");
    assertThat(run("redis-cli", null, "help", "client", "list"))
        .contains("[TYPE NORMAL|MASTER|REPLICA|PUBSUB] [ID client-id [client-id ...]]");
  }

  @Test
  void shouldLoadRequestsInBulk() throws Exception {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      requests.append(SessionHarness.request("SET", "key" + i, "value" + i));
    }
    assertThat(run("redis-cli", requests.toString(), "--pipe"))
        .contains("errors: 0, replies: 20000");
    assertThat(running.store().size()).isEqualTo(20_000);
  }

  @Test
  void shouldServeTheBenchmark() throws Exception {
    String report =
        run("redis-benchmark", null, "-t ping,set,get,incr,mset -n 2000 -q --csv".split(" ", -1));
    assertTests(report);
  }

  @Test
  void shouldServeTheBenchmarkWithPipelinesAndManyKeys() throws Exception {
    String report =
        run(
            "redis-benchmark",
            null,
            "-t ping,set,get,incr,mset -n 20000 -P 16 -r 1000 -d 1000 --csv".split(" ", -1));
    assertTests(report);
    assertThat(running.store().size()).isGreaterThan(100);
  }

  @Test
  void shouldTellTheBenchmarkWhatIsNotThere() throws Exception {
    Outcome outcome = attempt("redis-benchmark", null, "-n", "2000", "-q");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.output())
        .contains("PING_MBULK: ", "SET: ", "GET: ", "INCR: ")
        .contains("ERR unknown command 'LPUSH'");
  }

  private static void assertTests(String report) {
    assertThat(report)
        .contains("\"PING_INLINE\"", "\"PING_MBULK\"", "\"SET\"", "\"GET\"", "\"INCR\"", "\"MSET")
        .doesNotContain("ERR", "Error");
  }
}
