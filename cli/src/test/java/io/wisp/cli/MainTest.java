// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.fake.FakeTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "-h", "--help"})
  void shouldShowUsageWhenAskedOrToldNothing(String argument) {
    Run run = argument.isEmpty() ? Run.of() : Run.of(argument);
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .startsWith("Wisp v0.2.0")
        .contains(
            "./wisp -s", "./wisp -c HOST", "--key_size", "--payload_size", "-t is TCP", "bench");
    assertThat(run.out().lines()).hasSizeLessThanOrEqualTo(24);
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "-s -h, --evict --requirepass --tcp --cores --wait, --get --raw --mix",
    "-h server, --evict --requirepass --tcp --cores --wait, --get --raw --mix",
    "-c -h, --raw --tcp --get --wait, --evict --cores --mix",
    "-c host --help, --raw --tcp --get --wait, --evict --cores --mix",
    "-h shell, --raw --tcp --get --wait, --evict --cores --mix",
    "-h -p, --mix --tcp --get --wait --cores, --evict --raw",
    "-h perf, --mix --tcp --get --wait --cores, --evict --raw"
  })
  void shouldShowTheOptionsOfAModeAndNoOthers(String asked, String options, String others) {
    Run run = Run.of(asked.split(" ", -1));
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("Exit codes:").contains(options.split(" ", -1));
    assertThat(run.out()).doesNotContain(others.split(" ", -1)).doesNotContain("DEFAULT", "@|");
  }

  @ParameterizedTest
  @CsvSource({"-s, --memory", "-c, --raw", "-p, --key_size"})
  void shouldShowTheOptionsOfOneModeAloneBeforeThoseOfSeveral(String mode, String own) {
    assertThat(Run.of(mode, "-h").out()).containsSubsequence(own, "--transport", "Exit codes:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "-h server", "-h shell", "-h perf", "-h bench", "-c", "--bogus"})
  void shouldFitEightyColumns(String asked) {
    Run run = Run.of(asked.split(" ", -1));
    assertThat((run.out() + run.err()).lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
  }

  /** The fake transport logs when it connects. */
  @Test
  void shouldShowWhoUsesAClientNothingOfALog() {
    List<String> shown = new ArrayList<>();
    StreamHandler handler =
        new StreamHandler() {
          @Override
          public void publish(LogRecord line) {
            shown.add(line.getMessage());
          }
        };
    Logger log = Logger.getLogger(FakeTransport.class.getName());
    log.addHandler(handler);
    try {
      Run run = Run.of("-c", "127.0.0.1:1", "--transport", "fake", "get", "k");
      assertThat(run.err()).startsWith("wisp: no server listens on ").hasLineCount(1);
    } finally {
      log.removeHandler(handler);
      Logger.getLogger("io.wisp").setLevel(null);
    }
    assertThat(shown).isEmpty();
  }

  @Test
  void shouldSayWhoExplainsAnotherCommand() {
    assertThat(Run.of("-h", "bench").out()).isEqualTo("./wisp bench -h explains it.\n");
  }

  @Test
  void shouldShowItsVersion() {
    Run run = Run.of("--version");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).matches("Wisp v\\d+\\.\\d+\\.\\d+\\S*\\R");
  }

  /** PERF stands for a measurement of which everything that must be there is there. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          -t                                              | one of -s, -c HOST and -p HOST is missing
          -s -c h                                         | -s and -c are different things: ask for one of them
          benhc                                           | there is no command benhc; did you mean bench?
          -t bench                                        | bench comes first, before all options: ./wisp bench
          info foo                                        | there is no command info; the shell has one: ./wisp -c HOST info
          -h shel                                         | there is no help on shel; did you mean shell?
          -h colours                                      | there is no help on colours; there is on server, shell, perf, bench
          -c                                              | -c needs HOST[:PORT], the server to connect to
          -p -t --key_size 3 --payload_size 3             | -p needs HOST[:PORT], the server to connect to
          --bogus                                         | there is no option --bogus
          -s --memry 1g                                   | there is no option --memry; did you mean --memory?
          -s --port 70000                                 | --port 70000 is not between 0 and 65535
          -s --threads 0                                  | --threads 0 is not between 1 and 1024
          -s --max-clients 0                              | --max-clients 0 is not between 1 and 1000000
          -s --idle-timeout 25h                           | --idle-timeout 25h is more than 24h
          -s --key_size 3                                 | --key_size belongs to -p and means nothing with -s
          -s --get ring                                   | --get belongs to -c and -p and means nothing with -s
          -s -t --busy-poll --wait sleep                  | --busy-poll means --wait poll, and --wait sleep is something else: use one of them
          -c h -t --get ring                              | --get is for the transports rdma and shm and means nothing with tcp
          -p h --transport zmq --device mlx5_0 --key_size 3 --payload_size 3 | --device is for the transport rdma and means nothing with zmq
          -s -t --device mlx5_0                           | --device is for the transport rdma and means nothing with tcp
          -s -t --ack-timeout 67ms                        | --ack-timeout is for the transport rdma and means nothing with tcp
          -c h --transport shm --ack-timeout 67ms         | --ack-timeout is for the transport rdma and means nothing with shm
          -p h --transport zmq --ack-timeout 67ms --key_size 3 --payload_size 3 | --ack-timeout is for the transport rdma and means nothing with zmq
          -c h --transport nosuch --get ring              | there is no transport "nosuch"; there are
          -s --timeout 1s                                 | --timeout belongs to -c and -p and means nothing with -s
          -s x                                            | "x" means nothing after -s
          -s --transport nosuch                           | there is no transport "nosuch"; there are
          -s -t --transport fake                          | -t asks for tcp and --transport for fake: use one of them
          -c h:99999 -t                                   | -c h:99999: port 99999 is not between 0 and 65535
          -c h:x -t                                       | -c h:x: "x" in "h:x" is no port
          -c h:0 -t                                       | -c h:0: port 0 is no server's
          -c h --timeout 0                                | --timeout 0ms is not between 1ms and 1h
          -p h --payload_size 3                           | -p needs --key_size
          -p h --key_size 3                               | -p needs --payload_size
          -p h -t --payload_size 3 --key_size 0           | --key_size 0 is not between 1 and 18
          -p h -t --payload_size 3 --key_size 19          | --key_size 19 is not between 1 and 18
          -p h -t --key_size 3 --payload_size -1          | --payload_size -1 is not between 0 and 67108864
          -p h -t --key_size 3 --payload_size 67108865    | --payload_size 67108865 is not between 0 and 67108864
          PERF --requests 0                               | --requests 0 is not between 1 and 1000000000000
          PERF --warmup -1                                | --warmup -1 is not between 0 and 1000000000000
          PERF --warmup 9999999999999999999               | --warmup 9999999999999999999 is not between 0 and 1000000000000
          PERF --warmup long                              | --warmup long is neither a number of requests nor a time as 500ms
          PERF --warmup 0s                                | --warmup 0ms is not between 1ms and 24h
          PERF --warmup 25h                               | --warmup 90000000ms is not between 1ms and 24h
          PERF --clients 0                                | --clients 0 is not between 1 and 1024
          PERF --pipeline 0                               | --pipeline 0 is not between 1 and 65536
          PERF --mix get                                  | --mix get: "get" has no weight
          -p h -t --key_size 3 --payload_size 5-3         | --payload_size 5-3 ends before it begins
          PERF --rate 0                                   | --rate 0: 0 is not between 0.01 and 1000000000
          PERF --rate 5 --duration 0                      | --duration 0ms is not between 1ms and 24h
          PERF --rate 5 --duration 25h                    | --duration 90000000ms is not between 1ms and 24h
          PERF --rate 5 --requests 0                      | --requests 0 is not between 1 and 1000000000000
          PERF --duration 25h                             | --duration 90000000ms is not between 1ms and 24h
          PERF --duration 5s --requests 9                 | --requests and --duration both say when to stop
          PERF --arrivals poisson                         | --arrivals means nothing without --rate
          PERF --keys normal                              | --keys normal is not understood: it is uniform, zipfian
          PERF --workload e                               | --workload e is none of a, b, c, d and f: e scans ranges of keys
          PERF --workload g                               | --workload g is none of a, b, c, d and f
          PERF --preload 1001                             | --preload 1001 is more than the 1000 keys of --key_size 3
          PERF --preload some                             | --preload some is no number of keys, and not all
          -p h -t --key_size 18 --payload_size 3 --preload all | --preload all would put 1000000000000000000 keys, and 1000000000 is the most
          -c h --cores 0                                  | --cores belongs to -s and -p and means nothing with -c
          -s --port 1 --port 2                            | --port is given twice
          -p h -t --key-size 0 --payload-size 1           | --key_size 0 is not between 1 and 18
          """)
  void shouldSayInASentenceWhatIsWrong(String commandLine, String sentence) {
    String perf = "-p h -t --key_size 3 --payload_size 3";
    Run run = Run.of(commandLine.replace("PERF", perf).split(" ", -1));
    assertThat(run.err()).startsWith("wisp: " + sentence).doesNotContain("Exception");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-s --memory lots",
        "-s --idle-timeout soon",
        "-c h --ack-timeout soon",
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

  @Test
  void shouldSayThatTheHeapIsFullWhereAResourceFailsToCloseByTheSameError() {
    OutOfMemoryError full = new OutOfMemoryError("Java heap space");
    Run run =
        new Run()
            .execute(
                (memory, evict, shared) -> {
                  full.addSuppressed(full);
                  throw full;
                },
                "-s",
                "--transport",
                "fake");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("wisp: an error inside Wisp, java.lang.OutOfMemoryError: Java heap space;");
  }
}
