// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.transport.Client;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import io.wisp.transport.TransportException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZmqTransportTest extends TransportContractTest {

  @Override
  protected Transport transport() {
    return new ZmqTransport();
  }

  @Override
  protected List<byte[]> garbage() {
    return List.of(
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8),
        new byte[] {0},
        new byte[1_000],
        randomBytes(10_000));
  }

  @Test
  void shouldOutliveATakerOfValuesThatFails() {
    Client client = connect(serve());
    client.put(slice("key"), slice("value"));
    ValueSink failing =
        new ValueSink() {
          @Override
          protected Slice room(int length) {
            throw new TransportException("the next hop is gone");
          }
        };
    assertThatThrownBy(() -> client.get(slice("key"), failing)).hasMessage("the next hop is gone");
    assertThat(client.get(slice("key"), value)).isEqualTo(Status.FOUND);
    client.submitGet(slice("key"));
    client.flush();
    assertThatThrownBy(() -> client.complete(failing)).hasMessage("the next hop is gone");
    assertThat(client.outstanding()).isZero();
    assertThat(client.get(slice("key"), value)).isEqualTo(Status.FOUND);
  }
}
