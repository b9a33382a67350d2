// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;

class JedisContractTest extends StockClientContractTest {

  @Override
  StockClient connect(int port) {
    return connect(port, DefaultJedisClientConfig.builder());
  }

  @Override
  StockClient connect(int port, String password) {
    return connect(port, DefaultJedisClientConfig.builder().password(password));
  }

  private static StockClient connect(int port, DefaultJedisClientConfig.Builder config) {
    return new OfJedis(
        RedisClient.builder()
            .hostAndPort("127.0.0.1", port)
            .clientConfig(config.timeoutMillis(PATIENCE_MILLIS).build())
            .build());
  }

  private record OfJedis(RedisClient jedis) implements StockClient {

    @Override
    public void set(String key, byte[] value) {
      set(key.getBytes(UTF_8), value);
    }

    @Override
    public byte @Nullable [] get(String key) {
      return get(key.getBytes(UTF_8));
    }

    @Override
    public void set(byte[] key, byte[] value) {
      jedis.set(key, value);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      return jedis.get(key);
    }

    @Override
    public void setFor(String key, byte[] value, Duration life) {
      jedis.set(key.getBytes(UTF_8), value, SetParams.setParams().px(life.toMillis()));
    }

    @Override
    public boolean delete(String key) {
      return jedis.del(key) == 1;
    }

    @Override
    public long add(String key, long number) {
      return jedis.incrBy(key, number);
    }

    @Override
    public List<Long> addInAPipeline(String key, int times) {
      try (AbstractPipeline pipeline = jedis.pipelined()) {
        List<Response<Long>> replies =
            Stream.generate(() -> pipeline.incr(key)).limit(times).toList();
        pipeline.sync();
        return replies.stream().map(Supplier::get).toList();
      }
    }

    @Override
    public List<Long> addInATransaction(String key, int times) {
      try (AbstractTransaction transaction = jedis.multi()) {
        List<Response<Long>> replies =
            Stream.generate(() -> transaction.incr(key)).limit(times).toList();
        transaction.exec();
        return replies.stream().map(Supplier::get).toList();
      }
    }

    @Override
    public boolean setUnlessChanged(String key, byte[] value, Runnable meanwhile) {
      try (AbstractTransaction transaction = jedis.transaction(false)) {
        transaction.watch(key);
        meanwhile.run();
        transaction.multi();
        transaction.set(key.getBytes(UTF_8), value);
        return transaction.exec() != null;
      }
    }

    @Override
    public List<String> scan() {
      List<String> keys = new ArrayList<>();
      String cursor = ScanParams.SCAN_POINTER_START;
      do {
        ScanResult<String> some = jedis.scan(cursor);
        keys.addAll(some.getResult());
        cursor = some.getCursor();
      } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
      return keys;
    }

    @Override
    public void close() {
      jedis.close();
    }
  }
}
