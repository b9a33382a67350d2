// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.GetPath;
import io.wisp.transport.Patient;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both clocks are set by the test: the server's, and the one that a client only sees go on. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OneSidedExpiryTest {

  private static final long EXPIRY = 1_000_000;
  private static final Slice KEY = Slice.of("key");

  /** How long what the server said of its clock holds. */
  private static final Duration BOUND = Duration.ofMillis(250);

  private final AtomicLong serverMillis = new AtomicLong(EXPIRY - 60_000);
  private final AtomicLong clientNanos = new AtomicLong();
  private final OneSidedServer server =
      OneSidedServer.of(
          CuckooStore.Options.ofCapacity(4 << 20)
              .clock(() -> Instant.ofEpochMilli(serverMillis.get())));
  private final Client client =
      server.connect(
          Patient.options().withGetPath(GetPath.ONE_SIDED),
          UnaryOperator.identity(),
          clientNanos::get);
  private final ValueBuffer value = new ValueBuffer();

  OneSidedExpiryTest() {
    server.store().write(KEY, Slice.of("value"), WriteCondition.ALWAYS, 0, EXPIRY);
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
    value.close();
  }

  private Status get() {
    return client.get(KEY, value);
  }

  private long requests() {
    return server.server().statistics().requests();
  }

  private void pass(Duration time) {
    clientNanos.addAndGet(time.toNanos());
    serverMillis.addAndGet(time.toMillis());
  }

  @Test
  void shouldFindARecordUntilItExpiresAndAskTheServerOnlyForTheTime() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(get()).isEqualTo(Status.FOUND);
    }
    assertThat(requests()).isZero();
    pass(Duration.ofMillis(59_999));
    assertThat(get()).isEqualTo(Status.FOUND);
    assertThat(requests()).as("a report and a get").isEqualTo(2);
    pass(Duration.ofMillis(1));
    assertThat(get()).isEqualTo(Status.ABSENT);
    assertThat(requests()).isEqualTo(2);
  }

  @Test
  void shouldSeeTheServersClockSetForwardOnceWhatItSaidIsOld() {
    assertThat(get()).isEqualTo(Status.FOUND);
    serverMillis.set(EXPIRY);
    clientNanos.addAndGet(BOUND.toNanos() + 1);
    assertThat(get()).isEqualTo(Status.ABSENT);
    assertThat(get()).isEqualTo(Status.ABSENT);
  }

  @Test
  void shouldSeeTheServersClockSetBackOnceWhatItSaidIsOld() {
    serverMillis.set(EXPIRY + 5);
    clientNanos.addAndGet(BOUND.toNanos() + 1);
    assertThat(get()).isEqualTo(Status.ABSENT);
    serverMillis.set(EXPIRY - 5);
    clientNanos.addAndGet(BOUND.toNanos() + 1);
    assertThat(get()).isEqualTo(Status.FOUND);
    clientNanos.addAndGet(Duration.ofMillis(4).toNanos());
    assertThat(get()).isEqualTo(Status.FOUND);
    clientNanos.addAndGet(Duration.ofMillis(1).toNanos());
    assertThat(get()).isEqualTo(Status.ABSENT);
  }

  @Test
  void shouldNeverAskForTheTimeWhereNothingExpires() {
    server.store().put(Slice.of("lasting"), Slice.of("value"));
    for (int i = 0; i < 100; i++) {
      pass(Duration.ofHours(1));
      assertThat(client.get(Slice.of("lasting"), value)).isEqualTo(Status.FOUND);
    }
    assertThat(requests()).isZero();
  }

  @Test
  void shouldJudgeGetsThatAreUnderWayTogetherByTheServersClock() {
    serverMillis.set(EXPIRY);
    clientNanos.addAndGet(BOUND.toNanos() + 1);
    for (int i = 0; i < 10; i++) {
      client.submitGet(KEY);
    }
    for (int i = 0; i < 10; i++) {
      assertThat(client.complete(value)).isEqualTo(Status.ABSENT);
    }
    assertThat(get()).isEqualTo(Status.ABSENT);
  }

  @Test
  void shouldAskForTheTimeOnceForGetsThatAreUnderWayTogether() {
    clientNanos.addAndGet(BOUND.toNanos() + 1);
    long requests = server.server().statistics().requests();
    for (int batch = 0; batch < 3; batch++) {
      for (int i = 0; i < 10; i++) {
        client.submitGet(KEY);
      }
      for (int i = 0; i < 10; i++) {
        assertThat(client.complete(value)).isEqualTo(Status.FOUND);
      }
      clientNanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(3));
    }
    // The first batch asks the server for all of its values, the second for the time, and no more.
    assertThat(server.server().statistics().requests() - requests).isEqualTo(10 + 1);
  }
}
