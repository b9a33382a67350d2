// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.testing.Eventually;
import io.wisp.testing.Undisturbed;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HookedStore;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ZmqIdleTest {

  private static final Duration IDLE = Duration.ofSeconds(2);

  /** Much less than a client may be silent. */
  private static final Duration BEARABLE = Duration.ofMillis(400);

  private volatile Duration delay = Duration.ZERO;

  private void delay() {
    try {
      Thread.sleep(delay);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldNotTakeTheTimeThatOthersAreServedForSilence() {
    Undisturbed.run(BEARABLE, this::keepThoseWhoWait);
  }

  private void keepThoseWhoWait(Undisturbed.Pulse pulse) {
    delay = Duration.ZERO;
    ServerOptions options = ServerOptions.at(new Endpoint("127.0.0.1", 0)).withIdleTimeout(IDLE);
    pulse.beat();
    try (Store store = HookedStore.onGet(this::delay);
        Server server = new ZmqTransport().serve(store, options);
        Client first = connect(server);
        Client second = connect(server);
        ValueBuffer value = new ValueBuffer()) {
      delay = IDLE.plusMillis(300);
      for (Client client : List.of(first, second)) {
        client.submitGet(Slice.of("key"));
      }
      pulse.rest();
      for (Client client : List.of(first, second)) {
        assertThat(client.complete(value)).isEqualTo(Status.ABSENT);
      }
      pulse.beat();
      delay = Duration.ZERO;
      for (Client client : List.of(first, second)) {
        assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.ABSENT);
      }
    }
  }

  @Test
  void shouldDisconnectAClientThatDoesNothing() throws Exception {
    ServerOptions options =
        ServerOptions.at(new Endpoint("127.0.0.1", 0)).withIdleTimeout(Duration.ofMillis(500));
    Undisturbed.run(
        Duration.ofMillis(100),
        pulse -> {
          pulse.beat();
          try (Store store = HookedStore.onGet(this::delay);
              Server server = new ZmqTransport().serve(store, options);
              Client idle = connect(server)) {
            pulse.rest();
            Eventually.await(() -> server.statistics().connections() == 0);
            assertThat(idle.outstanding()).isZero();
          }
        });
  }

  private static Client connect(Server server) {
    return new ZmqTransport()
        .connect(server.endpoint(), ClientOptions.defaults().withTimeout(Duration.ofSeconds(30)));
  }
}
