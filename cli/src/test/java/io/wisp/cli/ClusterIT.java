// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of three server processes, as a user starts them. */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class ClusterIT {

  private static final List<String> SLOTS = List.of("0-5460", "5461-10922", "10923-16383");

  private static final Random RANDOM = new Random();

  @TempDir Path folder;

  private final List<Process> started = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();

  @BeforeEach
  void startAll() throws IOException {
    List<String> nodes = new ArrayList<>();
    for (int i = 0; i < SLOTS.size(); i++) {
      ports.add(freePort());
      nodes.add(
          "{\"name\": \"n%s\", \"host\": \"127.0.0.1\", \"port\": %s, \"slots\": \"%s\"}"
              .formatted(i, ports.get(i), SLOTS.get(i)));
    }
    Files.writeString(
        folder.resolve("nodes.json"), "{\"nodes\": [%s]}".formatted(String.join(",\n", nodes)));
    for (int i = 0; i < SLOTS.size(); i++) {
      ReadyServer ignored = ReadyServer.of(serve(i));
    }
  }

  /** Another for each node; the transports beside tcp listen just above it. */
  private int freePort() throws IOException {
    for (int port = 12_000 + 10 * RANDOM.nextInt(1_000); ; port += 10) {
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        if (!ports.contains(port)) {
          return free.getLocalPort();
        }
      } catch (BindException e) {
        // The next.
      }
    }
  }

  private Process serve(int node) throws IOException {
    return start("-s", "--memory", "64m", "--cluster", "nodes.json", "--cluster-node", "n" + node);
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(Path.of("..", "wisp").toRealPath().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("WISP_BUILD", "never");
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private Outcome shell(int node, String transport, String input) throws Exception {
    Process process =
        start("-c", "127.0.0.1:" + ports.get(node), "--transport", transport, "--timeout", "60s");
    return Outcome.of(process, input);
  }

  @AfterEach
  void endAll() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void shouldServeEveryKeyOverEveryTransportAndOthersWhenANodeIsKilled() throws Exception {
    StringBuilder sets = new StringBuilder();
    StringBuilder gets = new StringBuilder();
    for (int i = 0; i < 90; i++) {
      sets.append("set key").append(i).append(" v").append(i).append('\n');
      gets.append("get key").append(i).append('\n');
    }
    assertThat(shell(0, "tcp", sets.toString()).out().lines()).hasSize(90).containsOnly("OK");
    for (String transport : List.of("tcp", "zmq", "shm")) {
      Outcome got = shell(1, transport, gets.toString());
      assertThat(got.err()).isEmpty();
      assertThat(got.out().lines()).hasSize(90).element(89).isEqualTo("v89");
    }
    started.get(2).descendants().forEach(ProcessHandle::destroyForcibly);
    started.get(2).destroyForcibly().waitFor();
    Outcome rest = shell(0, "tcp", gets.toString());
    assertThat(rest.exitCode()).isEqualTo(1);
    long answered = rest.out().lines().count();
    assertThat(answered).isBetween(30L, 89L);
    assertThat(rest.err().lines())
        .hasSize((int) (90 - answered))
        .allMatch(line -> line.contains("node n2 at 127.0.0.1:" + ports.get(2)));
  }
}
