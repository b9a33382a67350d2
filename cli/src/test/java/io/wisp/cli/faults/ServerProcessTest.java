// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
@Timeout(300)
class ServerProcessTest {

  private static String ping(int port) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readNBytes(7), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void shouldServeStopGoOnAndEndOnSigtermBehindAnotherCommandWithAnEnvironment() throws Exception {
    try (ServerProcess server =
        ServerProcess.with("-t", "--memory", "16m")
            .behind("sh", "-c", "ulimit -n 300; echo \"for $WHOM\" >&2; exec \"$@\"", "sh")
            .environment("WHOM", "nobody")
            .jvm("-Xmx64m")
            .start()) {
      assertThat(ping(server.port())).isEqualTo("+PONG\r\n");
      assertThat(server.err()).isEqualTo("for nobody");
      assertThat(server.descriptors()).isBetween(4, 300);
      assertThat(server.status("Threads")).isGreaterThan(1);
      server.stop();
      server.resume();
      assertThat(ping(server.port())).isEqualTo("+PONG\r\n");
      server.terminate();
      assertThat(server.exitCode()).isZero();
      assertThat(server.out()).endsWith("\nstopped");
    }
  }

  @Test
  void shouldTellWhatAServerSaidThatDoesNotGetReady() {
    ServerProcess.Start start = ServerProcess.with("-t", "--memory", "nonsense");
    assertThatThrownBy(start::start)
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("exit code 2 before ready: ")
        .hasMessageContaining("nonsense");
  }
}
