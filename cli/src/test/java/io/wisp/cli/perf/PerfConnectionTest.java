// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.fake.FakeTransport;
import io.wisp.store.Store;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.Waiting;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PerfConnectionTest {

  private static final Endpoint ENDPOINT = new Endpoint("10.0.0.1", 3996);
  private static final ClientOptions OPTIONS =
      ClientOptions.defaults()
          .withWaiting(Waiting.SLEEP)
          .withGetPath(GetPath.RING)
          .withDevice("rxe0:1");

  /** Nothing but a name. */
  private record Named(String name) implements Transport {

    @Override
    public Optional<String> unavailable() {
      return Optional.empty();
    }

    @Override
    public int portOffset() {
      return 2;
    }

    @Override
    public Server serve(Store store, ServerOptions options) {
      throw new AssertionError("it only has a name");
    }

    @Override
    public Client connect(Endpoint endpoint, ClientOptions options) {
      throw new AssertionError("it only has a name");
    }
  }

  @Test
  void shouldSayEverythingOfAConnectionOverAnEmulatedDevice() {
    PerfConnection connection =
        new PerfConnection(
            new Named("rdma"), ENDPOINT, "rdma over rxe0 (Soft-RoCE, emulated)", "wisp", OPTIONS);
    assertThat(connection.emulated()).isTrue();
    assertThat(connection.manner()).isEqualTo("waits by sleep, gets by ring, device rxe0:1");
    assertThat(connection.fields())
        .containsAllEntriesOf(
            Map.of(
                "transport", "rdma",
                "endpoint", "10.0.0.1:3996",
                "description", "rdma over rxe0 (Soft-RoCE, emulated)",
                "emulated", true,
                "server", "wisp",
                "waiting", "sleep",
                "busyPoll", false,
                "get", "ring",
                "device", "rxe0:1"));
  }

  @Test
  void shouldNotSpeakOfADeviceWhereMemoryIsSharedWithoutOne() {
    PerfConnection connection =
        new PerfConnection(new Named("shm"), ENDPOINT, "shm", "wisp", OPTIONS.withDevice(null));
    assertThat(connection.manner()).isEqualTo("waits by sleep, gets by ring");
    assertThat(connection.fields()).containsEntry("emulated", false).doesNotContainKey("device");
  }

  @Test
  void shouldSayThatTheTransportChoseTheDevice() {
    PerfConnection connection =
        new PerfConnection(new Named("rdma"), ENDPOINT, "rdma", "wisp", OPTIONS.withDevice(null));
    assertThat(connection.manner()).endsWith(", device not named");
  }

  @Test
  void shouldNotSpeakOfWaysToGetWhereThereIsOne() {
    PerfConnection connection =
        new PerfConnection(
            new FakeTransport(), ENDPOINT, "fake", "unknown", ClientOptions.defaults());
    assertThat(connection.manner()).isEqualTo("waits by spin");
    assertThat(connection.fields()).doesNotContainKeys("get", "device");
  }
}
