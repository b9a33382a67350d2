// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.process.SharedMemory;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Servers whose {@code /dev/shm} is full, which are killed, or have no descriptors left. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedMemoryFaultsTest {

  private static final int KILLS = 4;
  private static final int SHM_OFFSET = 3;

  private static ServerProcess.Start in(SharedMemory memory, String... options) {
    return ServerProcess.with(options).behind(memory.command().toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "head -c 64k /dev/zero > /dev/shm/full, No space left on device",
    "chmod 0777 /dev/shm, others may remove what is this user's in /dev/shm",
    "chmod 0770 /dev/shm, others may remove what is this user's in /dev/shm"
  })
  void shouldServeEverythingElseWhereThereCanBeNoSharedMemory(String preparation, String reason)
      throws Exception {
    try (SharedMemory memory = SharedMemory.of("64k", preparation);
        ServerProcess server = in(memory, "--memory", "32m", "--threads", "1").start()) {
      assertThat(server.out())
          .contains("\ntcp ", "\nzmq ")
          .containsPattern("not served  shm: .*" + reason);
      assertThat(server.out() + server.err()).doesNotContain("Exception", "\tat ");
      server.terminate();
      assertThat(server.exitCode()).isZero();
    }
  }

  @Test
  void shouldSayThatTheSharedMemoryThatWasAskedForIsFull() throws Exception {
    String full = "head -c 64k /dev/zero > /dev/shm/full";
    try (SharedMemory memory = SharedMemory.of("64k", full);
        ServerProcess server = in(memory, "--transport", "shm", "--memory", "32m").launch()) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.err())
          .startsWith("wisp: --memory 32 MiB in shared memory: cannot create /dev/shm/wisp-user-")
          .contains("0 bytes are free there")
          .doesNotContain("Exception", "\tat ");
    }
  }

  private static List<String> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldClearAwayWhatServersLeftThatWereKilledAtAnyMoment() throws Exception {
    long seed = ThreadLocalRandom.current().nextLong();
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    try (SharedMemory memory = SharedMemory.of("256m", ":")) {
      int port;
      try (ServerProcess first = in(memory, "--transport", "shm", "--memory", "16m").start()) {
        port = first.port();
        first.kill();
      }
      Path user = memory.path().resolve("wisp-user-0");
      assertThat(files(user)).hasSize(3).contains(port + SHM_OFFSET + "", "locks");
      for (int i = 0; i < KILLS; i++) {
        try (ServerProcess killed =
            in(memory, "--transport", "shm", "--memory", "16m").port(port).launch()) {
          Thread.sleep(random.nextInt(1_500));
          killed.kill();
        }
      }
      try (ServerProcess last =
          in(memory, "--transport", "shm", "--memory", "16m", "--threads", "1")
              .port(port)
              .start()) {
        assertThat(files(user)).hasSize(3).contains(port + SHM_OFFSET + "", "locks");
        assertThat(files(user.resolve(port + SHM_OFFSET + "")))
            .containsExactly("control", "table", "thread-0");
        last.terminate();
        assertThat(last.exitCode()).isZero();
      }
      assertThat(files(user)).containsExactly("locks");
    }
  }

  @Test
  void shouldHaveTheMemoryOfServersThatWereKilledAtOtherPorts() throws Exception {
    try (SharedMemory memory = SharedMemory.of("64m", ":")) {
      for (String option : List.of("--transport=shm", "--keep")) {
        try (ServerProcess killed = in(memory, "--transport", "shm", "--memory", "40m").start()) {
          killed.kill();
        }
        try (ServerProcess next = in(memory, option, "--memory", "40m").start()) {
          next.terminate();
          assertThat(next.exitCode()).isZero();
        }
      }
    }
  }

  private static Client connect(ServerProcess server) {
    return Transports.named("shm")
        .connect(
            new Endpoint("127.0.0.1", server.port() + SHM_OFFSET),
            ClientOptions.defaults().withTimeout(Duration.ofSeconds(60)));
  }

  private static Path control(Client client) {
    Matcher folder = Pattern.compile("files in (\\S+)\\)").matcher(client.description());
    assertThat(folder.find()).isTrue();
    return Path.of(folder.group(1), "control");
  }

  /** Which is as a server that has a core with many others. */
  @Test
  void shouldLetMoreClientsWaitThanItAccepts() throws Exception {
    try (ServerProcess server =
            ServerProcess.with("--transport", "shm", "--memory", "16m", "--threads", "1").start();
        Client first = connect(server)) {
      List<SocketChannel> waiting = new ArrayList<>();
      server.stop();
      try {
        for (int i = 0; i < 200; i++) {
          SocketChannel each = SocketChannel.open(StandardProtocolFamily.UNIX);
          waiting.add(each);
          each.configureBlocking(false);
          assertThat(each.connect(UnixDomainSocketAddress.of(control(first)))).isTrue();
        }
      } finally {
        server.resume();
        for (SocketChannel each : waiting) {
          each.close();
        }
      }
      assertThat(first.put(Slice.of("key"), Slice.of("value"))).isEqualTo(Status.CREATED);
    }
  }

  @Test
  void shouldRefuseInWordsWhomItHasNoDescriptorsForAndServeTheOthers() throws Exception {
    try (ServerProcess server =
        ServerProcess.with("--transport", "shm", "--memory", "16m", "--threads", "1")
            .behind("sh", "-c", "ulimit -n 160; exec \"$@\"", "sh")
            .start()) {
      try (Client first = connect(server)) {
        assertThat(first.put(Slice.of("key"), Slice.of("value"))).isEqualTo(Status.CREATED);
        List<SocketChannel> silent = new ArrayList<>();
        try {
          for (int i = 0; i < 300; i++) {
            SocketChannel each = SocketChannel.open(StandardProtocolFamily.UNIX);
            silent.add(each);
            each.connect(UnixDomainSocketAddress.of(control(first)));
          }
          assertThatThrownBy(() -> connect(server).close())
              .isInstanceOf(TransportException.class)
              .hasMessageContaining("refuses: ")
              .hasMessageContaining("Too many open files");
          assertThat(first.put(Slice.of("key"), Slice.of("other"))).isEqualTo(Status.REPLACED);
        } finally {
          for (SocketChannel each : silent) {
            each.close();
          }
        }
        server.await("a new client", () -> isServedAgain(server));
        assertThat(first.contains(Slice.of("key"))).isTrue();
      }
      assertThat(server.err()).doesNotContain("Exception", "Error", "\tat ");
      server.terminate();
      assertThat(server.exitCode()).isZero();
    }
  }

  private static boolean isServedAgain(ServerProcess server) {
    try (Client client = connect(server)) {
      return client.contains(Slice.of("key"));
    } catch (TransportException refused) {
      return false;
    }
  }
}
