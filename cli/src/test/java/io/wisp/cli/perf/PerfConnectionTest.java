// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cli.fake.FakeTransport;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.Transport;
import io.wisp.transport.Waiting;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PerfConnectionTest {

  private static final Endpoint ENDPOINT = new Endpoint("10.0.0.1", 3996);
  private static final ClientOptions OPTIONS =
      ClientOptions.defaults()
          .withWaiting(Waiting.SLEEP)
          .withGetPath(GetPath.RING)
          .withDevice("rxe0:1")
          .withAckTimeout(Duration.ofMillis(67));

  private static Transport named(String name) {
    return new FakeTransport() {
      @Override
      public String name() {
        return name;
      }
    };
  }

  @Test
  void shouldSayEverythingOfAConnectionOverAnEmulatedDevice() {
    PerfConnection connection =
        new PerfConnection(
            named("rdma"), ENDPOINT, "rdma over rxe0 (Soft-RoCE, emulated)", "wisp", OPTIONS);
    assertThat(connection.emulated()).isTrue();
    assertThat(connection.manner())
        .isEqualTo("waits by sleep, gets by ring, device rxe0:1, ack timeout 67.1 ms");
    assertThat(connection.fields())
        .containsEntry("ackTimeoutNanoseconds", 67_108_864L)
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
        new PerfConnection(named("shm"), ENDPOINT, "shm", "wisp", OPTIONS.withDevice(null));
    assertThat(connection.manner()).isEqualTo("waits by sleep, gets by ring");
    assertThat(connection.fields())
        .containsEntry("emulated", false)
        .doesNotContainKeys("device", "ackTimeoutNanoseconds");
  }

  @Test
  void shouldSayThatTheTransportChoseTheDeviceAndTheAckTimeoutAllTheSame() {
    PerfConnection connection =
        new PerfConnection(named("rdma"), ENDPOINT, "rdma", "wisp", ClientOptions.defaults());
    assertThat(connection.manner()).endsWith(", device not named, ack timeout 537 ms");
    assertThat(connection.fields()).containsEntry("ackTimeoutNanoseconds", 536_870_912L);
  }

  @Test
  void shouldNotSpeakOfWaysToGetWhereThereIsOne() {
    PerfConnection connection =
        new PerfConnection(
            new FakeTransport(), ENDPOINT, "fake", "unknown", ClientOptions.defaults());
    assertThat(connection.manner()).isEqualTo("waits by spin");
    assertThat(connection.fields()).doesNotContainKeys("get", "device", "ackTimeoutNanoseconds");
  }
}
