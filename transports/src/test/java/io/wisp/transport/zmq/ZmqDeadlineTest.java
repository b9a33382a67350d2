// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HookedStore;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** By a clock that goes on as the test says. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ZmqDeadlineTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger gets = new AtomicInteger();
  private final CountDownLatch theEnd = new CountDownLatch(1);
  private final Store store = HookedStore.onGet(this::onGet);
  private final Server server =
      new ZmqTransport().serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)));
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

  private Client connect() {
    return new ZmqTransport()
        .connect(server.endpoint(), ClientOptions.defaults().withTimeout(TIMEOUT), nanos::get);
  }

  @Test
  void shouldCountASubmittedRequestFromWhenItWasSentWhateverCameBefore() throws Exception {
    Client client = connect();
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
    try (Client client = connect()) {
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
}
