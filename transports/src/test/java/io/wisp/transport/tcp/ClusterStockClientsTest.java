// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.wisp.testing.Eventually;
import io.wisp.transport.PythonProgram;
import io.wisp.transport.cluster.RunningCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.Redisson;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import redis.clients.jedis.ClusterPipeline;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Clients that others wrote, as clients of a cluster of three nodes. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterStockClientsTest {

  private static final int KEYS = 1_000;

  private final RunningCluster cluster;

  ClusterStockClientsTest() throws IOException {
    cluster = new RunningCluster("tcp", "0-5460", "5461-10922", "10923-16383");
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private int port(int node) {
    return cluster.server(node).port();
  }

  private long[] sizes() {
    return new long[] {cluster.store(0).size(), cluster.store(1).size(), cluster.store(2).size()};
  }

  private void assertThatAllNodesHaveKeys(long total) {
    long sum = 0;
    for (long size : sizes()) {
      assertThat(size).isGreaterThan(total / 5);
      sum += size;
    }
    assertThat(sum).isEqualTo(total);
  }

  @Test
  void shouldServeJedis() {
    DefaultJedisClientConfig config =
        DefaultJedisClientConfig.builder()
            .timeoutMillis(StockClientContractTest.PATIENCE_MILLIS)
            .build();
    try (RedisClusterClient jedis =
        RedisClusterClient.builder()
            .nodes(Set.of(new HostAndPort("127.0.0.1", port(1))))
            .clientConfig(config)
            .build()) {
      assertThat(jedis.getClusterNodes()).hasSize(3);
      for (int i = 0; i < KEYS; i++) {
        assertThat(jedis.set("key" + i, "v" + i)).isEqualTo("OK");
      }
      for (int i = 0; i < KEYS; i++) {
        assertThat(jedis.get("key" + i)).isEqualTo("v" + i);
      }
      assertThatAllNodesHaveKeys(KEYS);
      assertThat(jedis.mset("{t}a", "1", "{t}b", "2")).isEqualTo("OK");
      assertThat(jedis.mget("{t}a", "{t}none", "{t}b")).containsExactly("1", null, "2");
      assertThat(jedis.del("{t}a", "{t}b")).isEqualTo(2);
      try (ClusterPipeline pipeline = jedis.pipelined()) {
        List<Response<Long>> sums = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
          sums.add(pipeline.incrBy("n" + i % 100, 1));
        }
        pipeline.sync();
        for (int i = 0; i < KEYS; i++) {
          assertThat(sums.get(i).get()).isEqualTo(1 + i / 100);
        }
      }
      assertThatThrownBy(() -> jedis.incr("key1"))
          .isInstanceOf(JedisDataException.class)
          .hasMessageContaining("ERR value is not an integer");
    }
  }

  @Test
  void shouldRedirectAClientOfOneNode() {
    try (Jedis jedis = new Jedis("127.0.0.1", port(0), StockClientContractTest.PATIENCE_MILLIS)) {
      int slot = JedisClusterCRC16.getSlot("foo");
      assertThatThrownBy(() -> jedis.set("foo", "v"))
          .isInstanceOfSatisfying(
              JedisMovedDataException.class,
              moved -> {
                assertThat(moved.getSlot()).isEqualTo(slot);
                assertThat(moved.getTargetNode()).isEqualTo(new HostAndPort("127.0.0.1", port(2)));
              });
      assertThatThrownBy(() -> jedis.mset("foo", "1", "bar", "2"))
          .hasMessage("CROSSSLOT Keys in request don't hash to the same slot");
      assertThat(jedis.clusterKeySlot("foo{hash_tag}")).isEqualTo(2515);
      assertThat(jedis.clusterInfo()).contains("cluster_state:ok");
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void shouldServeRedisPy() throws Exception {
    PythonProgram.Outcome outcome =
        new PythonProgram(Path.of("src", "test", "python", "redis"), "python-redis")
            .run("test_redis_cluster.py", Integer.toString(port(1)));
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("Ran 7 tests").doesNotContain("skipped");
  }

  /** Another implementation of the same function. */
  @Test
  void shouldAgreeWithJedisOnTheSlotsOfKeys() {
    try (Jedis jedis = new Jedis("127.0.0.1", port(0), StockClientContractTest.PATIENCE_MILLIS)) {
      for (String key : List.of("a", "{a}b", "{}a", "a{b}c{d}", "a}{b}", "a{b", "\u00e4{\u00f6}")) {
        assertThat(jedis.clusterKeySlot(key)).as(key).isEqualTo(JedisClusterCRC16.getSlot(key));
      }
    }
  }

  @Test
  void shouldServeLettuce() {
    RedisURI uri = RedisURI.create("127.0.0.1", port(2));
    try (var client = io.lettuce.core.cluster.RedisClusterClient.create(uri);
        StatefulRedisClusterConnection<String, String> connection = client.connect()) {
      assertThat(connection.getPartitions()).hasSize(3);
      assertThat(connection.getPartitions().stream().map(RedisClusterNode::getNodeId))
          .containsExactlyInAnyOrderElementsOf(
              cluster.map().nodes().stream().map(node -> node.id()).toList());
      RedisAdvancedClusterCommands<String, String> commands = connection.sync();
      for (int i = 0; i < KEYS; i++) {
        assertThat(commands.set("key" + i, "v" + i)).isEqualTo("OK");
      }
      assertThatAllNodesHaveKeys(KEYS);
      // Lettuce splits what is of many slots.
      assertThat(commands.mset(Map.of("a", "1", "b", "2", "c", "3"))).isEqualTo("OK");
      assertThat(commands.mget("a", "b", "c").stream().map(each -> each.getValue()))
          .containsExactly("1", "2", "3");
      assertThat(commands.del("a", "b", "c")).isEqualTo(3);
      assertThat(new TreeSet<>(commands.keys("*"))).hasSize(KEYS);
      assertThat(commands.dbsize()).isEqualTo(KEYS);
      assertThat(commands.clusterMyId()).matches("[0-9a-f]{40}");
      assertThat(commands.flushall()).isEqualTo("OK");
      assertThat(sizes()).containsExactly(0, 0, 0);
    }
  }

  @Test
  void shouldServeRedisson() throws InterruptedException {
    Config config = new Config();
    config
        .useClusterServers()
        .addNodeAddress("redis://127.0.0.1:" + port(1))
        .setConnectTimeout(StockClientContractTest.PATIENCE_MILLIS)
        .setTimeout(StockClientContractTest.PATIENCE_MILLIS);
    RedissonClient redisson = Redisson.create(config);
    try {
      RBatch batch = redisson.createBatch();
      for (int i = 0; i < KEYS; i++) {
        redisson.getBucket("key" + i, StringCodec.INSTANCE).set("v" + i);
        var _ = batch.getBucket("key" + i, StringCodec.INSTANCE).getAsync();
      }
      assertThatAllNodesHaveKeys(KEYS);
      List<?> values = batch.execute().getResponses();
      for (int i = 0; i < KEYS; i++) {
        assertThat(values.get(i)).isEqualTo("v" + i);
      }
      // One transaction of one slot.
      RBatch transaction =
          redisson.createBatch(
              BatchOptions.defaults().executionMode(BatchOptions.ExecutionMode.IN_MEMORY_ATOMIC));
      var _ = transaction.getAtomicLong("{foo}x").incrementAndGetAsync();
      var _ = transaction.getAtomicLong("{foo}y").incrementAndGetAsync();
      var _ = transaction.getAtomicLong("{foo}x").incrementAndGetAsync();
      assertThat(transaction.execute().getResponses()).isEqualTo(List.of(1L, 1L, 2L));
      assertThat(redisson.getKeys().count()).isEqualTo(KEYS + 2);

      cluster.stop(2); // of foo
      RBucket<String> other = redisson.getBucket("{bar}k", StringCodec.INSTANCE);
      other.set("w");
      assertThat(other.get()).isEqualTo("w");
      assertThatThrownBy(() -> redisson.getAtomicLong("{foo}x").get())
          .isInstanceOf(RedisException.class);
      cluster.restart(2);
      Eventually.await(() -> isThere(redisson));
    } finally {
      redisson.shutdown();
    }
  }

  private static boolean isThere(RedissonClient redisson) {
    try {
      return redisson.getAtomicLong("{foo}x").get() == 2;
    } catch (RedisException notYetThere) {
      return false;
    }
  }
}
