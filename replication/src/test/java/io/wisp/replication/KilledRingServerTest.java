// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.testing.Eventually;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
  private static final int KEYS = 40;

  /** Submitted together. */
  private static final int PIPELINE = 8;

  private final long seed = Long.getLong("wisp.faults.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @TempDir private Path folder;

  @BeforeEach
  void needsSharedMemory() {
    String reason = Transports.named("shm").unavailable().orElse("");
    assumeTrue(reason.isEmpty(), reason);
  }

  private static Client connect(Transport transport, int port) {
    return transport.connect(
        transport.endpoint(new Endpoint("127.0.0.1", port)),
        ClientOptions.defaults().withTimeout(Duration.ofSeconds(60)));
  }

  /** Writes keys of its own, and knows of each what it was told and what it asked for at last. */
  private static final class Writer {

    private final String name;
    private final Transport transport;
    private final Random random;
    private final Map<String, @Nullable String> told = new HashMap<>();
    private final Map<String, @Nullable String> asked = new HashMap<>();
    private long counted;
    private long countAsked;
    private long writes;
    private volatile boolean atWork;
    private volatile @Nullable Throwable failure;

    Writer(String name, String transport, long seed) {
      this.name = name;
      this.transport = Transports.named(transport);
      random = new Random(seed);
    }

    void write(int port) {
      atWork = false;
      try (Client client = connect(transport, port);
          ValueBuffer value = new ValueBuffer()) {
        for (int i = 0; ; i++) {
          writeSome(client, value);
          atWork = i > 5;
        }
      } catch (TransportException e) {
        // The end.
      } catch (Throwable e) {
        failure = e;
      }
    }

    private void writeSome(Client client, ValueBuffer value) {
      switch (random.nextInt(4)) {
        case 0 -> count(client);
        case 1 -> writeBoth(client);
        case 2 -> {
          String key = name + random.nextInt(KEYS);
          asked.put(key, null);
          requireNoError(client.delete(Slice.of(key)));
        }
        default -> writePipeline(client, value);
      }
      told.putAll(asked);
      asked.clear();
    }

    private void count(Client client) {
      countAsked = counted + 1;
      requireNoError(client.add(Slice.of(name + " count"), 1, sum -> counted = sum));
      assertThat(counted).isEqualTo(countAsked);
    }

    /** Both keys have the same value at any time, or none. */
    private void writeBoth(Client client) {
      String value = value();
      WriteBatch batch = new WriteBatch();
      for (String key : List.of(name + " left", name + " right")) {
        asked.put(key, value);
        batch.put(Slice.of(key), Slice.of(value));
      }
      assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
    }

    private void writePipeline(Client client, ValueBuffer value) {
      int first = random.nextInt(KEYS - PIPELINE);
      for (int i = 0; i < PIPELINE; i++) {
        String key = name + (first + i);
        String written = value();
        asked.put(key, written);
        client.submitPut(Slice.of(key), Slice.of(written));
        client.submitGet(Slice.of(key));
      }
      client.flush();
      for (int i = 0; i < PIPELINE; i++) {
        requireNoError(client.complete(value));
        assertThat(client.complete(value)).isEqualTo(Status.FOUND);
        assertThat(new String(value.toByteArray(), StandardCharsets.UTF_8))
            .isEqualTo(asked.get(name + (first + i)));
      }
    }

    private static void requireNoError(Status status) {
      assertThat(status.isError()).as("%s", status).isFalse();
    }

    private String value() {
      return ++writes + " of " + name + "v".repeat(random.nextInt(2000));
    }

    /** Holds the next server to what was told. */
    void check(int port) {
      try (Client client = connect(transport, port)) {
        String count = get(client, name + " count");
        long found = count == null ? 0 : Long.parseLong(count);
        assertThat(found).isBetween(counted, Math.max(counted, countAsked));
        counted = found;
        assertThat(get(client, name + " left")).isEqualTo(get(client, name + " right"));
        for (String key : asked.keySet()) {
          told.putIfAbsent(key, null);
        }
        for (Map.Entry<String, @Nullable String> each : told.entrySet()) {
          String value = get(client, each.getKey());
          if (asked.containsKey(each.getKey())) {
            assertThat(value).isIn(each.getValue(), asked.get(each.getKey()));
          } else {
            assertThat(value).as(each.getKey()).isEqualTo(each.getValue());
          }
          each.setValue(value);
        }
        asked.clear();
      }
    }

    private static @Nullable String get(Client client, String key) {
      byte[] value = client.get(key.getBytes(StandardCharsets.UTF_8));
      return value == null ? null : new String(value, StandardCharsets.UTF_8);
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
    System.out.println("faults: seed " + seed);
    Path data = folder.resolve("data");
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer("w" + i + " ", i % 2 == 0 ? "shm" : "tcp", random.nextLong()));
    }
    LoggedServer server = LoggedServer.start(data, "--memory", "64m");
    try {
      for (int round = 0; round < rounds; round++) {
        int port = server.port();
        List<Thread> threads = new ArrayList<>();
        for (Writer writer : writers) {
          threads.add(Thread.ofPlatform().start(() -> writer.write(port)));
        }
        for (Writer writer : writers) {
          Eventually.await(() -> writer.atWork || writer.failure != null);
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(1_500));
        server.kill();
        for (Thread thread : threads) {
          thread.join();
        }
        server = LoggedServer.start(data, "--memory", "64m");
        for (Writer writer : writers) {
          assertThat(writer.failure).as(server.said()).isNull();
          writer.check(server.port());
        }
      }
      assertThat(server.terminate()).as(server.said()).isZero();
      assertThat(server.said()).doesNotContain("Exception", "\tat ");
    } finally {
      server.close();
    }
  }
}
