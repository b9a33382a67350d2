// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code wisp -s --keep}: what clients were told is there when the next server has started, however
 * the last one ended.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class KeepTest {

  private static final int WRITERS = 3;
  private static final int LONGEST_WORK_MILLIS = 300;

  private final long seed = Long.getLong("wisp.faults.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final List<Path> files = new ArrayList<>();

  @TempDir private Path folder;

  /** How often a server is killed. */
  int rounds() {
    return 4;
  }

  @AfterEach
  void removeWhatWasKept() throws IOException {
    for (Path file : files) {
      Files.deleteIfExists(file);
      Files.deleteIfExists(Path.of(file + ".lock"));
    }
  }

  private static ServerProcess.Start serve(String... options) {
    return ServerProcess.with(options).jvm("-Xmx256m");
  }

  /** The file that a server says it keeps, which is removed at the end. */
  private Path fileOf(ServerProcess server) {
    Path file = Path.of(server.out().replaceAll("(?s).*\nkept +(\\S+) \\(.*", "$1"));
    files.add(file);
    return file;
  }

  /** In an orderly way, or what it has in shared memory would stay there. */
  private static void end(ServerProcess server) throws IOException, InterruptedException {
    server.terminate();
    assertThat(server.exitCode()).isZero();
  }

  private static Client connect(String transport, int basePort, GetPath path) {
    Transport chosen = Transports.named(transport);
    return chosen.connect(
        new Endpoint("127.0.0.1", basePort + chosen.portOffset()),
        ClientOptions.defaults().withTimeout(Duration.ofSeconds(60)).withGetPath(path));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void shouldHoldEveryAnswerAndWholeTransactionsAfterEachKill() throws Exception {
    System.out.println("faults: seed " + seed);
    List<KeepWriter> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new KeepWriter(i, random.nextLong()));
    }
    ServerProcess.Start start = serve("--keep", "--memory", "32m");
    ServerProcess server = start.start();
    fileOf(server);
    long answers = 0;
    for (int round = 0; round < rounds(); round++) {
      int port = server.port();
      List<Thread> threads = new ArrayList<>();
      for (KeepWriter writer : writers) {
        threads.add(Thread.ofPlatform().start(() -> writer.write(port)));
      }
      for (KeepWriter writer : writers) {
        server.await("at work", () -> writer.isAtWork() || writer.failure() != null);
      }
      Thread.sleep(random.nextInt(LONGEST_WORK_MILLIS));
      server.kill();
      for (Thread thread : threads) {
        thread.join();
      }
      server = serve("--keep").port(port).start();
      assertThat(server.out()).contains("entries, ", " after a crash", "memory  32 MiB");
      assertThat(server.err()).doesNotContain("WARNING");
      for (KeepWriter writer : writers) {
        assertThat(writer.failure()).isNull();
        answers += writer.check(port);
      }
    }
    System.out.println("held " + answers + " answers in " + rounds() + " kills: " + server.out());
    assertThat(answers).isPositive();
    end(server);
  }

  @Test
  void shouldReadNothingAtAddressesOfAServerThatIsGone() throws Exception {
    try (ServerProcess server = serve("--keep", "--memory", "32m").start();
        Client shm = connect("shm", server.port(), GetPath.AUTO);
        Client oneSided = connect("shm", server.port(), GetPath.ONE_SIDED)) {
      fileOf(server);
      assertThat(server.out()).contains("table readable by clients");
      shm.put(bytes("key"), bytes("before"));
      for (Client each : List.of(shm, oneSided)) {
        assertThat(each.get(bytes("key"))).asString().isEqualTo("before");
      }
      server.kill();
      try (ServerProcess next = serve("--keep").port(server.port()).start();
          Client client = connect("shm", next.port(), GetPath.ONE_SIDED)) {
        assertThat(client.get(bytes("key"))).asString().isEqualTo("before");
        client.put(bytes("key"), bytes("after"));
        assertThat(client.get(bytes("key"))).asString().isEqualTo("after");
        for (Client each : List.of(shm, oneSided)) {
          assertThatThrownBy(() -> each.get(bytes("key"))).isInstanceOf(TransportException.class);
        }
        end(next);
      }
    }
  }

  @Test
  void shouldGoOnAfterAnOrderlyEndInAFileOnDisk() throws Exception {
    String file = folder.resolve("region").toString();
    int port;
    try (ServerProcess server = serve("--keep=" + file, "--memory", "16m").start();
        Client client = connect("tcp", server.port(), GetPath.RING)) {
      port = server.port();
      assertThat(server.out()).contains("kept    " + file + " (outlives this process");
      client.put(bytes("key"), bytes("value"));
      end(server);
    }
    try (ServerProcess server = serve("--keep=" + file).port(port).start();
        Client client = connect("tcp", server.port(), GetPath.RING)) {
      assertThat(server.out()).contains("1 entry, ", " after an orderly end");
      assertThat(client.get(bytes("key"))).asString().isEqualTo("value");
      Path maybeElsewhere = Path.of(file);
      if (!Files.getFileStore(maybeElsewhere).equals(Files.getFileStore(Path.of("/dev/shm")))) {
        assertThat(server.out()).contains("clients of shm ask for everything");
      }
      end(server);
    }
  }

  /** The number that tells the runs of the machine apart is another one in the file. */
  @Test
  void shouldWarnIfTheMachineEndedMeanwhile() throws Exception {
    Path file = folder.resolve("region");
    try (ServerProcess server = serve("--keep=" + file, "--memory", "16m", "-t").start()) {
      server.kill();
    }
    byte[] bytes = Files.readAllBytes(file);
    bytes[168] ^= 1;
    Files.write(file, bytes);
    try (ServerProcess server = serve("--keep=" + file, "-t").start()) {
      assertThat(server.err()).contains("WARNING: the machine ended while " + file);
      end(server);
    }
    try (ServerProcess server = serve("--keep=" + file, "-t").start()) {
      assertThat(server.err()).doesNotContain("WARNING");
      end(server);
    }
  }

  @Test
  void shouldRefuseInWordsWhatItCannotGoOnWith() throws Exception {
    Path file = folder.resolve("region");
    try (ServerProcess server = serve("--keep=" + file, "--memory", "16m", "-t").start()) {
      checkRefusal("is in use by a server that is running", "--keep=" + file, "-t");
      assertThat(server.isAlive()).isTrue();
      end(server);
    }
    checkRefusal(
        "was made with --memory 16777216: leave --memory out",
        "--keep=" + file,
        "--memory",
        "32m",
        "-t");
    byte[] bytes = Files.readAllBytes(file);
    bytes[33] ^= 1;
    Files.write(file, bytes);
    checkRefusal("holds: its header is damaged; remove it", "--keep=" + file, "-t");
    checkRefusal("there is no such folder", "--keep=" + folder.resolve("no/region"), "-t");
  }

  private static void checkRefusal(String message, String... options) throws Exception {
    try (ServerProcess server = serve(options).launch()) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.err()).startsWith("wisp: --").contains(message).doesNotContain("\tat ");
    }
  }
}
