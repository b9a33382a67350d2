package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.Waiting;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that are killed in the middle of what they do. */
@Tag("rdma")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessDeathTest {

  private static final ClientOptions OPTIONS =
      ClientOptions.defaults().withTimeout(Duration.ofMinutes(2));

  @ParameterizedTest
  @ValueSource(strings = {"ring", "onesided", "long"})
  void shouldFreeWhatAKilledClientHeld(String what) throws Exception {
    try (CuckooStore store = CuckooStore.open(32L << 20);
        Server server =
            new RdmaTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)))) {
      requireService(server);
      awaitThatNobodyIsConnected(server);
      DeviceResources before = DeviceResources.now();
      try (RdmaProcess client = RdmaProcess.client(server.endpoint().port(), what)) {
        assertThat(client.line()).isEqualTo("works");
        assertThat(server.statistics().connections()).isOne();
        assertThat(DeviceResources.now().queuePairs()).isEqualTo(before.queuePairs() + 4);
        client.kill();
      }
      awaitThatNobodyIsConnected(server);
      DeviceResources.await(before);
      requireService(server);
    }
  }

  private static void awaitThatNobodyIsConnected(Server server) throws InterruptedException {
    while (server.statistics().connections() > 0) {
      Thread.sleep(5);
    }
  }

  private static void requireService(Server server) {
    try (Client client = new RdmaTransport().connect(server.endpoint(), OPTIONS);
        ValueBuffer value = new ValueBuffer()) {
      byte[] bytes = new byte[200_000];
      client.put(Slice.of("another"), Slice.of(bytes));
      assertThat(client.get(Slice.of("another"), value)).isEqualTo(Status.FOUND);
      assertThat(value.length()).isEqualTo(bytes.length);
    }
  }

  @ParameterizedTest
  @CsvSource({"RING, SPIN", "RING, POLL", "ONE_SIDED, SLEEP"})
  void shouldTellClientsThatTheServerWasKilled(GetPath path, Waiting waiting) throws Exception {
    try (RdmaProcess server = RdmaProcess.server()) {
      Endpoint endpoint = new Endpoint("127.0.0.1", Integer.parseInt(server.line()));
      ClientOptions options = OPTIONS.withGetPath(path).withWaiting(waiting);
      try (Client client = new RdmaTransport().connect(endpoint, options);
          Client rare = new RdmaTransport().connect(endpoint, options);
          ValueBuffer value = new ValueBuffer()) {
        assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
        assertThat(rare.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
        server.kill();
        for (Client each : new Client[] {client, rare}) {
          Throwable thrown = null;
          while (thrown == null) {
            thrown = catchThrowable(() -> each.get(Slice.of("key"), value));
          }
          assertThat(thrown)
              .isInstanceOf(TransportException.class)
              .isNotInstanceOf(TransportTimeoutException.class)
              .hasMessageContaining(endpoint.toString());
        }
      }
    }
  }
}
