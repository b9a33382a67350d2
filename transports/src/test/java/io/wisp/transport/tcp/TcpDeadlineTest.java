// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.Client;
import io.wisp.transport.ClientDeadlineTest;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.tcp.client.TcpClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class TcpDeadlineTest extends ClientDeadlineTest {

  TcpDeadlineTest() {
    super(new TcpTransport());
  }

  @Override
  protected Client connect(Endpoint endpoint, LongSupplier nanoTime) {
    ClientOptions options = ClientOptions.defaults().withTimeout(TIMEOUT).withBusyPoll(true);
    return TcpClient.connect(endpoint, options, nanoTime);
  }

  /** Each look at the clock finds it a second later. */
  private long hurrying() {
    return nanos.addAndGet(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void shouldCountConnectingAndTheGreetingTogether() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Endpoint endpoint = new Endpoint("127.0.0.1", silent.getLocalPort());
      assertThatThrownBy(() -> connect(endpoint, this::hurrying))
          .isInstanceOf(TransportTimeoutException.class)
          .hasMessageContaining("the greeting");
      assertThat(nanos.get()).isEqualTo(Duration.ofSeconds(11).toNanos());
    }
  }

  @Test
  void shouldGiveUpThoughAReplyThatNeverEndsGoesOnArriving() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread endless = Thread.ofPlatform().start(() -> sendEndlessly(listener));
      Endpoint endpoint = new Endpoint("127.0.0.1", listener.getLocalPort());
      assertThatThrownBy(() -> connect(endpoint, this::hurrying))
          .isInstanceOf(TransportTimeoutException.class);
      endless.join();
    }
  }

  private static void sendEndlessly(ServerSocket listener) {
    try (Socket socket = listener.accept()) {
      OutputStream output = socket.getOutputStream();
      output.write("*2000000000\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] elements =
          ("$60000\r\n" + "x".repeat(60_000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      while (true) {
        output.write(elements);
      }
    } catch (IOException e) {
      // The client has given up.
    }
  }
}
