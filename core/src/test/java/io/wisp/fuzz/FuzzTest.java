// SPDX-License-Identifier: Apache-2.0
package io.wisp.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.process.JavaCommand;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What must hold whatever bytes come in. The inputs that a fuzzer found worth keeping are in {@code
 * src/test/resources/fuzz}, in a folder named as the class, and are tried each time; the long test
 * has Jazzer look for more, guided by what code they reach, for as many seconds as the system
 * property {@code wisp.fuzz.seconds} says. What Jazzer found, and an input that failed, is left in
 * {@code target/fuzz}.
 */
public abstract class FuzzTest {

  private static final long SECONDS = Long.getLong("wisp.fuzz.seconds", 60);
  private static final int SHOWN_CHARACTERS = 6_000;

  /**
   * Tries one input.
   *
   * @throws Exception or an Error if something does not hold
   */
  protected abstract void check(byte[] input) throws Exception;

  /** The longest input that is worth trying, in bytes. */
  protected int maxLength() {
    return 4_096;
  }

  private Path corpus() {
    return Path.of("src", "test", "resources", "fuzz", getClass().getSimpleName());
  }

  @TestFactory
  Stream<DynamicTest> shouldHoldForEveryInputOfTheCorpus() throws IOException {
    try (Stream<Path> files = Files.list(corpus())) {
      List<Path> inputs = files.sorted().toList();
      assertThat(inputs).as("the corpus in %s", corpus()).isNotEmpty();
      return inputs.stream()
          .map(
              input ->
                  DynamicTest.dynamicTest(
                      input.getFileName().toString(), () -> check(Files.readAllBytes(input))));
    }
  }

  @Test
  @Tag("long")
  void shouldHoldForWhateverAFuzzerTries() throws IOException, InterruptedException {
    Path found = Path.of("target", "fuzz", getClass().getSimpleName());
    Files.createDirectories(found.resolve("corpus"));
    Path log = found.resolve("log");
    List<String> command =
        JavaCommand.of(
            "com.code_intelligence.jazzer.Jazzer",
            System.getProperty("java.class.path"),
            List.of("-Xmx512m", "-XX:+EnableDynamicAgentLoading"),
            List.of(
                "--target_class=" + FuzzEntry.class.getName(),
                "--target_args=" + getClass().getName(),
                "--instrumentation_includes=io.wisp.**",
                "--custom_hook_includes=io.wisp.**",
                // It takes the connections of the test itself for somebody's attack.
                "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery",
                "--reproducer_path=" + found,
                "-artifact_prefix=" + found + "/",
                "-max_total_time=" + SECONDS,
                "-max_len=" + maxLength(),
                found.resolve("corpus").toString(),
                corpus().toString()));
    int exitCode =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    String output = Files.readString(log, StandardCharsets.ISO_8859_1);
    String end = output.substring(Math.max(0, output.length() - SHOWN_CHARACTERS));
    assertThat(exitCode).as(end).isZero();
    assertThat(output).as("Jazzer's last words").contains("Done ");
  }
}
