// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.BatchOptions;
import org.redisson.api.BatchOptions.ExecutionMode;
import org.redisson.api.RBatch;
import org.redisson.api.RBucket;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;

class RedissonContractTest extends StockClientContractTest {

  @Override
  StockClient connect(int port) {
    return new OfRedisson(Redisson.create(configuration(port)));
  }

  @Override
  StockClient connect(int port, String password) {
    return new OfRedisson(Redisson.create(configuration(port).setPassword(password)));
  }

  private static Config configuration(int port) {
    Config config = new Config();
    config
        .useSingleServer()
        .setAddress("redis://127.0.0.1:" + port)
        .setConnectTimeout(PATIENCE_MILLIS)
        .setTimeout(PATIENCE_MILLIS);
    return config;
  }

  private record OfRedisson(RedissonClient redisson) implements StockClient {

    private RBucket<byte[]> bucket(String key) {
      return redisson.getBucket(key, ByteArrayCodec.INSTANCE);
    }

    @Override
    public void set(String key, byte[] value) {
      bucket(key).set(value);
    }

    @Override
    public byte @Nullable [] get(String key) {
      return bucket(key).get();
    }

    @Override
    public void set(byte[] key, byte[] value) {
      throw StockClient.hasNone("Redisson has keys of text alone");
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      throw StockClient.hasNone("Redisson has keys of text alone");
    }

    @Override
    public void setFor(String key, byte[] value, Duration life) {
      bucket(key).set(value, life);
    }

    @Override
    public boolean delete(String key) {
      return bucket(key).delete();
    }

    @Override
    public long add(String key, long number) {
      return redisson.getAtomicLong(key).addAndGet(number);
    }

    @Override
    public List<Long> addInAPipeline(String key, int times) {
      return addIn(ExecutionMode.IN_MEMORY, key, times);
    }

    @Override
    public List<Long> addInATransaction(String key, int times) {
      return addIn(ExecutionMode.IN_MEMORY_ATOMIC, key, times);
    }

    private List<Long> addIn(ExecutionMode mode, String key, int times) {
      RBatch batch = redisson.createBatch(BatchOptions.defaults().executionMode(mode));
      for (int i = 0; i < times; i++) {
        var _ = batch.getAtomicLong(key).incrementAndGetAsync();
      }
      return batch.execute().getResponses().stream().map(Long.class::cast).toList();
    }

    @Override
    public boolean setUnlessChanged(String key, byte[] value, Runnable meanwhile) {
      throw StockClient.hasNone("Redisson watches keys in scripts alone");
    }

    @Override
    public List<String> scan() {
      return StreamSupport.stream(redisson.getKeys().getKeys().spliterator(), false).toList();
    }

    @Override
    public void close() {
      redisson.shutdown();
    }
  }
}
