// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import java.util.List;

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
}
