// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cli.Main;
import io.wisp.process.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code wisp -s --data} in a process of its own, which a test kills. */
final class LoggedServer implements AutoCloseable {

  private static final long BOUND_SECONDS = 120;

  /**
   * The first compiler alone: in the seconds that a process of these tests lives, the second one
   * only takes the processors from the others. The long tests have both.
   */
  static final String COMPILERS =
      System.getProperty("wisp.test.excluded", "long").contains("long")
          ? "-XX:TieredStopAtLevel=1"
          : "-XX:+TieredCompilation";

  /** With snapshots so often that many servers end while one is taken. */
  private static final List<String> JVM_OPTIONS =
      List.of(
          COMPILERS,
          "-Xmx256m",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dwisp.data.snapshotBytes=100000");

  private static final Pattern PORT = Pattern.compile("tcp +127\\.0\\.0\\.1:(\\d+) .*");

  private final Process process;
  private final Queue<String> said = new ConcurrentLinkedQueue<>();
  private final Thread reader;

  private LoggedServer(Process process) {
    this.process = process;
    reader = Thread.ofVirtual().start(this::gather);
  }

  /**
   * Starts one that may refuse to.
   *
   * @param before a command that starts it, given its words as further arguments
   */
  static LoggedServer launch(Path data, List<String> before, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-s", "--data", data.toString()));
    arguments.addAll(List.of(options));
    if (!arguments.contains("--cluster")) {
      arguments.addAll(List.of("--port", "0"));
    }
    List<String> command = new ArrayList<>(before);
    command.addAll(
        JavaCommand.of(
            Main.class.getName(), System.getProperty("java.class.path"), JVM_OPTIONS, arguments));
    return new LoggedServer(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Starts one, and waits until it is ready. */
  static LoggedServer start(Path data, String... options) throws Exception {
    return launch(data, List.of(), options).awaitReady();
  }

  LoggedServer awaitReady() throws InterruptedException {
    return awaitLine("ready");
  }

  /** Waits until it has said something that begins so. */
  LoggedServer awaitLine(String beginning) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    boolean isLastLook = false;
    while (!hasSaid(beginning)) {
      if (isLastLook || System.nanoTime() - deadline > 0) {
        kill();
        throw new AssertionError("not " + beginning + ": " + said());
      }
      if (process.isAlive()) {
        Thread.sleep(5);
      } else {
        // Its last words may still be on their way.
        reader.join();
        isLastLook = true;
      }
    }
    return this;
  }

  /** Whether a line that it has said begins so. */
  boolean hasSaid(String beginning) {
    return said.stream().anyMatch(line -> line.startsWith(beginning));
  }

  private void gather() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that it has said, in lines. */
  String said() {
    return String.join("\n", said);
  }

  int port() {
    return said.stream()
        .map(PORT::matcher)
        .filter(Matcher::matches)
        .map(line -> Integer.parseInt(line.group(1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no port: " + said()));
  }

  /** SIGKILL. */
  void kill() {
    process.toHandle().destroyForcibly();
    process.onExit().join();
  }

  /** SIGSTOP, or SIGCONT, by the name without SIG. */
  void signal(String name) throws IOException, InterruptedException {
    String command = "kill -" + name + " " + process.pid();
    int code = new ProcessBuilder("bash", "-c", command).start().waitFor();
    if (code != 0) {
      throw new IOException(command + " has ended with " + code);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGTERM, and waits until it has ended. */
  int terminate() throws InterruptedException {
    // Not by the process, which would close its output before it has said its last words.
    process.toHandle().destroy();
    return exitCode();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("not ended: " + said());
    }
    reader.join();
    return process.exitValue();
  }

  @Override
  public void close() {
    kill();
  }
}
