// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs programs of a folder by a Python that has the libraries which the folder pins. */
public final class PythonProgram {

  /** How a program ended, and what it said. */
  public record Outcome(int exitCode, String output) {}

  private final Path sources;
  private final Path environment;

  /**
   * Of a folder with a file requirements.txt.
   *
   * @param name of the environment, which is made once and kept under target
   */
  public PythonProgram(Path sources, String name) {
    this.sources = sources;
    environment = Path.of("target", name);
  }

  /** Runs a program of the folder; the test is skipped if there is no Python for it. */
  public Outcome run(String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(python().toString());
    command.add(sources.resolve(program).toString());
    command.addAll(Arrays.asList(arguments));
    return run(command);
  }

  private Path python() throws Exception {
    Path python = environment.resolve("bin").resolve("python");
    Path requirements = sources.resolve("requirements.txt");
    Path installed = environment.resolve("installed.txt");
    if (!Files.exists(installed) || Files.mismatch(installed, requirements) >= 0) {
      require(run(List.of("python3", "-m", "venv", "--clear", environment.toString())));
      require(
          run(
              List.of(
                  python.toString(), "-m", "pip", "install", "-q", "-r", requirements.toString())));
      Files.copy(requirements, installed);
    }
    return python;
  }

  private void require(Outcome outcome) {
    String reason = "no Python with the libraries of " + sources + " here: " + outcome.output();
    if (outcome.exitCode() != 0) {
      System.err.println("SKIPPED: " + reason);
    }
    assumeTrue(outcome.exitCode() == 0, reason);
  }

  private static Outcome run(List<String> command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), output);
    } catch (IOException e) {
      return new Outcome(-1, String.join(" ", command) + " " + e.getMessage());
    }
  }
}
