// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
  private static final int CLIENT_MILLIS = 60_000;
  private static final int MOST_TRIES = 20;

  @TempDir private Path folder;

  private static RedisClient connect(int port) {
    DefaultJedisClientConfig config =
        DefaultJedisClientConfig.builder().socketTimeoutMillis(CLIENT_MILLIS).build();
    return RedisClient.builder().hostAndPort("127.0.0.1", port).clientConfig(config).build();
  }

  /** A client of Redis' protocol. */
  private static final class RedisWriter extends KilledWriter {

    RedisWriter(String name, long seed) {
      super(name, seed, JedisConnectionException.class);
    }

    @Override
    Session connect(int port) {
      RedisClient client = KilledServerTest.connect(port);
      return new Session() {
        @Override
        public void write() {
          writeOne(client);
        }

        @Override
        public @Nullable String get(String key) {
          return client.get(key);
        }

        @Override
        public void close() {
          client.close();
        }
      };
    }

    private void writeOne(RedisClient client) {
      String key = key(random.nextInt(KEYS));
      switch (random.nextInt(5)) {
        case 0 -> {
          ask(key, null);
          client.del(key);
        }
        case 1 -> count(() -> client.incr(counter()));
        case 2 -> transact(client);
        default -> {
          String value = value();
          ask(key, value);
          client.set(key, value);
          assertThat(client.get(key)).isEqualTo(value);
        }
      }
    }

    private void transact(RedisClient client) {
      String value = value();
      List<String> both = askForBoth(value);
      try (AbstractTransaction transaction = client.multi()) {
        transaction.set(both.getFirst(), value);
        Response<String> second = transaction.set(both.getLast(), value);
        transaction.exec();
        assertThat(second.get()).isEqualTo("OK");
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
    Random random = GroupRounds.newRandom();
    Path data = folder.resolve("data");
    List<RedisWriter> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new RedisWriter("w" + i + " ", random.nextLong()));
    }
    try (LoggedServer server =
        KillRounds.play(rounds, data, writers, random, () -> hasSnapshot(data))) {
      assertThat(server.said()).contains("data    " + data, " keys, in ");
      assertThat(server.terminate()).as(server.said()).isZero();
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
