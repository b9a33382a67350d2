// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.HeapStore;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PythonClientTest {

  private static final Path ENVIRONMENT = Path.of("target", "python-client");
  private static final Path SOURCES = Path.of("src", "test", "python");
  private static final String PASSWORD = "sesame";

  private record Outcome(int exitCode, String output) {}

  @Test
  void shouldServeAPythonClientWrittenFromTheProtocolDocument() throws Exception {
    Path python = pythonWithZmq();
    ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0));
    ZmqTransport transport = new ZmqTransport();
    try (HeapStore store = new HeapStore();
        Server open = transport.serve(store, options);
        Server guarded = transport.serve(store, options.withPassword(PASSWORD))) {
      Outcome outcome =
          run(
              python.toString(),
              SOURCES.resolve("test_zmq_client.py").toString(),
              "tcp://" + open.endpoint(),
              "tcp://" + guarded.endpoint(),
              PASSWORD);
      assertThat(outcome.exitCode()).as(outcome.output()).isZero();
      assertThat(outcome.output()).contains("Ran 10 tests").doesNotContain("skipped");
    }
  }

  /** A Python of the test's own, with the pinned library; made once, kept under target. */
  private static Path pythonWithZmq() throws Exception {
    Path python = ENVIRONMENT.resolve("bin").resolve("python");
    Path requirements = SOURCES.resolve("requirements.txt");
    Path installed = ENVIRONMENT.resolve("installed.txt");
    if (!Files.exists(installed) || Files.mismatch(installed, requirements) >= 0) {
      require(run("python3", "-m", "venv", "--clear", ENVIRONMENT.toString()));
      require(run(python.toString(), "-m", "pip", "install", "-q", "-r", requirements.toString()));
      Files.copy(requirements, installed);
    }
    return python;
  }

  private static void require(Outcome outcome) {
    if (outcome.exitCode() != 0) {
      System.err.println("SKIPPED: no Python with pyzmq to be had here: " + outcome.output());
    }
    assumeTrue(outcome.exitCode() == 0, () -> "no Python with pyzmq here: " + outcome.output());
  }

  private static Outcome run(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), output);
    } catch (IOException e) {
      List<String> reason = new ArrayList<>(List.of(command));
      reason.add(String.valueOf(e.getMessage()));
      return new Outcome(-1, String.join(" ", reason));
    }
  }
}
