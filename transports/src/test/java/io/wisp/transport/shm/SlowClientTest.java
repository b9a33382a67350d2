// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.testing.Undisturbed;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Overridden;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ring.handshake.ClientFabric;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowClientTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  @Test
  void shouldNotBlameTheServerForTheTimeThatTheClientTakesToSetItselfUp() {
    Undisturbed.run(TIMEOUT.dividedBy(4), _ -> putSlowly());
  }

  private static void putSlowly() {
    try (HeapStore store = new HeapStore();
        Server server =
            new ShmTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)));
        Client client = connectSlowly(server.endpoint())) {
      assertThat(client.put(Slice.of("key"), Slice.of("value"))).isEqualTo(Status.CREATED);
    }
  }

  private static Client connectSlowly(Endpoint endpoint) {
    ClientOptions options = ClientOptions.defaults().withTimeout(TIMEOUT);
    return new ShmTransport().connect(endpoint, options, SlowClientTest::slow, System::nanoTime);
  }

  /** Needs longer than the timeout, as a device does in a JVM that has only just started. */
  private static ClientFabric slow(ClientFabric fabric) {
    return Overridden.in(
        ClientFabric.class,
        fabric,
        Map.of(
            "connect",
            original -> {
              Thread.sleep(TIMEOUT.plusMillis(500));
              return original.call();
            }));
  }
}
