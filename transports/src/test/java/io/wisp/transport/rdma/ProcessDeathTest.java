// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Eventually;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that are killed in the middle of what they do. */
@Tag("rdma")
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessDeathTest {

  private static final ClientOptions OPTIONS =
      ClientOptions.defaults().withTimeout(Duration.ofMinutes(2));

  /** The first round makes what is made once. */
  private static final int ROUNDS = 2;

  @Test
  void shouldFreeWhatClientsHeldThatWereKilledUnderLoad() throws Exception {
    try (CuckooStore store = CuckooStore.open(32L << 20);
        Server server =
            new RdmaTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)))) {
      loadAndKillClients(server);
      Holdings before = Holdings.now();
      for (int i = 1; i < ROUNDS; i++) {
        loadAndKillClients(server);
        Holdings.await(before);
      }
      assertThat(before.pinnedKibibytes()).isGreaterThanOrEqualTo(32 << 10);
    }
  }

  private static void loadAndKillClients(Server server) throws Exception {
    int port = server.endpoint().port();
    int queuePairs = DeviceResources.now().queuePairs();
    try (JavaProcess ring = RdmaProcess.client(port, "ring");
        JavaProcess oneSided = RdmaProcess.client(port, "onesided");
        JavaProcess lengthy = RdmaProcess.client(port, "long")) {
      for (JavaProcess each : List.of(ring, oneSided, lengthy)) {
        assertThat(each.line()).isEqualTo("works");
      }
      assertThat(server.statistics().connections()).isEqualTo(3);
      assertThat(DeviceResources.now().queuePairs()).isEqualTo(queuePairs + 3 * 4);
    }
    Eventually.await(() -> server.statistics().connections() == 0);
    requireService(server);
    Eventually.await(() -> server.statistics().connections() == 0);
  }

  private static void requireService(Server server) {
    try (Client client = new RdmaTransport().connect(server.endpoint(), OPTIONS);
        ValueBuffer value = new ValueBuffer()) {
      byte[] bytes = new byte[200_000];
      client.put(Slice.of("another"), Slice.of(bytes));
      assertThat(client.get(Slice.of("another"), value)).isEqualTo(Status.FOUND);
      assertThat(value.valueLength()).isEqualTo(bytes.length);
    }
  }

  @Test
  void shouldTellClientsThatTheServerWasKilled() throws Exception {
    try (JavaProcess server = RdmaProcess.server();
        ValueBuffer value = new ValueBuffer()) {
      Endpoint endpoint = new Endpoint("127.0.0.1", Integer.parseInt(server.line()));
      List<Client> clients =
          Stream.of(
                  OPTIONS.withGetPath(GetPath.RING),
                  OPTIONS.withGetPath(GetPath.RING).withWaiting(Waiting.SLEEP),
                  OPTIONS.withGetPath(GetPath.RING).withWaiting(Waiting.POLL),
                  OPTIONS.withGetPath(GetPath.ONE_SIDED),
                  OPTIONS.withGetPath(GetPath.ONE_SIDED).withWaiting(Waiting.SLEEP))
              .map(options -> new RdmaTransport().connect(endpoint, options))
              .toList();
      for (Client each : clients) {
        assertThat(each.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
      }
      server.kill();
      for (Client each : clients) {
        Throwable thrown = null;
        while (thrown == null) {
          thrown = catchThrowable(() -> each.get(Slice.of("key"), value));
        }
        assertThat(thrown)
            .as(each.description())
            .isInstanceOf(TransportException.class)
            .isNotInstanceOf(TransportTimeoutException.class)
            .hasMessageContaining(endpoint.toString());
        each.close();
      }
    }
  }

  @Test
  void shouldFreeWhatClientsHeldOfAServerThatWasKilledUnderLoad() throws Exception {
    loadAndKillServer();
    Holdings before = Holdings.now();
    for (int i = 1; i < ROUNDS; i++) {
      loadAndKillServer();
      Holdings.await(before);
    }
  }

  private static void loadAndKillServer() throws Exception {
    int[] lengths = {1, 500, 3_000_000};
    List<Client> clients = new ArrayList<>();
    CountDownLatch busy = new CountDownLatch(lengths.length);
    try (JavaProcess server = RdmaProcess.server();
        ExecutorService threads = Executors.newFixedThreadPool(lengths.length)) {
      Endpoint endpoint = new Endpoint("127.0.0.1", Integer.parseInt(server.line()));
      List<Future<Throwable>> running = new ArrayList<>();
      for (int length : lengths) {
        Client client = new RdmaTransport().connect(endpoint, OPTIONS);
        clients.add(client);
        running.add(threads.submit(() -> useUntilFailure(client, length, busy)));
      }
      busy.await();
      server.kill();
      for (Future<Throwable> each : running) {
        assertThat(each.get())
            .isInstanceOf(TransportException.class)
            .isNotInstanceOf(TransportTimeoutException.class)
            .hasMessageContaining(endpoint.toString());
      }
    }
    clients.forEach(Client::close);
  }

  private static Throwable useUntilFailure(Client client, int length, CountDownLatch busy) {
    return catchThrowable(
        () -> {
          try (ValueBuffer value = new ValueBuffer()) {
            Slice key = Slice.of("key of " + length);
            Slice written = Slice.of(new byte[length]);
            for (int i = 0; ; i++) {
              client.submitPut(key, written);
              client.submitGet(key);
              client.complete(value);
              assertThat(client.complete(value)).isEqualTo(Status.FOUND);
              assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
              if (i == 3) {
                busy.countDown();
              }
            }
          }
        });
  }

  @Test
  void shouldNeverReadWhatAServerHadBeforeItWasStartedAgain() throws Exception {
    List<Client> before;
    Endpoint endpoint;
    try (ValueBuffer value = new ValueBuffer()) {
      try (JavaProcess first = RdmaProcess.server()) {
        endpoint = new Endpoint("127.0.0.1", Integer.parseInt(first.line()));
        before = connectByEveryPath(endpoint);
        for (Client each : before) {
          assertThat(get(each, value)).isEqualTo("value");
        }
      }
      try (JavaProcess second = RdmaProcess.server(endpoint.port(), "another")) {
        assertThat(second.line()).isEqualTo("" + endpoint.port());
        List<Client> after = connectByEveryPath(endpoint);
        for (int round = 0; round < 3; round++) {
          for (Client each : before) {
            assertThatThrownBy(() -> get(each, value))
                .as(each.description())
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(endpoint.toString());
          }
          for (Client each : after) {
            assertThat(get(each, value)).isEqualTo("another");
          }
        }
        before.forEach(Client::close);
        after.forEach(Client::close);
      }
    }
  }

  private static List<Client> connectByEveryPath(Endpoint endpoint) {
    return Arrays.stream(GetPath.values())
        .map(path -> new RdmaTransport().connect(endpoint, OPTIONS.withGetPath(path)))
        .toList();
  }

  private static String get(Client client, ValueBuffer value) {
    assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
    return new String(value.toByteArray(), US_ASCII);
  }
}
