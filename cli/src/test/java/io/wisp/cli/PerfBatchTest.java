// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.measure.input.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
    assertThat(run.err())
        .isEqualTo("wisp: standard input cannot be read: java.io.IOException: Stream closed\n");
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
