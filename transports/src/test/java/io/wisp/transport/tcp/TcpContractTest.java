// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wisp.transport.Transport;
import io.wisp.transport.TransportContractTest;
import java.util.List;
import java.util.stream.Stream;

class TcpContractTest extends TransportContractTest {

  @Override
  protected Transport transport() {
    return new TcpTransport();
  }

  @Override
  protected List<byte[]> garbage() {
    return Stream.of(
            "*1\r\nPING\r\n",
            "*x\r\n",
            "*-\r\n",
            "*99999999999\r\n",
            "*2\r\n$3\r\nGET\r\n$-5\r\n",
            "*2\r\n$3\r\nGET\r\n$999999999\r\n",
            "*2\r\n$3\r\nGET\r\n$1\r\nab",
            "*2\r\n$3\r\nGET\r\n:1\r\n",
            "SET key \"never closed\r\n",
            "x".repeat(70_000),
            "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET key value\r\n")
        .map(text -> text.getBytes(UTF_8))
        .toList();
  }
}
