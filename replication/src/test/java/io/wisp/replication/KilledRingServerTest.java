// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What real servers acknowledged by shared memory is there when the next one has started, after
 * SIGKILL under load. Half of the writers come by tcp.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledRingServerTest {

  private static final int WRITERS = 6;

  /** Submitted together. */
  private static final int PIPELINE = 8;

  @TempDir private Path folder;

  @BeforeEach
  void needsSharedMemory() {
    String reason = Transports.named("shm").unavailable().orElse("");
    assumeTrue(reason.isEmpty(), reason);
  }

  /** A client of Wisp's own, by one of its transports. */
  private static final class ClientWriter extends KilledWriter {

    private final Transport transport;

    ClientWriter(String name, String transport, long seed) {
      super(name, seed, TransportException.class);
      this.transport = Transports.named(transport);
    }

    @Override
    Session connect(int port) {
      Client client =
          transport.connect(
              transport.endpoint(new Endpoint("127.0.0.1", port)),
              ClientOptions.defaults().withTimeout(Duration.ofSeconds(60)));
      return new Session() {
        @Override
        public void write() {
          writeSome(client);
        }

        @Override
        public @Nullable String get(String key) {
          byte[] value = client.get(key.getBytes(StandardCharsets.UTF_8));
          return value == null ? null : new String(value, StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
          client.close();
        }
      };
    }

    private void writeSome(Client client) {
      switch (random.nextInt(4)) {
        case 0 -> count(() -> add(client));
        case 1 -> writeBoth(client);
        case 2 -> {
          String key = key(random.nextInt(KEYS));
          ask(key, null);
          requireNoError(client.delete(Slice.of(key)));
        }
        default -> writePipeline(client);
      }
    }

    private long add(Client client) {
      AtomicLong sum = new AtomicLong();
      requireNoError(client.add(Slice.of(counter()), 1, sum::set));
      return sum.get();
    }

    private void writeBoth(Client client) {
      String value = value();
      WriteBatch batch = new WriteBatch();
      for (String key : askForBoth(value)) {
        batch.put(Slice.of(key), Slice.of(value));
      }
      assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
    }

    private void writePipeline(Client client) {
      int first = random.nextInt(KEYS - PIPELINE);
      List<String> values = new ArrayList<>();
      for (int i = 0; i < PIPELINE; i++) {
        String key = key(first + i);
        String value = value();
        values.add(value);
        ask(key, value);
        client.submitPut(Slice.of(key), Slice.of(value));
        client.submitGet(Slice.of(key));
      }
      client.flush();
      try (ValueBuffer found = new ValueBuffer()) {
        for (String value : values) {
          requireNoError(client.complete(found));
          assertThat(client.complete(found)).isEqualTo(Status.FOUND);
          assertThat(new String(found.toByteArray(), StandardCharsets.UTF_8)).isEqualTo(value);
        }
      }
    }

    private static void requireNoError(Status status) {
      assertThat(status.isError()).as("%s", status).isFalse();
    }
  }

  @Test
  void shouldHoldEveryAnswerAfterEachKill() throws Exception {
    holdAnswers(3);
  }

  @Test
  @Tag("long")
  void shouldHoldEveryAnswerAfterManyKills() throws Exception {
    holdAnswers(40);
  }

  private void holdAnswers(int rounds) throws Exception {
    Random random = GroupRounds.newRandom();
    List<ClientWriter> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      String transport = i % 2 == 0 ? "shm" : "tcp";
      writers.add(new ClientWriter("w" + i + " ", transport, random.nextLong()));
    }
    try (LoggedServer server =
        KillRounds.play(rounds, folder.resolve("data"), writers, random, () -> true)) {
      assertThat(server.terminate()).as(server.said()).isZero();
      assertThat(server.said()).doesNotContain("Exception", "\tat ");
    }
  }
}
