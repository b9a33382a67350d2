// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.SetArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

class LettuceContractTest extends StockClientContractTest {

  @Override
  StockClient connect(int port) {
    return connect(RedisURI.create("redis://127.0.0.1:" + port));
  }

  @Override
  StockClient connect(int port, String password) {
    return connect(RedisURI.create("redis://:" + password + "@127.0.0.1:" + port));
  }

  private static StockClient connect(RedisURI uri) {
    RedisClient client = RedisClient.create(uri);
    try {
      return new OfLettuce(client, client.connect(ByteArrayCodec.INSTANCE));
    } catch (RuntimeException refused) {
      client.close();
      throw refused;
    }
  }

  private record OfLettuce(RedisClient client, StatefulRedisConnection<byte[], byte[]> connection)
      implements StockClient {

    private RedisCommands<byte[], byte[]> commands() {
      return connection.sync();
    }

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
      commands().set(key, value);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      return commands().get(key);
    }

    @Override
    public void setFor(String key, byte[] value, Duration life) {
      commands().set(key.getBytes(UTF_8), value, SetArgs.Builder.px(life.toMillis()));
    }

    @Override
    public boolean delete(String key) {
      return commands().del(key.getBytes(UTF_8)) == 1;
    }

    @Override
    public long add(String key, long number) {
      return commands().incrby(key.getBytes(UTF_8), number);
    }

    @Override
    public List<Long> addInAPipeline(String key, int times) {
      RedisAsyncCommands<byte[], byte[]> commands = connection.async();
      List<CompletableFuture<Long>> replies =
          Stream.generate(() -> commands.incr(key.getBytes(UTF_8)).toCompletableFuture())
              .limit(times)
              .toList();
      return replies.stream().map(CompletableFuture::join).toList();
    }

    @Override
    public List<Long> addInATransaction(String key, int times) {
      commands().multi();
      for (int i = 0; i < times; i++) {
        commands().incr(key.getBytes(UTF_8));
      }
      return commands().exec().stream().map(Long.class::cast).toList();
    }

    @Override
    public boolean setUnlessChanged(String key, byte[] value, Runnable meanwhile) {
      commands().watch(key.getBytes(UTF_8));
      meanwhile.run();
      commands().multi();
      commands().set(key.getBytes(UTF_8), value);
      TransactionResult result = commands().exec();
      return !result.wasDiscarded();
    }

    @Override
    public List<String> scan() {
      return ScanIterator.scan(commands()).stream().map(key -> new String(key, UTF_8)).toList();
    }

    @Override
    public void close() {
      connection.close();
      client.close();
    }
  }
}
