// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.SetArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.ReliableTransaction;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;

@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StockClientsTest {

  private final RunningServer running = new RunningServer();

  @AfterEach
  void close() {
    running.close();
  }

  private static Jedis connect(RunningServer server) {
    return new Jedis("127.0.0.1", server.port(), StockClientContractTest.PATIENCE_MILLIS);
  }

  @Test
  void shouldServeJedis() {
    try (Jedis jedis = connect(running)) {
      useJedis(jedis);
    }
  }

  @Test
  void shouldServeJedisInTheThirdProtocol() {
    DefaultJedisClientConfig config =
        DefaultJedisClientConfig.builder()
            .protocol(RedisProtocol.RESP3)
            .clientName("worker")
            .timeoutMillis(StockClientContractTest.PATIENCE_MILLIS)
            .build();
    try (Jedis jedis = new Jedis(new HostAndPort("127.0.0.1", running.port()), config)) {
      assertThat(jedis.clientGetname()).isEqualTo("worker");
      useJedis(jedis);
    }
  }

  private static void useJedis(Jedis jedis) {
    assertThat(jedis.ping()).isEqualTo("PONG");
    assertThat(jedis.set("k", "v")).isEqualTo("OK");
    assertThat(jedis.get("k")).isEqualTo("v");
    assertThat(jedis.get("none")).isNull();
    assertThat(jedis.set("k", "w", SetParams.setParams().nx())).isNull();
    assertThat(jedis.set("k", "w", SetParams.setParams().xx().ex(100))).isEqualTo("OK");
    assertThat(jedis.ttl("k")).isBetween(90L, 100L);
    assertThat(jedis.incrBy("n", 5)).isEqualTo(5);
    assertThat(jedis.append("k", "xyz")).isEqualTo(4);
    assertThat(jedis.mset("a", "1", "b", "2")).isEqualTo("OK");
    assertThat(jedis.mget("a", "none", "b")).containsExactly("1", null, "2");
    assertThat(jedis.keys("?")).containsExactlyInAnyOrder("k", "n", "a", "b");
    assertThat(jedis.scan("0", new ScanParams().count(100)).getResult()).hasSize(4);
    assertThat(jedis.configGet("maxclients")).isEqualTo(Map.of("maxclients", "10000"));
    assertThat(jedis.info()).contains("server_name:wisp");
    assertThat(jedis.del("a", "b", "none")).isEqualTo(2);
    assertThat(jedis.exists("a")).isFalse();
    assertThat(jedis.dbSize()).isEqualTo(2);
    assertThatThrownBy(() -> jedis.incr("k"))
        .isInstanceOf(JedisDataException.class)
        .hasMessageContaining("ERR value is not an integer or out of range");
    assertThat(jedis.flushAll()).isEqualTo("OK");
  }

  @Test
  void shouldServeTransactionsOfJedis() {
    try (Jedis jedis = connect(running);
        Jedis other = connect(running)) {
      Transaction pipelined = jedis.multi();
      useTransaction(pipelined);
      assertThat(pipelined.exec()).containsExactly("OK", "1", 2L, null);
      try (ReliableTransaction stepwise = new ReliableTransaction(jedis.getConnection())) {
        useTransaction(stepwise);
        assertThat(stepwise.exec()).containsExactly("OK", "1", 2L, null);
        stepwise.watch("a");
        other.set("a", "5");
        stepwise.multi();
        stepwise.incr("a");
        assertThat(stepwise.exec()).isNull();
      }
      jedis.watch("a");
      Transaction discarded = jedis.multi();
      discarded.del("a");
      assertThat(discarded.discard()).isEqualTo("OK");
      assertThat(other.get("a")).isEqualTo("5");
    }
  }

  private static void useTransaction(AbstractTransaction transaction) {
    transaction.mset("a", "1", "b", "1");
    transaction.get("a");
    transaction.incr("b");
    transaction.get("none");
  }

  @Test
  void shouldServeAPipelineOfJedis() {
    try (Jedis jedis = connect(running)) {
      Pipeline pipeline = jedis.pipelined();
      List<Response<String>> values = new ArrayList<>();
      for (int i = 0; i < 20_000; i++) {
        pipeline.set("k" + i % 100, "v" + i);
        values.add(pipeline.get("k" + i % 100));
      }
      pipeline.sync();
      for (int i = 0; i < values.size(); i++) {
        assertThat(values.get(i).get()).isEqualTo("v" + i);
      }
    }
  }

  @Test
  void shouldServeLettuce() {
    try (RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", running.port()));
        StatefulRedisConnection<String, String> connection = client.connect()) {
      RedisCommands<String, String> commands = connection.sync();
      assertThat(commands.ping()).isEqualTo("PONG");
      assertThat(commands.set("k", "v", SetArgs.Builder.px(100_000))).isEqualTo("OK");
      assertThat(commands.get("k")).isEqualTo("v");
      assertThat(commands.pttl("k")).isBetween(90_000L, 100_000L);
      assertThat(commands.getdel("k")).isEqualTo("v");
      assertThat(commands.get("k")).isNull();
      assertThat(commands.mset(Map.of("a", "1", "b", "2"))).isEqualTo("OK");
      assertThat(commands.mget("a", "none").get(1).hasValue()).isFalse();
      assertThat(commands.keys("*")).containsExactlyInAnyOrder("a", "b");
      assertThat(commands.scan(ScanCursor.INITIAL).getKeys()).hasSize(2);
      assertThat(commands.info()).contains("server_name:wisp");
      assertThat(commands.command()).hasSizeGreaterThan(40);
    }
  }

  @Test
  void shouldServeLettuceWithoutWaitingForReplies() throws Exception {
    try (RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", running.port()));
        StatefulRedisConnection<String, String> connection = client.connect()) {
      RedisAsyncCommands<String, String> commands = connection.async();
      List<RedisFuture<Long>> counts = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        counts.add(commands.incr("n"));
      }
      for (int i = 0; i < counts.size(); i++) {
        assertThat(counts.get(i).get()).isEqualTo(i + 1);
      }
    }
  }

  @Test
  void shouldServeTransactionsOfLettuce() throws Exception {
    try (RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", running.port()));
        StatefulRedisConnection<String, String> connection = client.connect();
        StatefulRedisConnection<String, String> other = client.connect()) {
      RedisCommands<String, String> commands = connection.sync();
      commands.watch("a");
      commands.multi();
      commands.set("a", "1");
      commands.incrby("a", 4);
      commands.mget("a", "none");
      TransactionResult done = commands.exec();
      assertThat(done.wasDiscarded()).isFalse();
      assertThat(done.<String>get(0)).isEqualTo("OK");
      assertThat(done.<Long>get(1)).isEqualTo(5);
      commands.watch("a");
      other.sync().set("a", "7");
      commands.multi();
      commands.incr("a");
      assertThat(commands.exec().wasDiscarded()).isTrue();
      RedisAsyncCommands<String, String> pipelined = connection.async();
      connection.setAutoFlushCommands(false);
      RedisFuture<String> begun = pipelined.multi();
      RedisFuture<Long> sum = pipelined.incrby("a", 3);
      RedisFuture<TransactionResult> executed = pipelined.exec();
      connection.flushCommands();
      connection.setAutoFlushCommands(true);
      assertThat(begun.get()).isEqualTo("OK");
      assertThat(executed.get().wasDiscarded()).isFalse();
      assertThat(sum.get()).isEqualTo(10);
    }
  }

  @Test
  void shouldLetStockClientsInWithThePassword() {
    try (RunningServer guarded = new RunningServer(options -> options.withPassword("secret"))) {
      try (Jedis jedis = connect(guarded)) {
        assertThatThrownBy(jedis::ping).hasMessageContaining("NOAUTH");
        assertThatThrownBy(() -> jedis.auth("wrong")).hasMessageContaining("WRONGPASS");
        assertThat(jedis.auth("secret")).isEqualTo("OK");
        assertThat(jedis.ping()).isEqualTo("PONG");
      }
      RedisURI uri =
          RedisURI.builder()
              .withHost("127.0.0.1")
              .withPort(guarded.port())
              .withPassword("secret".toCharArray())
              .build();
      try (RedisClient client = RedisClient.create(uri);
          StatefulRedisConnection<String, String> connection = client.connect()) {
        assertThat(connection.sync().ping()).isEqualTo("PONG");
      }
    }
  }

  @Test
  void shouldLoseNoIncrementOfManyClients() throws Exception {
    int clients = 8;
    int increments = 500;
    try (RunningServer threaded = new RunningServer(options -> options.withThreads(3));
        ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        done.add(threads.submit(() -> increment(threaded, increments)));
      }
      for (Future<?> future : done) {
        future.get();
      }
      try (Jedis jedis = connect(threaded)) {
        assertThat(jedis.get("n")).isEqualTo("" + 2 * clients * increments);
        assertThat(jedis.strlen("s")).isEqualTo((long) clients * increments);
      }
    }
  }

  private static void increment(RunningServer server, int times) {
    try (Jedis jedis = connect(server)) {
      for (int i = 0; i < times; i++) {
        jedis.incrBy("n", 2);
        jedis.append("s", "x");
      }
    }
  }
}
