// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Eventually;
import io.wisp.testing.Undisturbed;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.JavaProcess;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that die, or stop, in the middle of what they do. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmProcessDeathTest {

  private static final ClientOptions OPTIONS =
      ClientOptions.defaults().withTimeout(Duration.ofSeconds(60));

  /** Much less than a client may leave a long reply unread, or wait for an answer. */
  private static final Duration BEARABLE = Duration.ofSeconds(1);

  private static void requireService(OneSidedServer server) {
    try (Client client = server.connect(OPTIONS.withGetPath(GetPath.RING));
        ValueBuffer value = new ValueBuffer()) {
      byte[] bytes = new byte[200_000];
      client.put(Slice.of("another"), Slice.of(bytes));
      assertThat(client.get(Slice.of("another"), value)).isEqualTo(Status.FOUND);
      assertThat(value.valueLength()).isEqualTo(bytes.length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ring", "onesided", "long"})
  void shouldFreeWhatAKilledClientHeld(String what) throws Exception {
    try (OneSidedServer server = OneSidedServer.open(options -> options)) {
      requireService(server);
      Eventually.await(() -> server.server().statistics().connections() == 0);
      List<String> files = withoutBuffers(server);
      for (int i = 0; i < 3; i++) {
        try (JavaProcess client = ShmProcess.client(server.server().endpoint().port(), what)) {
          assertThat(client.line()).isEqualTo("works");
          Eventually.await(() -> server.server().statistics().connections() == 1);
          client.kill();
          Eventually.await(() -> server.server().statistics().connections() == 0);
        }
        Eventually.await(() -> withoutBuffers(server).equals(files));
        requireService(server);
      }
    }
  }

  /** The server keeps one buffer for the next long reply. */
  private static List<String> withoutBuffers(OneSidedServer server) {
    return server.files().stream().filter(name -> !name.startsWith("buffer-")).toList();
  }

  @ParameterizedTest
  @CsvSource({"RING, SPIN", "RING, SLEEP", "RING, POLL", "ONE_SIDED, SPIN", "ONE_SIDED, SLEEP"})
  void shouldTellClientsThatTheServerWasKilled(GetPath path, Waiting waiting) throws Exception {
    try (JavaProcess server = ShmProcess.server()) {
      Endpoint endpoint = new Endpoint("127.0.0.1", Integer.parseInt(server.line()));
      ClientOptions options = OPTIONS.withGetPath(path).withWaiting(waiting);
      try (Client client = new ShmTransport().connect(endpoint, options);
          Client rare = new ShmTransport().connect(endpoint, options);
          ValueBuffer value = new ValueBuffer()) {
        assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
        assertThat(rare.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
        server.kill();
        long killed = System.nanoTime();
        Throwable thrown = null;
        while (thrown == null) {
          thrown = catchThrowable(() -> client.get(Slice.of("key"), value));
        }
        System.out.printf(
            Locale.ROOT,
            "%s %s: noticed after %d ms: %s%n",
            path,
            waiting,
            (System.nanoTime() - killed) / 1_000_000,
            thrown.getMessage());
        assertThat(thrown)
            .isInstanceOf(TransportException.class)
            .isNotInstanceOf(TransportTimeoutException.class)
            .hasMessageContaining(endpoint.toString());
        Thread.sleep(10);
        assertThatThrownBy(() -> rare.get(Slice.of("key"), value))
            .as("the first get after a while")
            .isInstanceOf(TransportException.class)
            .hasMessageContaining(endpoint.toString());
        assertThatThrownBy(() -> client.put(Slice.of("key"), Slice.of("value")))
            .isInstanceOf(TransportException.class);
      }
      ServerFolder.take(endpoint).close();
    }
  }

  @Test
  void shouldClearAwayWhatAKilledServerLeft() throws Exception {
    int port;
    Path table;
    try (JavaProcess killed = ShmProcess.server()) {
      port = Integer.parseInt(killed.line());
      table = Path.of(killed.line());
      try (JavaProcess client = ShmProcess.client(port, "long")) {
        client.line();
        assertThat(OneSidedServer.files(port)).contains("control", "table", "thread-0");
        killed.kill();
      }
    }
    assertThat(OneSidedServer.files(port)).contains("control", "table");
    assertThat(table).exists();
    assertThatThrownBy(() -> new ShmTransport().connect(new Endpoint("127.0.0.1", port), OPTIONS))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("cannot connect to 127.0.0.1:" + port);
    try (CuckooStore store = SharedTable.open(CuckooStore.Options.ofCapacity(2L << 20));
        Server server =
            new ShmTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", port)));
        Client client = new ShmTransport().connect(server.endpoint(), OPTIONS);
        ValueBuffer value = new ValueBuffer()) {
      assertThat(table).doesNotExist();
      assertThat(OneSidedServer.files(port)).contains("control", "table", "thread-0");
      assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.ABSENT);
    }
    assertThat(OneSidedServer.folder(port)).doesNotExist();
  }

  @Test
  void shouldClearAwayWhatAServerLeftAtAnotherPortAndNothingOfOneThatRuns() throws Exception {
    try (JavaProcess killed = ShmProcess.server();
        JavaProcess running = ShmProcess.server()) {
      int port = Integer.parseInt(killed.line());
      Path table = Path.of(killed.line());
      Endpoint other = new Endpoint("127.0.0.1", Integer.parseInt(running.line()));
      List<String> files = OneSidedServer.files(other.port());
      killed.kill();
      assertThat(OneSidedServer.files(port)).contains("control", "table");
      try (OneSidedServer next = OneSidedServer.open(options -> options);
          Client client = new ShmTransport().connect(other, OPTIONS);
          ValueBuffer value = new ValueBuffer()) {
        assertThat(next.files()).contains("control", "table");
        assertThat(OneSidedServer.folder(port)).doesNotExist();
        assertThat(table).doesNotExist();
        assertThat(OneSidedServer.files(other.port())).containsAll(files);
        assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
      }
      running.kill();
    }
    ServerFolder.removeAbandoned(UserFolder.make());
  }

  @Test
  void shouldSayThatAStoppedServerDoesNotAnswer() throws Exception {
    Undisturbed.run(BEARABLE, ShmProcessDeathTest::stopAServer);
  }

  private static void stopAServer(Undisturbed.Pulse pulse) throws Exception {
    try (JavaProcess server = ShmProcess.server()) {
      Endpoint endpoint = new Endpoint("127.0.0.1", Integer.parseInt(server.line()));
      ClientOptions options = OPTIONS.withGetPath(GetPath.RING).withTimeout(Duration.ofSeconds(3));
      pulse.beat();
      try (Client client = new ShmTransport().connect(endpoint, options)) {
        assertThat(client.contains(Slice.of("key"))).isTrue();
        pulse.rest();
        server.stop();
        assertThatThrownBy(() -> client.contains(Slice.of("key")))
            .isInstanceOf(TransportTimeoutException.class)
            .hasMessage(endpoint + " did not answer within 3000 ms");
        assertThatThrownBy(() -> new ShmTransport().connect(endpoint, options))
            .isInstanceOf(TransportTimeoutException.class)
            .hasMessageContaining(endpoint.toString());
        server.resume();
        try (Client next =
            new ShmTransport().connect(endpoint, options.withTimeout(Duration.ofSeconds(60)))) {
          assertThat(next.contains(Slice.of("key"))).isTrue();
        }
      }
      server.kill();
      ServerFolder.take(endpoint).close();
    }
  }

  @Test
  void shouldDisconnectAClientThatDoesNotReadItsLongReplyAndServeTheOthers() throws Exception {
    Undisturbed.run(BEARABLE, ShmProcessDeathTest::stopAClient);
  }

  private static void stopAClient(Undisturbed.Pulse pulse) throws Exception {
    try (OneSidedServer server =
        new OneSidedServer(32L << 20, Duration.ofSeconds(3), options -> options)) {
      int port = server.server().endpoint().port();
      try (JavaProcess stopped = ShmProcess.client(port, "long")) {
        stopped.line();
        // Wherever in a long request or reply it is when it stops.
        stopped.stop();
        pulse.beat();
        for (int i = 0; i < 20; i++) {
          requireService(server);
          pulse.beat();
        }
        pulse.rest();
        stopped.resume();
      }
      Eventually.await(() -> server.server().statistics().connections() == 0);
      pulse.beat();
      requireService(server);
    }
  }

  @Test
  void shouldDisconnectAClientThatLeavesALongReplyUnread() throws Exception {
    Undisturbed.run(BEARABLE, ShmProcessDeathTest::leaveALongReplyUnread);
  }

  private static void leaveALongReplyUnread(Undisturbed.Pulse pulse) throws Exception {
    try (OneSidedServer server =
            new OneSidedServer(32L << 20, Duration.ofSeconds(3), options -> options);
        Client lazy = server.connect(OPTIONS.withGetPath(GetPath.RING));
        ValueBuffer value = new ValueBuffer()) {
      lazy.put(Slice.of("key"), Slice.of(new byte[1_000_000]));
      lazy.submitGet(Slice.of("key"));
      lazy.flush();
      pulse.beat();
      requireService(server);
      pulse.rest();
      Eventually.await(() -> server.server().statistics().connections() == 0);
      assertThatThrownBy(() -> lazy.complete(value))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining(server.server().endpoint().toString());
      pulse.beat();
      requireService(server);
    }
  }
}
