// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HookedStore;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.tcp.client.TcpClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** By a clock that goes on as the test says. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpDeadlineTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger gets = new AtomicInteger();
  private final CountDownLatch theEnd = new CountDownLatch(1);
  private final Store store = HookedStore.onGet(this::onGet);
  private final Server server =
      new TcpTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)));
  private final ValueBuffer value = new ValueBuffer();

  /** The third one is never answered. */
  private void onGet() {
    if (gets.incrementAndGet() == 3) {
      try {
        theEnd.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @AfterEach
  void close() {
    theEnd.countDown();
    server.close();
    value.close();
    store.close();
  }

  private TcpClient connect() {
    return TcpClient.connect(server.endpoint(), options(), nanos::get);
  }

  @Test
  void shouldCountASubmittedRequestFromWhenItWasSentWhateverCameBefore() throws Exception {
    TcpClient client = connect();
    for (int i = 0; i < 3; i++) {
      client.submitGet(Slice.of("key"));
      client.flush();
      while (gets.get() == i) {
        Thread.sleep(1);
      }
    }
    assertThat(client.complete(value)).isEqualTo(Status.ABSENT);
    assertThat(client.complete(value)).isEqualTo(Status.ABSENT);
    nanos.addAndGet(TIMEOUT.toNanos() + 1);
    assertThatThrownBy(() -> client.complete(value)).isInstanceOf(TransportTimeoutException.class);
    client.close();
  }

  @Test
  void shouldTakeAReplyThatIsThereThoughItsTimeIsOver() throws Exception {
    try (TcpClient client = connect()) {
      client.submitGet(Slice.of("key"));
      client.flush();
      while (!client.isReplyReady()) {
        Thread.sleep(1);
      }
      nanos.addAndGet(TIMEOUT.toNanos() * 2);
      assertThat(client.complete(value)).isEqualTo(Status.ABSENT);
      assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.ABSENT);
    }
  }

  private static ClientOptions options() {
    return ClientOptions.defaults().withTimeout(TIMEOUT).withBusyPoll(true);
  }

  /** Each look at the clock finds it a second later. */
  private long hurrying() {
    return nanos.addAndGet(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void shouldCountConnectingAndTheGreetingTogether() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Endpoint endpoint = new Endpoint("127.0.0.1", silent.getLocalPort());
      assertThatThrownBy(() -> TcpClient.connect(endpoint, options(), this::hurrying))
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
      assertThatThrownBy(() -> TcpClient.connect(endpoint, options(), this::hurrying))
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
