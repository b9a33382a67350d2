// SPDX-License-Identifier: Apache-2.0
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
import io.wisp.transport.Eventually;
import io.wisp.transport.GetPath;
import io.wisp.transport.JavaProcess;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Processes that are killed in the middle of what they do. */
@Tag("rdma")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessDeathTest {

  private static final ClientOptions OPTIONS =
      ClientOptions.defaults().withTimeout(Duration.ofMinutes(2));

  @Test
  void shouldFreeWhatKilledClientsHeld() throws Exception {
    try (CuckooStore store = CuckooStore.open(32L << 20);
        Server server =
            new RdmaTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)))) {
      requireService(server);
      Eventually.await(() -> server.statistics().connections() == 0);
      DeviceResources before = DeviceResources.now();
      int port = server.endpoint().port();
      try (JavaProcess ring = RdmaProcess.client(port, "ring");
          JavaProcess oneSided = RdmaProcess.client(port, "onesided");
          JavaProcess lengthy = RdmaProcess.client(port, "long")) {
        for (JavaProcess each : new JavaProcess[] {ring, oneSided, lengthy}) {
          assertThat(each.line()).isEqualTo("works");
        }
        assertThat(server.statistics().connections()).isEqualTo(3);
        assertThat(DeviceResources.now().queuePairs()).isEqualTo(before.queuePairs() + 3 * 4);
        ring.kill();
        oneSided.kill();
        lengthy.kill();
      }
      Eventually.await(() -> server.statistics().connections() == 0);
      DeviceResources.await(before);
      requireService(server);
    }
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
}
