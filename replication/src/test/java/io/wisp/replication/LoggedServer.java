// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cli.Main;
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
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED"));
    command.add("--sun-misc-unsafe-memory-access=allow");
    // So that many end while a snapshot is taken.
    command.add("-Dwisp.data.snapshotBytes=100000");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("-s", "--data", data.toString()));
    command.addAll(List.of(options));
    if (!command.contains("--cluster")) {
      command.addAll(List.of("--port", "0"));
    }
    return new LoggedServer(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Starts one, and waits until it is ready. */
  static LoggedServer start(Path data, String... options) throws Exception {
    return launch(data, List.of(), options).awaitReady();
  }

  LoggedServer awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (said.stream().noneMatch(line -> line.startsWith("ready"))) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        kill();
        throw new AssertionError("not ready: " + said());
      }
      Thread.sleep(5);
    }
    return this;
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
