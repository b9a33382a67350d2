// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.measure.input.ExitCode;
import io.wisp.measure.machine.CoreList;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Several measurements in one process, from standard input. */
class PerfBatchTest {

  private static final String LOAD = " --key_size 2 --payload_size 10 --requests 100 --warmup 1";

  @TempDir Path folder;

  private final RunningFakeServer server = new RunningFakeServer();

  @AfterEach
  void closeServer() {
    server.close();
  }

  private String line(String options) {
    String[] words = server.perf(LOAD.strip() + " " + options);
    return String.join(" ", words).substring("-p ".length()) + "\n";
  }

  @Test
  void shouldMakeEachLineOfStandardInputAMeasurement() {
    Path first = folder.resolve("first.json");
    Path second = folder.resolve("second.json");
    String input =
        "# two\n" + line("--mix get:1 --json " + first) + "\n  " + line("--json " + second);
    Run run = new Run().reading(input).execute("-p", "-");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines().filter("exit code 0"::equals)).hasSize(2);
    assertThat(PerfJson.read(first).at("/settings/mix").asString()).isEqualTo("get:1");
    assertThat(PerfJson.read(second).at("/runs")).hasSize(1);
  }

  @Test
  void shouldGoOnBehindALineThatFailsAndEndWithItsExitCode() {
    String input = line("--mix nonsense") + line("");
    Run run = new Run().reading(input).execute("-p", "-");
    assertThat(run.err()).contains("nonsense");
    assertThat(run.out().lines().filter(text -> text.startsWith("exit code ")))
        .containsExactly("exit code 2", "exit code 0");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void shouldRefuseALineWithoutAServerAndGoOn() {
    Run run = new Run().reading("-\n-h\n" + line("")).execute("-p", "-");
    assertThat(run.err().lines())
        .containsExactly(
            "wisp: a line begins with a server, and this one with -",
            "wisp: a line begins with a server, and this one with -h");
    assertThat(run.out().lines().filter(text -> text.startsWith("exit code ")))
        .containsExactly("exit code 2", "exit code 2", "exit code 0");
  }

  @Test
  void shouldTakeNoOptionsBesideTheLines() {
    Run run = Run.of("-p", "-", "-t");
    assertThat(run.err())
        .startsWith("wisp: -p - takes no other option: each line of standard input has its own\n");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void shouldSayThatALineIsTooLong() {
    Run run = new Run().reading("x".repeat(100_000)).execute("-p", "-");
    assertThat(run.err())
        .isEqualTo("wisp: standard input cannot be read: a line is longer than 65536 characters\n");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILURE);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldKeepTheCoresOfALineFromTheNext() {
    String before = CoreList.allowedHere();
    int last = CoreList.parse(before).numbers().getLast();
    Path free = folder.resolve("free.json");
    String input = line("--cores " + last) + line("--json " + free);
    assertThat(new Run().reading(input).execute("-p", "-").exitCode()).isZero();
    assertThat(PerfJson.read(free).at("/environment/coresAllowed").asString()).isEqualTo(before);
    assertThat(CoreList.allowedHere()).isEqualTo(before);
  }

  @Test
  void shouldEndWithItsInputAndDoNothingWithoutAny() {
    Run run = new Run().execute("-p", "-");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEmpty();
  }

  @Test
  void shouldSayInASentenceThatItsInputIsBroken() throws IOException {
    InputStream closed = InputStream.nullInputStream();
    closed.close();
    Run run = new Run().reading(closed).execute("-p", "-");
    assertThat(run.err()).isEqualTo("wisp: standard input cannot be read: Stream closed\n");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILURE);
  }

  @Test
  void shouldEndWhileItWaitsForALineOnceItIsStopped() throws IOException {
    try (PipedOutputStream other = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(other)) {
      other.write("# nothing comes\n".getBytes(StandardCharsets.UTF_8));
      Run run = new Run().reading(in);
      run.stop();
      assertThat(run.execute("-p", "-").exitCode()).isEqualTo(ExitCode.INTERRUPTED);
    }
  }
}
