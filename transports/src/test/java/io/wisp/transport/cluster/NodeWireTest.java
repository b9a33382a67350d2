// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeWireTest {

  private static final int MORE_THAN_A_SOCKET_TAKES = 64 << 20;

  @ParameterizedTest
  @CsvSource({
    "'*0', 'node a answers with 0 words, where one is wanted'",
    "'*2|+a|+b', 'node a answers with 2 words, where one is wanted'",
    "'HTTP/1.0 400 B\u001b[31md', 'node a answers as no node of Wisp does: HTTP/1.0 400 B?[31md'",
    "'$-9\u0007', 'node a answers with an impossible length: $-9?'",
    "'-ERR of k\u00e4se', 'node a answers: ERR of k\u00e4se'",
  })
  void shouldSayWhatIsWrongWithAnAnswer(String lines, String message) throws IOException {
    String answer = lines.replace("|", "\r\n") + "\r\n";
    assertThatThrownBy(() -> text(answer)).isInstanceOf(IOException.class).hasMessage(message);
  }

  @Test
  void shouldShowTheBeginningAloneOfWhatIsNoAnswer() {
    assertThatThrownBy(() -> text("x".repeat(61) + "\r\n"))
        .isInstanceOf(IOException.class)
        .hasMessage("node a answers as no node of Wisp does: " + "x".repeat(60));
  }

  private static String text(String answer) throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Endpoint server = new Endpoint("127.0.0.1", listener.getLocalPort());
      try (NodeWire wire = new NodeWire("a", server, null, Duration.ofSeconds(20));
          Socket foreign = listener.accept()) {
        foreign.getOutputStream().write(answer.getBytes(UTF_8));
        return wire.text("CLUSTER", "MEMBERS");
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
