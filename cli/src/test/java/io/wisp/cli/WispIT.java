// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.measure.machine.CoreList;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The packaged program as a user starts it: {@code ./wisp}, processes, pipes and signals. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(120)
class WispIT {

  /** Progress of a measurement with a request that is done. */
  private static final Pattern MEASURING = Pattern.compile("measuring[^:]*: [1-9]");

  @TempDir Path folder;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endProcesses() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  /** Who starts these tests in the background may have left SIGINT ignored. */
  private static List<String> launcher() throws IOException {
    String wisp = Path.of("..", "wisp").toRealPath().toString();
    List<String> command = new ArrayList<>();
    if (OS.LINUX.isCurrentOs()) {
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.add(wisp);
    return command;
  }

  private Process start(String... arguments) throws IOException {
    Process process = builder(arguments).start();
    started.add(process);
    return process;
  }

  private ProcessBuilder builder(String... arguments) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(launcher()).directory(folder.toFile());
    builder.command().addAll(List.of(arguments));
    builder.environment().put("WISP_BUILD", "never");
    return builder;
  }

  private Outcome run(String input, String... arguments) throws Exception {
    return Outcome.of(start(arguments), input);
  }

  private ReadyServer serve(String options) throws IOException {
    return ReadyServer.of(start(("-s -t --port 0 --memory 64m " + options).split(" ")));
  }

  /** The command line that measures a server. */
  private static String[] perf(ReadyServer server, String options) {
    return ("-p " + server.host() + " -t --timeout 60s --key_size 3 " + options).split(" ");
  }

  @Test
  void shouldServeShellAndPerfClientAndEndCleanlyOnSigterm() throws Exception {
    ReadyServer server = serve("");
    Outcome shell =
        run("put k \"a\\nb\"\nget k\nttl k\ndel k\n", "-c", server.host(), "-t", "--no-raw");
    assertThat(shell.err()).isEmpty();
    assertThat(shell.out().lines()).containsExactly("OK", "\"a\\nb\"", "-1", "1");
    assertThat(shell.exitCode()).isZero();
    Path json = folder.resolve("result.json");
    String load = "--payload_size 100 --requests 2000 --warmup 100 --json " + json;
    Outcome perf = run("", perf(server, load));
    assertThat(perf.err()).isEmpty();
    assertThat(perf.out()).contains("transport  tcp: ").containsPattern("(?m)^qps +\\d+$");
    assertThat(perf.exitCode()).isZero();
    assertThat(json).content().contains("\"wisp-perf\"", "\"histogram\"");
    server.process().toHandle().destroy();
    assertThat(server.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(server.process().exitValue()).isZero();
    assertThat(server.out().lines()).last().isEqualTo("stopped");
  }

  @Test
  void shouldFailInAPipeWhenACommandFails() throws Exception {
    ReadyServer server = serve("");
    Outcome shell = run("get nothing\nput k v\n", "-c", server.host(), "-t");
    assertThat(shell.exitCode()).isEqualTo(1);
    assertThat(shell.err()).isEmpty();
    assertThat(shell.out()).isEqualTo("\nOK\n");
  }

  /**
   * The output of a command whose input and output are a pseudo-terminal that has seen it typed.
   */
  private String onTerminal(String typed, String... arguments) throws Exception {
    String command = String.join(" ", launcher()) + " " + String.join(" ", arguments);
    ProcessBuilder builder = new ProcessBuilder("script", "-qec", command, "/dev/null");
    builder.environment().put("WISP_BUILD", "never");
    builder.environment().put("TERM", "dumb");
    builder.environment().put("XDG_STATE_HOME", folder.toString());
    Process process = builder.start();
    started.add(process);
    return Outcome.of(process, typed).out();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldShowAPersonWhatAProgramGetsRaw() throws Exception {
    ReadyServer server = serve("");
    run("put k \"\\x1b[2J\"\n", "-c", server.host(), "-t");
    String[] get = {"-c", server.host(), "-t", "get", "k"};
    assertThat(run("", get).out()).isEqualTo("\u001b[2J\n");
    assertThat(onTerminal("", get)).contains("\"\\x1b[2J\"").doesNotContain("\u001b[2J");
    assertThat(onTerminal("", "-c", server.host(), "-t", "get", "absent")).contains("(nil)");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldPromptOnATerminalThatCanDoNothing() throws Exception {
    ReadyServer server = serve("");
    String shown = onTerminal("incr n\nget n\ngett n\nquit\n", "-c", server.host(), "-t");
    assertThat(shown).contains("connected to tcp", "wisp> ", "did you mean get?");
    assertThat(shown.lines().map(String::strip))
        .filteredOn(line -> line.matches("(wisp> )?1"))
        .hasSize(2);
    assertThat(folder.resolve("wisp/history")).content().contains("incr n");
  }

  @Test
  void shouldAskForThePassword() throws Exception {
    ReadyServer server = serve("--requirepass secret");
    Outcome stranger = run("get k\n", "-c", server.host(), "-t");
    Outcome friend = run("put k v\n", "-c", server.host(), "-t", "--password", "secret");
    assertThat(stranger.exitCode()).isEqualTo(1);
    assertThat(stranger.err()).startsWith("wisp: ").doesNotContain("Exception", "\tat ");
    assertThat(stranger.err().lines()).hasSize(1);
    assertThat(friend.out()).isEqualTo("OK\n");
  }

  @Test
  void shouldSayInASentenceThatThePortIsTaken() throws Exception {
    ReadyServer server = serve("");
    String port = server.host().substring(server.host().indexOf(':') + 1);
    Outcome second = run("", "-s", "-t", "--port", port, "--memory", "64m");
    assertThat(second.exitCode()).isEqualTo(1);
    assertThat(second.err()).startsWith("wisp: ").contains(server.host());
    assertThat(second.err().lines()).hasSize(1);
  }

  @Test
  void shouldSayInASentenceThatNoServerListens() throws Exception {
    Outcome shell = run("", "-c", "127.0.0.1:1", "-t");
    assertThat(shell.exitCode()).isEqualTo(1);
    assertThat(shell.err()).startsWith("wisp: ").contains("127.0.0.1:1");
    assertThat(shell.err().lines()).hasSize(1);
  }

  @Test
  void shouldWriteNoResultWhenTheServerDiesInTheMidstOfARun() throws Exception {
    ReadyServer server = serve("");
    Path json = folder.resolve("result.json");
    Process perf =
        start(perf(server, "--payload_size 10 --requests 1000000000 --warmup 0 --json " + json));
    BufferedReader out = perf.inputReader(StandardCharsets.UTF_8);
    while (!out.readLine().startsWith("data ")) {
      // The next line comes when it is connected.
    }
    server.process().destroyForcibly().waitFor();
    assertThat(out.lines()).anySatisfy(line -> assertThat(line).startsWith("FAILED: "));
    assertThat(perf.waitFor()).isEqualTo(1);
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TERM, --requests 1000000000",
    "INT, --requests 1000000000",
    "INT, --rate 500 --duration 1h",
    "INT, --rate climb:100 --pipeline 4"
  })
  void shouldLeaveWhatWasMeasuredWhenItIsInterrupted(String signal, String load) throws Exception {
    ReadyServer server = serve("");
    Path json = folder.resolve("result.json");
    ProcessBuilder builder =
        builder(perf(server, "--payload_size 10 --warmup 100 --json " + json + " " + load));
    builder.environment().put("WISP_JAVA_OPTS", "-Dwisp.liveProgress=true");
    Process perf = builder.start();
    started.add(perf);
    BufferedReader err = perf.errorReader(StandardCharsets.UTF_8);
    StringBuilder progress = new StringBuilder();
    while (!MEASURING.matcher(progress).find()) {
      progress.append((char) err.read());
    }
    new ProcessBuilder("kill", "-" + signal, Long.toString(perf.pid())).start().waitFor();
    assertThat(perf.inputReader(StandardCharsets.UTF_8).lines())
        .anySatisfy(line -> assertThat(line).startsWith("qps "))
        .last()
        .asString()
        .startsWith("INTERRUPTED: this is what was measured until then");
    assertThat(perf.waitFor()).isEqualTo(130);
    JsonNode root = PerfJson.read(json);
    assertThat(root.get("interrupted").asBoolean()).isTrue();
    assertThat(root.at("/runs/0/operations/all/requests").asLong()).isPositive();
  }

  private static String firstAllowedCore() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("Cpus_allowed_list:"))
          .map(line -> line.replaceFirst("\\D+(\\d+).*", "$1"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldPinWhatServesAndMeasuresToTheCoresAskedFor() throws Exception {
    String core = firstAllowedCore();
    ReadyServer server = serve("--cores " + core);
    try (var threads = Files.list(Path.of("/proc", "" + server.process().pid(), "task"))) {
      assertThat(threads.map(thread -> thread.resolve("status")).toList())
          .map(Files::readString)
          .filteredOn(status -> status.startsWith("Name:\twisp-"))
          .isNotEmpty()
          .allMatch(status -> status.contains("Cpus_allowed_list:\t" + core + "\n"));
    }
    Path json = folder.resolve("result.json");
    String load = "--payload_size 10 --requests 100 --cores " + core + " --json " + json;
    Outcome perf = run("", perf(server, load));
    assertThat(perf.exitCode()).as(perf.err()).isZero();
    assertThat(perf.out()).contains(", on core " + core + "\n");
    JsonNode root = PerfJson.read(json);
    assertThat(root.at("/settings/cores")).hasSize(1);
    assertThat(root.at("/environment/coresAllowed").asString()).isEqualTo(core);
    assertThat(root.at("/environment/cores").asInt())
        .isEqualTo(
            CoreList.parse(Files.readString(Path.of("/sys/devices/system/cpu/online")))
                .numbers()
                .size());
  }

  @Test
  void shouldSayInASentenceThatACoreDoesNotExist() throws Exception {
    Outcome server = run("", "-s", "-t", "--port", "0", "--cores", "8000");
    assertThat(server.exitCode()).isEqualTo(1);
    assertThat(server.err()).startsWith("wisp: --cores 8000: ");
    assertThat(server.err().lines()).hasSize(1);
  }
}
