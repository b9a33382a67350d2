// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.process.JavaCommand;
import io.wisp.process.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A program of the tests in a process of its own, which can be stopped and killed. */
public final class JavaProcess implements AutoCloseable {

  private final Process process;
  private final BufferedReader output;

  /**
   * Starts one with this process's own JDK, class path and choice of compilers.
   *
   * @param program has the method main
   */
  public JavaProcess(Class<?> program, String... arguments) throws IOException {
    this(List.of(), program, arguments);
  }

  /**
   * Starts one by a command that makes its surroundings and then becomes it.
   *
   * @param prefix the beginning of the command
   */
  public JavaProcess(List<String> prefix, Class<?> program, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        JavaCommand.of(
            program.getName(),
            System.getProperty("java.class.path"),
            List.of("-Xmx64m", "-XX:+UseSerialGC"),
            List.of(arguments)));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** The next line that it prints. */
  public String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the process ended with " + process.onExit().join().exitValue());
    }
    return line;
  }

  /** SIGSTOP, and waits until each of its threads has seen it: one answers nobody from then on. */
  public void stop() throws IOException, InterruptedException {
    Signals.stop(process.pid());
  }

  /** SIGCONT: it goes on. */
  public void resume() throws IOException, InterruptedException {
    Signals.send("CONT", process.pid());
  }

  /** SIGKILL: it has no time to clear anything up. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
