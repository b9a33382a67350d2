// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a client waits, by a clock that goes on as the test says. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ClientDeadlineTest {

  protected static final Duration TIMEOUT = Duration.ofSeconds(10);

  protected final AtomicLong nanos = new AtomicLong();
  private final Gets gets = new Gets();
  private final Store store = HookedStore.onGet(gets);
  private final Server server;
  private final ValueBuffer value = new ValueBuffer();

  /** Tests the clients of a transport. */
  protected ClientDeadlineTest(Transport transport) {
    server = transport.serve(store, ServerOptions.at(new Endpoint("127.0.0.1", 0)));
  }

  /** Connects a client that goes by a clock, and waits for {@link #TIMEOUT}. */
  protected abstract Client connect(Endpoint endpoint, LongSupplier nanoTime);

  /** Gets that the store sees, of which the third is never answered. */
  private static final class Gets implements Runnable {

    private final AtomicInteger count = new AtomicInteger();
    private final CountDownLatch theEnd = new CountDownLatch(1);

    @Override
    public void run() {
      if (count.incrementAndGet() == 3) {
        try {
          theEnd.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  @AfterEach
  void close() {
    gets.theEnd.countDown();
    server.close();
    value.close();
    store.close();
  }

  @Test
  void shouldCountASubmittedRequestFromWhenItWasSentWhateverCameBefore() throws Exception {
    Client client = connect(server.endpoint(), nanos::get);
    for (int i = 0; i < 3; i++) {
      client.submitGet(Slice.of("key"));
      client.flush();
      while (gets.count.get() == i) {
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
    try (Client client = connect(server.endpoint(), nanos::get)) {
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
