// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "-h", "--help"})
  void shouldShowUsageWhenAskedOrToldNothing(String argument) {
    Run run = argument.isEmpty() ? Run.of() : Run.of(argument);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("Wisp v0.2.0")
        .contains("./wisp -s", "./wisp -c HOST", "--key_size", "--payload_size", "-t, --tcp")
        .contains("3994");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void shouldShowItsVersion() {
    Run run = Run.of("--version");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).matches("Wisp v\\d+\\.\\d+\\.\\d+\\S*\\R");
  }

  static Stream<Arguments> wrongCommandLines() {
    return Stream.of(
        wrong("-t", "one of -s, -c HOST and -p HOST is missing"),
        wrong("-s -c h", "-s and -c are different things: ask for one of them"),
        wrong("--bogus", "there is no option --bogus"),
        wrong("-s --memry 1g", "there is no option --memry; did you mean --memory?"),
        wrong("-s --port 70000", "--port 70000 is not between 0 and 65535"),
        wrong("-s --threads 0", "--threads 0 is not between 1 and 1024"),
        wrong("-s --max-clients 0", "--max-clients 0 is not between 1 and 1000000"),
        wrong("-s --idle-timeout 25h", "--idle-timeout 25h is more than 24h"),
        wrong("-s --key_size 3", "--key_size belongs to -p and means nothing with -s"),
        wrong("-s --get ring", "--get belongs to -c and -p and means nothing with -s"),
        wrong(
            "-s -t --busy-poll --wait sleep",
            "--busy-poll means --wait poll, and --wait sleep is something else: use one of them"),
        wrong(
            "-c h -t --get ring",
            "--get is for the transports rdma and shm and means nothing with tcp"),
        wrong(
            "-p h --transport zmq --device mlx5_0 --key_size 3 --payload_size 3",
            "--device is for the transport rdma and means nothing with zmq"),
        wrong(
            "-s -t --device mlx5_0",
            "--device is for the transport rdma and means nothing with tcp"),
        wrong("-c h --transport nosuch --get ring", "there is no transport \"nosuch\"; there are "),
        wrong("-s --timeout 1s", "--timeout belongs to -c and -p and means nothing with -s"),
        wrong("-s x", "\"x\" means nothing after -s"),
        wrong("-s --transport nosuch", "there is no transport \"nosuch\"; there are "),
        wrong(
            "-s -t --transport fake", "-t asks for tcp and --transport for fake: use one of them"),
        wrong("-c h:99999 -t", "-c h:99999: port 99999 is not between 0 and 65535"),
        wrong("-c h:x -t", "-c h:x: \"x\" in \"h:x\" is no port"),
        wrong("-c h:0 -t", "-c h:0: port 0 is no server's"),
        wrong("-c h --timeout 0", "--timeout 0ms is not between 1ms and 1h"),
        wrong("-p h --payload_size 3", "-p needs --key_size"),
        wrong("-p h --key_size 3", "-p needs --payload_size"),
        perf("--key_size 0", "--key_size 0 is not between 1 and 18"),
        perf("--key_size 19", "--key_size 19 is not between 1 and 18"),
        perf("--payload_size -1", "--payload_size -1 is not between 0 and 67108864"),
        perf("--payload_size 67108865", "--payload_size 67108865 is not between 0 and 67108864"),
        perf("--requests 0", "--requests 0 is not between 1 and 1000000000000"),
        perf("--warmup -1", "--warmup -1 is not between 0 and 1000000000000"),
        perf(
            "--warmup 9999999999999999999",
            "--warmup 9999999999999999999 is not between 0 and 1000000000000"),
        perf("--warmup long", "--warmup long is neither a number of requests nor a time as 500ms"),
        perf("--warmup 0s", "--warmup 0ms is not between 1ms and 24h"),
        perf("--warmup 25h", "--warmup 90000000ms is not between 1ms and 24h"),
        perf("--clients 0", "--clients 0 is not between 1 and 1024"),
        perf("--pipeline 0", "--pipeline 0 is not between 1 and 65536"),
        perf("--mix get", "--mix get: \"get\" has no weight"),
        perf("--payload_size 5-3", "--payload_size 5-3 ends before it begins"),
        perf("--rate 0", "--rate 0: 0 is not between 0.01 and 1000000000"),
        perf("--rate 5 --duration 0", "--duration 0ms is not between 1ms and 24h"),
        perf("--rate 5 --duration 25h", "--duration 90000000ms is not between 1ms and 24h"),
        perf("--rate 5 --requests 0", "--requests 0 is not between 1 and 1000000000000"),
        perf("--duration 25h", "--duration 90000000ms is not between 1ms and 24h"),
        perf("--duration 5s --requests 9", "--requests and --duration both say when to stop"),
        perf("--arrivals poisson", "--arrivals means nothing without --rate"),
        perf("--keys normal", "--keys normal is not understood: it is uniform, zipfian"),
        perf("--workload e", "--workload e is none of a, b, c, d and f: e scans ranges of keys"),
        perf("--workload g", "--workload g is none of a, b, c, d and f"),
        perf("--preload 1001", "--preload 1001 is more than the 1000 keys of --key_size 3"),
        perf("--preload some", "--preload some is no number of keys, and not all"),
        wrong(
            "-p h -t --key_size 18 --payload_size 3 --preload all",
            "--preload all would put 1000000000000000000 keys, and 1000000000 is the most"),
        wrong("-c h --cores 0", "--cores belongs to -s and -p and means nothing with -c"));
  }

  private static Arguments wrong(String commandLine, String sentence) {
    return Arguments.of(commandLine, sentence);
  }

  private static Arguments perf(String option, String sentence) {
    String name = option.substring(0, option.indexOf(' '));
    String others =
        (name.equals("--key_size") ? "" : " --key_size 3")
            + (name.equals("--payload_size") ? "" : " --payload_size 3");
    return Arguments.of("-p h -t " + option + others, sentence);
  }

  @ParameterizedTest
  @MethodSource("wrongCommandLines")
  void shouldSayInASentenceWhatIsWrong(String commandLine, String sentence) {
    Run run = Run.of(commandLine.split(" ", -1));
    assertThat(run.err()).startsWith("wisp: " + sentence).doesNotContain("Exception");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-s --memory lots",
        "-s --idle-timeout soon",
        "-p h --key_size three",
        "-p h --requests 1e6",
        "-s --wait long",
        "-c h --wait Poll",
        "-p h --get both",
        "-s --cores 3-1",
        "-p h --arrivals bursty",
        "-p h --duration soon",
        "-s --port"
      })
  void shouldNameTheOptionAndItsMeaningWhenAValueIsNotUnderstood(String commandLine) {
    Run run = Run.of(commandLine.split(" ", -1));
    String option = commandLine.split(" ", -1)[commandLine.startsWith("-s") ? 1 : 2];
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("wisp: " + option + " ")
        .contains("(")
        .doesNotContain("Exception");
  }

  @Test
  void shouldRefuseAnOptionGivenTwice() {
    Run run = Run.of("-s", "--port", "1", "--port", "2");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).startsWith("wisp: --port is given twice");
  }

  @Test
  void shouldUnderstandBothSpellingsOfThePerfOptions() {
    Run run = Run.of("-p", "h", "-t", "--key-size", "0", "--payload-size", "1");
    assertThat(run.err()).startsWith("wisp: --key_size 0 is not between 1 and 18");
  }

  @Test
  void shouldShowNoStackTraceWhenWispItselfIsWrong() {
    Run run =
        new Run()
            .execute(
                (memory, evict, shared) -> {
                  throw new IllegalStateException("broken");
                },
                "-s",
                "--transport",
                "fake");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .isEqualToIgnoringNewLines(
            "wisp: an error inside Wisp, java.lang.IllegalStateException: broken;"
                + " with WISP_TRACE=1 it says where");
  }
}
