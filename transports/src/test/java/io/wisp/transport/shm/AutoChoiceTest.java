// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Patient;
import io.wisp.transport.ring.handshake.ClientFabric;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Which way a client's gets take that may choose. Its clock goes on by what the test says that a
 * read takes, and a message to the server, and by nothing else.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AutoChoiceTest {

  private static final ClientOptions AUTO = Patient.options().withGetPath(GetPath.AUTO);
  private static final Slice KEY = Slice.of("key");

  /** More gets, or batches, than it takes to turn to another way, and to come back. */
  private static final int MANY = 20_000;

  private static final long ASKING = 1_000;

  private long nanos;
  private long reading = ASKING;
  private final OneSidedServer server = OneSidedServer.open(options -> options);
  private final Client client = server.connect(AUTO, this::timed, () -> nanos);
  private final Client other = server.connect(AUTO);
  private final ValueBuffer value = new ValueBuffer();

  @AfterEach
  void close() {
    value.close();
    client.close();
    other.close();
    server.close();
  }

  private ClientFabric timed(ClientFabric fabric) {
    return OverriddenMemory.in(
        fabric,
        memory ->
            Map.of(
                "read",
                read -> {
                  nanos += reading;
                  return read.call();
                },
                "writeAndNotify",
                write -> {
                  nanos += ASKING;
                  return write.call();
                }));
  }

  private long asked() {
    return client
        .information()
        .lines()
        .filter(line -> line.startsWith("client_gets_asked:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .findFirst()
        .orElseThrow();
  }

  private void get() {
    assertThat(client.get(KEY, value)).isEqualTo(Status.FOUND);
  }

  private void getMany() {
    for (int i = 0; i < MANY; i++) {
      get();
    }
  }

  /** Requires that gets, of which there are so many, read but for trials, or ask but for trials. */
  private void requireThatMost(boolean read, int gets, Runnable run) {
    long before = asked();
    run.run();
    long asked = asked() - before;
    assertThat(asked)
        .as("of %s gets, most of which should %s", gets, read ? "read" : "ask")
        .isBetween(read ? 0L : gets * 9L / 10, read ? gets / 10L : gets);
  }

  private void ask() {
    reading = 4 * ASKING;
    getMany();
    requireThatMost(false, MANY, this::getMany);
  }

  @Test
  void shouldReadThoughAskingIsAFifthQuickerAndAskWhereItIsMuchQuicker() {
    client.put(KEY, Slice.of("value"));
    reading = ASKING * 6 / 5;
    getMany();
    requireThatMost(true, MANY, this::getMany);
    ask();
    reading = ASKING * 6 / 5;
    getMany();
    requireThatMost(true, MANY, this::getMany);
  }

  /** A client that asks does not hear what time it is at the server, which a reader needs. */
  @Test
  void shouldComeBackToReadingWhatExpiresThoughTheServersTimeIsUnknownWhenItTries() {
    client.put(KEY, Slice.of("value"), Duration.ofDays(10_000).toMillis());
    ask();
    reading = ASKING / 10;
    Runnable slowly =
        () -> {
          for (int i = 0; i < MANY; i++) {
            nanos += i % 100 == 0 ? Duration.ofSeconds(1).toNanos() : 0;
            get();
          }
        };
    slowly.run();
    requireThatMost(true, MANY, slowly);
  }

  @Test
  void shouldComeBackToReadingThoughEveryAddressWasStaleWhenItTried() {
    other.put(KEY, Slice.of("value"));
    ask();
    reading = ASKING;
    requireThatMost(
        false,
        MANY,
        () -> {
          for (int i = 0; i < MANY; i++) {
            // Never of the length of the last, which would be written over where it is.
            other.put(KEY, Slice.of(i % 2 == 0 ? "another" : "value"));
            get();
          }
        });
    getMany();
    requireThatMost(true, MANY, this::getMany);
  }

  /** Sends batches of so many. */
  private void batches(int count, int size) {
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < size; j++) {
        client.submitGet(KEY);
      }
      client.flush();
      for (int j = 0; j < size; j++) {
        assertThat(client.complete(value)).isEqualTo(Status.FOUND);
      }
    }
  }

  @Test
  void shouldChooseForBatchesByWhatAWholeBatchTakes() {
    client.put(KEY, Slice.of("value"));
    reading = ASKING / 2;
    batches(MANY, 4);
    requireThatMost(false, 4 * MANY, () -> batches(MANY, 4));
    requireThatMost(true, MANY, this::getMany);
    reading = ASKING / 4;
    batches(MANY, 4);
    requireThatMost(true, 4 * MANY, () -> batches(MANY, 4));
  }

  /** It is never sent, and what the client does before the next batch is no time of this one. */
  @Test
  void shouldChooseAsWellForBatchesInWhichARequestIsRefused() {
    client.put(KEY, Slice.of("value"));
    reading = 4 * ASKING;
    Runnable batchesAndPauses =
        () -> {
          for (int i = 0; i < MANY; i++) {
            for (int j = 0; j < 3; j++) {
              client.submitGet(KEY);
            }
            client.submitGet(Slice.of(""));
            client.flush();
            for (int j = 0; j < 3; j++) {
              assertThat(client.complete(value)).isEqualTo(Status.FOUND);
            }
            assertThat(client.complete(value)).isEqualTo(Status.KEY_EMPTY);
            nanos += Duration.ofMillis(10).toNanos();
          }
        };
    batchesAndPauses.run();
    requireThatMost(false, 3 * MANY, batchesAndPauses);
  }

  @Test
  void shouldComeBackToReadingBatchesOfWhatExpires() {
    client.put(KEY, Slice.of("value"), Duration.ofDays(10_000).toMillis());
    reading = ASKING;
    batches(MANY, 4);
    requireThatMost(false, 4 * MANY, () -> batches(MANY, 4));
    reading = ASKING / 10;
    Runnable slowly =
        () -> {
          for (int i = 0; i < MANY; i++) {
            nanos += Duration.ofMillis(10).toNanos();
            batches(1, 4);
          }
        };
    slowly.run();
    requireThatMost(true, 4 * MANY, slowly);
  }

  /** Sends one after the other, polls for replies, and always has some under way. */
  private void overlapping(int count) {
    for (int i = 0; i < count; i++) {
      client.submitGet(KEY);
      client.flush();
      if (client.outstanding() == 4) {
        while (!client.isReplyReady()) {
          Thread.onSpinWait();
        }
        assertThat(client.complete(value)).isEqualTo(Status.FOUND);
      }
    }
  }

  private void completeAll() {
    while (client.outstanding() > 0) {
      assertThat(client.complete(value)).isEqualTo(Status.FOUND);
    }
  }

  @Test
  void shouldComeBackToReadingThoughThereAreAlwaysGetsUnderWay() {
    client.put(KEY, Slice.of("value"));
    reading = 4 * ASKING;
    batches(MANY, 2);
    requireThatMost(false, 2 * MANY, () -> batches(MANY, 2));
    reading = ASKING / 10;
    overlapping(MANY);
    completeAll();
    requireThatMost(
        true,
        MANY,
        () -> {
          overlapping(MANY);
          completeAll();
        });
  }

  /** Whoever polls need not flush: what was submitted goes out with the first look. */
  @Test
  void shouldChooseAsWellForAClientThatNeverFlushes() {
    client.put(KEY, Slice.of("value"));
    Runnable polls =
        () -> {
          for (int i = 0; i < MANY; i++) {
            client.submitGet(KEY);
            while (!client.isReplyReady()) {
              Thread.onSpinWait();
            }
            assertThat(client.complete(value)).isEqualTo(Status.FOUND);
          }
        };
    reading = 4 * ASKING;
    polls.run();
    requireThatMost(false, MANY, polls);
    reading = ASKING / 10;
    polls.run();
    requireThatMost(true, MANY, polls);
  }
}
