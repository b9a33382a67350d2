// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportFixture;
import io.wisp.verbs.QueuePair;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("rdma")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaAckTimeoutTest extends TransportFixture {

  private static final int RETRIES = 6;

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  private static void assertTimeout(RdmaMemory side, int code) {
    for (QueuePair each : List.of(side.end().ringPair(), side.end().readPair())) {
      assertThat(each.query().timeout()).isEqualTo(code);
      assertThat(each.query().retryCount()).isEqualTo(RETRIES);
    }
  }

  @Test
  void shouldHaveTheDeviceWaitAsLongAsEachSideWasTold() {
    ClientOptions client = ClientOptions.defaults().withAckTimeout(Duration.ofMillis(1));
    ServerOptions server = ServerOptions.defaults().withAckTimeout(Duration.ofMillis(67));
    try (RdmaPair pair = new RdmaPair(server, client)) {
      assertTimeout(pair.client, 8);
      assertTimeout(pair.server, 14);
    }
  }

  @Test
  void shouldHaveTheDeviceWaitForHalfASecondUnlessToldOtherwise() {
    try (RdmaPair pair = new RdmaPair()) {
      assertTimeout(pair.client, 17);
      assertTimeout(pair.server, 17);
    }
  }

  @Test
  void shouldSayWhichTimeItTook() {
    Server server = serve(serverOptions().withAckTimeout(Duration.ofMillis(68)));
    Client client =
        connect(server.endpoint(), clientOptions().withAckTimeout(Duration.ofMillis(1)));
    assertThat(server.description()).contains(", ack timeout 134 ms");
    assertThat(client.description()).contains(", ack timeout 1.05 ms)");
  }

  @Test
  void shouldRefuseATimeThatNoDeviceKeeps() {
    Server server = serve();
    Duration tooLong = Duration.ofHours(3);
    String sentence = "10800000ms is no ack timeout, which is longer than 0 and at most 8796s";
    assertThatThrownBy(() -> serve(serverOptions().withAckTimeout(tooLong)))
        .isInstanceOf(TransportException.class)
        .hasMessage(sentence);
    assertThatThrownBy(() -> connect(server.endpoint(), clientOptions().withAckTimeout(tooLong)))
        .isInstanceOf(TransportException.class)
        .hasMessage(sentence);
  }
}
