// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** What real servers acknowledged is there when the next one has started, however they ended. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KilledServerTest {

  private static final int WRITERS = 6;
  private static final int KEYS = 40;
  private static final int CLIENT_MILLIS = 60_000;
  private static final int MOST_TRIES = 20;

  private final long seed = Long.getLong("wisp.faults.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @TempDir private Path folder;

  private static RedisClient connect(int port) {
    DefaultJedisClientConfig config =
        DefaultJedisClientConfig.builder().socketTimeoutMillis(CLIENT_MILLIS).build();
    return RedisClient.builder().hostAndPort("127.0.0.1", port).clientConfig(config).build();
  }

  /** Writes keys of its own, and knows of each what it was told and what it asked for at last. */
  private static final class Writer {

    private final String name;
    private final Random random;
    private final Map<String, @Nullable String> told = new HashMap<>();
    private final Map<String, @Nullable String> asked = new HashMap<>();
    private long counted;
    private long countAsked;
    private long writes;
    private volatile boolean atWork;
    private volatile @Nullable Throwable failure;

    Writer(String name, long seed) {
      this.name = name;
      random = new Random(seed);
    }

    void write(int port) {
      atWork = false;
      try (RedisClient client = connect(port)) {
        for (int i = 0; ; i++) {
          writeOne(client);
          atWork = i > 5;
        }
      } catch (JedisConnectionException e) {
        // The end.
      } catch (Throwable e) {
        failure = e;
      }
    }

    private void writeOne(RedisClient client) {
      String key = name + random.nextInt(KEYS);
      switch (random.nextInt(5)) {
        case 0 -> {
          asked.put(key, null);
          client.del(key);
        }
        case 1 -> {
          countAsked = counted + 1;
          counted = client.incr(name + " count");
          assertThat(counted).isEqualTo(countAsked);
        }
        case 2 -> transact(client);
        default -> {
          String value = value();
          asked.put(key, value);
          client.set(key, value);
          assertThat(client.get(key)).isEqualTo(value);
        }
      }
      told.putAll(asked);
      asked.clear();
    }

    private String value() {
      return ++writes + " of " + name + "v".repeat(random.nextInt(2000));
    }

    /** Both keys have the same value at any time, or none. */
    private void transact(RedisClient client) {
      String value = value();
      for (String key : List.of(name + " left", name + " right")) {
        asked.put(key, value);
      }
      try (AbstractTransaction transaction = client.multi()) {
        transaction.set(name + " left", value);
        Response<String> second = transaction.set(name + " right", value);
        transaction.exec();
        assertThat(second.get()).isEqualTo("OK");
      }
    }

    /** Holds the next server to what was told. */
    void check(int port) {
      try (RedisClient client = connect(port)) {
        String count = client.get(name + " count");
        long found = count == null ? 0 : Long.parseLong(count);
        assertThat(found).isBetween(counted, Math.max(counted, countAsked));
        counted = found;
        assertThat(client.get(name + " left")).isEqualTo(client.get(name + " right"));
        for (String key : asked.keySet()) {
          told.putIfAbsent(key, null);
        }
        for (Map.Entry<String, @Nullable String> each : told.entrySet()) {
          String value = client.get(each.getKey());
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
      writers.add(new Writer("w" + i + " ", random.nextLong()));
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
        if (round == rounds - 1) {
          // A busy machine writes less in that time than a snapshot takes.
          Eventually.await(() -> hasSnapshot(data));
        }
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
      assertThat(server.said()).contains("data    " + data, " keys, in ");
      assertThat(server.terminate()).as(server.said()).isZero();
    } finally {
      server.close();
    }
  }

  private static boolean hasSnapshot(Path data) throws IOException {
    try (Stream<Path> groups = Files.list(data.resolve("raft"))) {
      return groups
          .map(group -> group.resolve("sm").toFile().list())
          .anyMatch(names -> names != null && String.join("/", names).contains("snapshot."));
    }
  }

  @Test
  void shouldEndWritingAndNotReadingWhenTheDiskIsFull() throws Exception {
    Path data = folder.resolve("data");
    // A limit of 6 MiB a file stands in for the end of the disk: the file of the log is made with
    // 4.
    List<String> limited = List.of("bash", "-c", "ulimit -f 6144; exec \"$@\"", "bash");
    int last = 0;
    try (LoggedServer server = LoggedServer.launch(data, limited, "--memory", "64m").awaitReady();
        RedisClient client = connect(server.port())) {
      String failure = "";
      for (int i = 0; failure.isEmpty() && i < 1_000; i++) {
        try {
          client.set("key " + i, i + "v".repeat(50_000));
          last = i;
        } catch (JedisDataException e) {
          failure = String.valueOf(e.getMessage());
        }
      }
      assertThat(failure).startsWith("UNKNOWN ").contains("may have happened or not");
      assertThat(last).isPositive();
      try (RedisClient reader = connect(server.port())) {
        assertThat(reader.get("key " + last)).startsWith(last + "v");
        String refusal = "";
        try {
          reader.set("one", "more");
        } catch (JedisDataException e) {
          refusal = String.valueOf(e.getMessage());
        }
        assertThat(refusal).startsWith("MISCONF ").contains("started again");
        assertThat(reader.get("key 0")).startsWith("0v");
      }
      server.awaitLine("WARNING: nothing is written any more: ");
      assertThat(server.terminate()).as(server.said()).isZero();
      assertThat(server.said()).doesNotContain("Exception", "\tat ");
    }
    try (LoggedServer server = LoggedServer.start(data, "--memory", "64m");
        RedisClient client = connect(server.port())) {
      for (int i = 0; i <= last; i++) {
        assertThat(client.get("key " + i)).startsWith(i + "v");
      }
      assertThat(client.set("one", "more")).isEqualTo("OK");
    }
  }

  @Test
  void shouldEndWhenItIsStoppedWhileItReads() throws Exception {
    Path data = folder.resolve("data");
    try (LoggedServer server = LoggedServer.start(data, "--memory", "64m");
        RedisClient client = connect(server.port())) {
      client.set("key", "value");
      server.kill();
    }
    boolean wasReading = false;
    for (int tries = 1; !wasReading; tries++) {
      try (LoggedServer server = LoggedServer.launch(data, List.of(), "--memory", "64m")) {
        server.awaitLine("data    " + data + ": reading");
        assertThat(server.terminate()).as(server.said()).isZero();
        // It reads for a moment, and this process may have stood still meanwhile.
        wasReading = !server.said().contains("ready");
      }
      assertThat(wasReading || tries < MOST_TRIES).as("it was stopped while it read").isTrue();
    }
    try (LoggedServer server = LoggedServer.start(data, "--memory", "64m");
        RedisClient client = connect(server.port())) {
      assertThat(client.get("key")).isEqualTo("value");
    }
  }

  @Test
  void shouldServeWhatLogsWritesAndRefuseWhatDoesNotGoWithIt() throws Exception {
    Path data = folder.resolve("data");
    try (LoggedServer server = LoggedServer.start(data, "--memory", "64m")) {
      assertThat(server.said())
          .contains(
              "\nshm ",
              "table readable by clients, by leases",
              "not served  zmq: it does not log writes");
    }
    for (String[] wrong :
        new String[][] {
          {"--evict", "--data loses nothing, and --evict would"},
          {"--keep", "--data and --keep are two ways to last"},
          {"--new-member", "--new-member is for a node of --cluster that has replicas"},
          {"--transport=zmq", "zmq does not log writes, and --transport names no other; "}
        }) {
      try (LoggedServer server = LoggedServer.launch(data, List.of(), wrong[0])) {
        assertThat(server.exitCode()).isEqualTo(2);
        assertThat(server.said()).contains(wrong[1]);
      }
    }
    Path file = Files.createFile(folder.resolve("file"));
    try (LoggedServer server = LoggedServer.launch(file, List.of(), "--memory", "64m")) {
      assertThat(server.exitCode()).isEqualTo(1);
      assertThat(server.said()).contains("--data: " + file + " is no folder");
    }
  }
}
