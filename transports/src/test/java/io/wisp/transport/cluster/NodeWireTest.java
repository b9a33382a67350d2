// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeWireTest {

  private static final int MORE_THAN_A_SOCKET_TAKES = 64 << 20;

  @Test
  void shouldSayThatAListWithoutWordsIsNoText() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Endpoint server = new Endpoint("127.0.0.1", listener.getLocalPort());
      try (NodeWire wire = new NodeWire("a", server, null, Duration.ofSeconds(20));
          Socket foreign = listener.accept()) {
        foreign.getOutputStream().write("*0\r\n".getBytes(US_ASCII));
        assertThatThrownBy(() -> wire.text("CLUSTER", "MEMBERS"))
            .isInstanceOf(IOException.class)
            .hasMessage("node a answers with 0 words, where one is wanted");
      }
    }
  }

  /** As one whose process is stopped, or whose machine is gone. */
  @Test
  void shouldNotWaitForEverForANodeThatTakesNothing() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Endpoint server = new Endpoint("127.0.0.1", silent.getLocalPort());
      try (NodeWire wire = new NodeWire("a", server, null, Duration.ofMillis(200))) {
        assertThatThrownBy(() -> wire.send("SET", "k", new byte[MORE_THAN_A_SOCKET_TAKES]))
            .isInstanceOf(IOException.class)
            .hasMessage("node a takes no request for 200 ms");
      }
    }
  }
}
