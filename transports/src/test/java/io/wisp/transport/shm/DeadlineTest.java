// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Overridden;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.Waiting;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ClientFabric;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A slow network by a clock that goes on as the test says: what a call waits for is counted. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeadlineTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Slice KEY = Slice.of("key");

  private final AtomicLong nanos = new AtomicLong();

  /** How long a batch of reads takes. */
  private Duration perRead = Duration.ZERO;

  /** How much time passes from one look at the port to the next. */
  private Duration perLook = Duration.ZERO;

  /** Whether something of no use arrives all the time. */
  private boolean alwaysNews;

  private boolean holdsBack;
  private long arrivesAt;
  private long lastArrived;
  private int batches;
  private int looks;
  private Runnable onLook = () -> {};
  private final OneSidedServer server = OneSidedServer.open(UnaryOperator.identity());
  private final ValueBuffer value = new ValueBuffer();

  private Client connect(GetPath path) {
    return server.connect(
        ClientOptions.defaults().withTimeout(TIMEOUT).withWaiting(Waiting.POLL).withGetPath(path),
        this::slow,
        nanos::get);
  }

  @AfterEach
  void close() {
    server.close();
    value.close();
  }

  @Test
  void shouldCountAllReadsOfALookupTogether() {
    Client client = connect(GetPath.ONE_SIDED);
    perRead = TIMEOUT.multipliedBy(2).dividedBy(5);
    perLook = Duration.ofMillis(1);
    batches = 0;
    assertThatThrownBy(() -> client.get(KEY, value))
        .isInstanceOf(TransportTimeoutException.class)
        .hasMessageContaining("did not answer within 10000 ms");
    assertThat(batches).as("reads of a miss, each shorter than the timeout").isEqualTo(3);
    client.close();
  }

  @Test
  void shouldCountEachLookupByItself() {
    try (Client client = connect(GetPath.ONE_SIDED)) {
      perRead = TIMEOUT.dividedBy(4);
      perLook = Duration.ofMillis(1);
      for (int i = 0; i < 3; i++) {
        assertThat(client.get(KEY, value)).isEqualTo(Status.ABSENT);
      }
    }
  }

  @Test
  void shouldGiveUpThoughThereAlwaysIsNews() {
    for (GetPath path : GetPath.values()) {
      Client client = connect(path);
      alwaysNews = true;
      holdsBack = true;
      perLook = Duration.ofMillis(100);
      perRead = TIMEOUT.multipliedBy(1_000);
      looks = 0;
      assertThatThrownBy(() -> client.get(KEY, value))
          .isInstanceOf(TransportTimeoutException.class);
      assertThat(looks).isLessThan(1_000);
      alwaysNews = false;
      holdsBack = false;
      perLook = Duration.ZERO;
      perRead = Duration.ZERO;
      client.close();
    }
  }

  @Test
  void shouldCloseThoughThereAlwaysIsNews() throws Exception {
    Client client = connect(GetPath.RING);
    alwaysNews = true;
    holdsBack = true;
    looks = 0;
    Thread closer = new Thread(client::close);
    onLook =
        () -> {
          if (looks == 10) {
            closer.start();
          }
        };
    assertThatThrownBy(() -> client.get(KEY, value))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("was closed during the call");
    closer.join();
  }

  @Test
  void shouldCountASubmittedRequestFromWhenItWasSent() {
    Client client = connect(GetPath.RING);
    client.submitGet(KEY);
    nanos.addAndGet(TIMEOUT.toNanos() + 1);
    assertThat(client.complete(value)).as("sent only now").isEqualTo(Status.ABSENT);
    client.submitGet(KEY);
    client.flush();
    nanos.addAndGet(TIMEOUT.toNanos() * 2);
    while (!client.isReplyReady()) {
      Thread.onSpinWait();
    }
    assertThat(client.complete(value)).as("there in time").isEqualTo(Status.ABSENT);
    holdsBack = true;
    client.submitGet(KEY);
    client.submitGet(KEY);
    client.flush();
    nanos.addAndGet(TIMEOUT.toNanos() * 2);
    assertThatThrownBy(() -> client.complete(value)).isInstanceOf(TransportTimeoutException.class);
    client.close();
  }

  private ClientFabric slow(ClientFabric fabric) {
    return Overridden.in(
        ClientFabric.class,
        fabric,
        Map.of(
            "port", original -> slow(fabric.port()),
            "connect", original -> slow((RemoteMemory) Objects.requireNonNull(original.call()))));
  }

  private Port slow(Port port) {
    return Overridden.in(
        Port.class,
        port,
        Map.of(
            "poll",
            original -> {
              looks++;
              onLook.run();
              nanos.addAndGet(perLook.toNanos());
              return port.poll() || alwaysNews;
            }));
  }

  private RemoteMemory slow(RemoteMemory memory) {
    arrivesAt = 0;
    lastArrived = 0;
    return Overridden.in(
        RemoteMemory.class,
        memory,
        Map.of(
            "arrived",
            original -> {
              lastArrived = holdsBack ? lastArrived : memory.arrived();
              return lastArrived;
            },
            "closeBatch",
            original -> {
              batches++;
              arrivesAt = nanos.get() + perRead.toNanos();
              return original.call();
            },
            "completedReads",
            original -> nanos.get() < arrivesAt ? -1 : memory.completedReads()));
  }
}
