// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.fake.FakeTransport;
import io.wisp.cli.faults.ServerProcess;
import io.wisp.cluster.ClusterMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The nodes of a cluster as a user starts them, and the shell. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterRunTest {

  @TempDir private Path folder;

  private final List<Run> servers = new ArrayList<>();
  private final List<Thread> serving = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();

  @AfterEach
  void stopAll() throws InterruptedException {
    for (int i = 0; i < servers.size(); i++) {
      stop(i);
    }
  }

  private void stop(int index) throws InterruptedException {
    servers.get(index).stop();
    serving.get(index).join();
  }

  private void start(String options) throws InterruptedException {
    Run run = new Run();
    Thread thread = Thread.ofPlatform().start(() -> run.execute(("-s " + options).split(" ")));
    servers.add(run);
    serving.add(thread);
    while (!run.out().contains("ready") && thread.isAlive()) {
      Thread.sleep(Duration.ofMillis(5));
    }
  }

  private Path file(String... slots) throws IOException {
    StringBuilder nodes = new StringBuilder();
    for (int i = 0; i < slots.length; i++) {
      ports.add(
          IntStream.generate(ServerProcess::freePorts)
              .filter(this::isApart)
              .findFirst()
              .orElseThrow());
      nodes.append(i == 0 ? "" : ",");
      nodes.append(
          "{\"name\": \"n%s\", \"host\": \"127.0.0.1\", \"port\": %s, \"slots\": \"%s\"}"
              .formatted(i, ports.get(i), slots[i]));
    }
    return Files.writeString(folder.resolve("nodes.json"), "{\"nodes\": [" + nodes + "]}");
  }

  /** Whether a node there would have all its ports for itself. */
  private boolean isApart(int port) {
    return ports.stream().allMatch(each -> Math.abs(each - port) > FakeTransport.PORT_OFFSET);
  }

  private Run shell(int node, String input, String... options) {
    List<String> words =
        new ArrayList<>(List.of("-c", "127.0.0.1:" + ports.get(node), "-t", "--timeout", "30s"));
    words.addAll(List.of(options));
    return new Run().reading(input).execute(words.toArray(String[]::new));
  }

  @Test
  void shouldServeAsANodeAndSaySo() throws Exception {
    Path file = file("0-8191", "8192-16000");
    start("--transport fake --cluster " + file + " --cluster-node n1");
    assertThat(servers.getFirst().out())
        .contains("cluster node n1 of 2 (slots 8192-16000); 383 slots have no node");
    ClusterMember member =
        FakeTransport.optionsOfServerAt(ports.get(1) + FakeTransport.PORT_OFFSET).member();
    assertThat(Objects.requireNonNull(member).node().name()).isEqualTo("n1");
  }

  @Test
  void shouldNotServeAsANodeThatThereIsNot() throws Exception {
    Path file = file("0-16383");
    Run run = Run.of("-s", "-t", "--cluster", file.toString(), "--cluster-node", "x");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--cluster-node x: there is no such node", "there are n0");
    Run alone = Run.of("-s", "-t", "--cluster-node", "n0");
    assertThat(alone.exitCode()).isEqualTo(2);
    assertThat(alone.err()).contains("--cluster-node names a node of --cluster FILE");
    Run missing = Run.of("-s", "-t", "--cluster", folder.resolve("none").toString());
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("there is no such file");
  }

  @Test
  void shouldSendEachKeyOfTheShellToItsNode() throws Exception {
    Path file = file("0-5460", "5461-10922", "10923-16383");
    for (int i = 0; i < 3; i++) {
      start("-t --cluster " + file + " --cluster-node n" + i);
    }
    // The slots of these are 15495, 3300, 7365 and 11298.
    Run all = shell(0, "set a 1\nset b 2\nset c 3\nset d 4\nmget a b c d\nincr c\ndel a b\nscan\n");
    assertThat(all.err()).isEmpty();
    assertThat(all.exitCode()).isZero();
    assertThat(all.out().lines().toList().subList(0, 10))
        .containsExactly("OK", "OK", "OK", "OK", "1", "2", "3", "4", "4", "2");
    assertThat(all.out().lines().toList().subList(10, 12)).containsExactlyInAnyOrder("c", "d");
    Run one = shell(1, "get c\nget b\n", "--one-node");
    assertThat(one.out()).isEqualToIgnoringNewLines("4");
    assertThat(one.err()).contains("(error) another node of the cluster has the key");
    assertThat(one.exitCode()).isEqualTo(1);
    Run many = shell(0, "mset {a}1 x {a}2 y\nmset a x b y\nget {a}2\n");
    assertThat(many.out().lines()).containsExactly("OK", "y");
    assertThat(many.err())
        .contains(
            "(error) the keys of a batch are of one slot, and \"a\" has slot 15495 (node n2 at ")
        .contains("and \"b\" has slot 3300 (node n0 at ");
    assertThat(many.exitCode()).isEqualTo(1);
    // What has no status for it says so as well, and the connection goes on.
    Run asked = shell(1, "exists b\nget c\n", "--one-node");
    assertThat(asked.out()).isEqualToIgnoringNewLines("4");
    assertThat(asked.err()).contains("(error) ", "MOVED");
  }

  @Test
  void shouldGoOnWithTheOtherNodesWhenOneIsGone() throws Exception {
    Path file = file("0-5460", "5461-10922", "10923-16383");
    for (int i = 0; i < 3; i++) {
      start("-t --cluster " + file + " --cluster-node n" + i);
    }
    stop(1);
    Run run = shell(0, "set b 2\nset c 3\nset d 4\nget d\n");
    assertThat(run.out().lines()).containsExactly("OK", "OK", "4");
    assertThat(run.err())
        .contains("the key has slot 7365, and node n1 at 127.0.0.1:" + ports.get(1))
        .contains("cannot be reached");
    assertThat(run.exitCode()).isEqualTo(1);
  }
}
