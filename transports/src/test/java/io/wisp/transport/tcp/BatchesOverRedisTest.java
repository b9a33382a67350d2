// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.transport.Client;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Patient;
import io.wisp.transport.SideBySide;
import io.wisp.transport.TransportException;
import io.wisp.transport.cluster.RunningCluster;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client's batches, carried out by a real redis-server. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BatchesOverRedisTest {

  @TempDir private Path folder;

  private final WriteBatch batch = new WriteBatch();
  private final ValueBuffer value = new ValueBuffer();
  private @Nullable RedisServer redis;
  private Endpoint endpoint = new Endpoint("127.0.0.1", 0);

  @BeforeEach
  void start() throws Exception {
    endpoint = new Endpoint("127.0.0.1", RunningCluster.freePorts(1).getFirst());
    redis = RedisServer.startAt(folder, endpoint.port());
    assumeTrue(redis != null, "there is no redis-server; it is in the Debian package redis-tools");
  }

  @AfterEach
  void close() {
    value.close();
    if (redis != null) {
      redis.close();
    }
  }

  private Client connect() {
    return new TcpTransport().connect(endpoint, Patient.options());
  }

  private RespPeer peer() throws Exception {
    return new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()));
  }

  private static Slice slice(String text) {
    return Slice.of(text);
  }

  private @Nullable String get(Client client, String key) {
    byte[] found = client.get(key.getBytes(UTF_8));
    return found == null ? null : new String(found, UTF_8);
  }

  @Test
  void shouldDoAllOfABatchOrNothing() {
    try (Client client = connect()) {
      client.put(slice("kept"), slice("old"), 600_000);
      client.put(slice("deleted"), slice("old"));
      batch.put(slice("created"), slice("new"));
      batch.put(slice("kept"), slice("new"), Store.KEEP_EXPIRY, WriteCondition.IF_PRESENT, 0);
      long soon = System.currentTimeMillis() + 500_000;
      batch.put(slice("soon"), slice("new"), soon, WriteCondition.IF_ABSENT, 0);
      batch.put(slice("long ago"), slice("new"), -5, WriteCondition.ALWAYS, 0);
      batch.delete(slice("deleted"), WriteCondition.ALWAYS, 0);
      assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
      assertThat(get(client, "created")).isEqualTo("new");
      assertThat(client.timeToLive(slice("kept"))).isBetween(500_001L, 600_000L);
      assertThat(client.timeToLive(slice("soon"))).isBetween(1L, 500_000L);
      assertThat(get(client, "deleted")).isNull();
      assertThat(get(client, "long ago")).isNull();
      client.delete(slice("created"));
      assertThat(client.writeAll(batch)).isEqualTo(Status.CONFLICT);
      assertThat(get(client, "created")).isNull();
    }
  }

  @Test
  void shouldSubmitBatchesAmongOtherRequests() {
    try (Client client = connect()) {
      for (int i = 0; i < 100; i++) {
        batch.clear();
        batch.put(slice("a"), slice("a" + i));
        batch.put(slice("b"), slice("b" + i));
        client.submitWriteAll(batch);
        client.submitGet(slice("b"));
      }
      for (int i = 0; i < 100; i++) {
        assertThat(client.complete(value)).isEqualTo(Status.DONE);
        assertThat(client.complete(value)).isEqualTo(Status.FOUND);
        assertThat(new String(value.toByteArray(), UTF_8)).isEqualTo("b" + i);
      }
    }
  }

  @Test
  void shouldDoNothingIfMemoryHasEnded() throws Exception {
    try (Client client = connect();
        RespPeer peer = peer()) {
      client.put(slice("a"), slice("old"));
      peer.call("CONFIG", "SET", "maxmemory", "1");
      batch.put(slice("a"), slice("new"));
      batch.put(slice("b"), slice("new"));
      assertThat(client.writeAll(batch)).isEqualTo(Status.OUT_OF_MEMORY);
      assertThat(get(client, "a")).isEqualTo("old");
      peer.call("CONFIG", "SET", "maxmemory", "0");
      assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
    }
  }

  @Test
  void shouldSayWhatRedisSaysThatHasNoStatus() throws Exception {
    try (Client client = connect();
        RespPeer peer = peer()) {
      peer.call("ACL", "SETUSER", "default", "-set");
      batch.put(slice("a"), slice("new"));
      assertThatThrownBy(() -> client.writeAll(batch))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("NOPERM");
      assertThat(get(client, "a")).isNull();
      peer.call("ACL", "SETUSER", "default", "+set");
      assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
    }
  }

  @Test
  void shouldDoNothingIfTransactionsAreNotAllowed() throws Exception {
    try (Client client = connect();
        RespPeer peer = peer()) {
      batch.put(slice("a"), slice("new"));
      for (String refused : List.of("multi", "exec")) {
        peer.call("ACL", "SETUSER", "default", "-" + refused);
        assertThatThrownBy(() -> client.writeAll(batch))
            .isInstanceOf(TransportException.class)
            .hasMessageContaining("NOPERM")
            .hasMessageContaining("'" + refused + "'");
        assertThat(get(client, "a")).isNull();
        peer.call("ACL", "SETUSER", "default", "+" + refused);
      }
      assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
    }
  }

  /** Who has one of the keys has both. */
  @Test
  void shouldLetOneOfManyHaveTheKeys() throws Exception {
    SideBySide.run(
        3,
        number -> {
          WriteBatch take = new WriteBatch();
          WriteBatch release = new WriteBatch();
          for (String key : List.of("a", "b")) {
            take.put(slice(key), slice("" + number), Store.NEVER, WriteCondition.IF_ABSENT, 0);
            release.delete(slice(key), WriteCondition.IF_PRESENT, 0);
          }
          try (Client client = connect()) {
            for (int taken = 0; taken < 50; ) {
              if (client.writeAll(take) == Status.DONE) {
                taken++;
                assertThat(get(client, "a")).isEqualTo("" + number);
                assertThat(get(client, "b")).isEqualTo("" + number);
                assertThat(client.writeAll(release)).isEqualTo(Status.DONE);
              }
            }
          }
        });
  }
}
