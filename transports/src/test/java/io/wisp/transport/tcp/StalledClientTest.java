// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static io.wisp.testing.Eventually.await;
import static io.wisp.transport.tcp.RunningServer.read;
import static io.wisp.transport.tcp.RunningServer.write;
import static io.wisp.transport.tcp.session.SessionHarness.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.client.TcpClient;
import io.wisp.transport.tcp.resp.Errors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that keep the server's memory and do nothing with it. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StalledClientTest {

  private static final Duration SOON = Duration.ofMillis(100);
  private static final Duration NEVER = Duration.ofDays(1);

  private final List<Socket> stalled = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket socket : stalled) {
      socket.close();
    }
  }

  private static RunningServer serve(TcpLimits limits) {
    return new RunningServer(options -> options, limits);
  }

  private Socket connect(RunningServer running) throws IOException {
    Socket socket = new Socket();
    // A small window, so that what is not read stays with the server.
    socket.setReceiveBufferSize(4 << 10);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port()));
    stalled.add(socket);
    return socket;
  }

  private void neverRead(RunningServer running, int clients, String key) throws Exception {
    for (int i = 0; i < clients; i++) {
      write(connect(running), request("GET", key));
    }
    await(() -> running.server().statistics().requests() >= clients);
  }

  private static void assertEndsThem(RunningServer running, int clients) throws Exception {
    await(() -> running.server().statistics().rejected() >= clients);
    await(() -> running.server().statistics().connections() == 0);
    assertThat(running.server().statistics().rejected()).isEqualTo(clients);
    await(() -> running.server().bufferedBytes() < 2 << 20);
  }

  @Test
  void shouldEndClientsThatNeverTakeTheirReplies() throws Exception {
    try (RunningServer running = serve(TcpLimits.defaults().withStall(SOON))) {
      running.store().put(Slice.of("k"), Slice.of(new byte[20 << 20]));
      neverRead(running, 5, "k");
      assertEndsThem(running, 5);
    }
  }

  @Test
  void shouldEndAClientThatDoesNotFinishItsRequest() throws Exception {
    try (RunningServer running = serve(TcpLimits.defaults().withStall(SOON))) {
      String part = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n" + "x".repeat(200_000);
      // Or only the beginning of it, before it is ended.
      var _ = takes(connect(running), part);
      assertEndsThem(running, 1);
    }
  }

  @Test
  void shouldEndAClientThatSendsARequestByteByByte() throws Exception {
    try (RunningServer running = serve(TcpLimits.defaults().withStall(SOON))) {
      Socket socket = connect(running);
      write(socket, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n");
      await(() -> running.server().statistics().accepted() == 1);
      await(() -> !takes(socket, "x") || running.server().statistics().connections() == 0);
      assertEndsThem(running, 1);
    }
  }

  private static boolean takes(Socket socket, String bytes) {
    try {
      write(socket, bytes);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void shouldLetAClientBeThatHasNothingUnfinished() throws Exception {
    try (RunningServer running = serve(TcpLimits.defaults().withStall(SOON))) {
      Socket patient = connect(running);
      write(patient, request("SET", "k", "v"));
      assertThat(read(patient, 5)).isEqualTo("+OK\r\n");
      write(connect(running), "*2\r\n$3\r\nGET\r\n$1\r\n");
      await(() -> running.server().statistics().rejected() == 1);
      write(patient, request("GET", "k"));
      assertThat(read(patient, 7)).isEqualTo("$1\r\nv\r\n");
    }
  }

  @Test
  void shouldServeModestValuesWhileClientsThatNeverReadHoldAllThatIsForLongOnes() throws Exception {
    TcpLimits limits = TcpLimits.defaults().withBufferMemory(32 << 20).withStall(NEVER);
    try (RunningServer running = serve(limits.withStallWhileShort(NEVER));
        TcpClient client = running.connect();
        ValueBuffer value = new ValueBuffer()) {
      running.store().put(Slice.of("long"), Slice.of(new byte[6 << 20]));
      running.store().put(Slice.of("modest"), Slice.of(new byte[100_000]));
      neverRead(running, 20, "long");
      for (int i = 0; i < 100; i++) {
        assertThat(client.get(Slice.of("modest"), value)).isEqualTo(Status.FOUND);
      }
    }
  }

  @Test
  void shouldTakeFromWhoHoldsMoreThanAFairShareWhenAnotherFindsNoMemory() throws Exception {
    TcpLimits limits = TcpLimits.defaults().withBufferMemory(32 << 20).withStall(NEVER);
    try (RunningServer running = serve(limits.withStallWhileShort(SOON))) {
      running.store().put(Slice.of("long"), Slice.of(new byte[6 << 20]));
      neverRead(running, 20, "long");
      await(() -> gets(running, "long"));
    }
  }

  private static boolean gets(RunningServer running, String key) {
    try (TcpClient client = running.connect();
        ValueBuffer value = new ValueBuffer()) {
      return client.get(Slice.of(key), value) == Status.FOUND;
    } catch (TransportException e) {
      return false;
    }
  }

  @Test
  void shouldTellAClientThatItsRequestFindsNoMemory() throws Exception {
    TcpLimits limits = TcpLimits.defaults().withBufferMemory(4 << 20);
    try (RunningServer running = serve(limits)) {
      Socket socket = connect(running);
      write(socket, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4000000\r\n" + "x".repeat(3_900_000));
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .isEqualTo("-" + Errors.REQUEST_TOO_LARGE + "\r\n");
    }
  }
}
