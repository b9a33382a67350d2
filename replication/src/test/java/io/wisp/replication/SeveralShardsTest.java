// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static io.wisp.replication.PatientRequests.answer;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.server.StoreServer;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Eventually;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Membership;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import io.wisp.transport.cluster.ClusterClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

/** Two shards of three members each and a node alone, all in this process, behind a password. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(PatientMembers.class)
class SeveralShardsTest {

  private static final int MEBIBYTE = 1 << 20;
  private static final String HOST = "127.0.0.1";
  private static final String PASSWORD = "secret";

  /** The places of the first members of the shards, and of the node that is alone. */
  private static final int X = 0;

  private static final int Y = 3;
  private static final int ALONE = 6;

  private static final int MEMBERS = 3;
  private static final List<String> NAMES = List.of("x1", "x2", "x3", "y1", "y2", "y3", "z");
  private static final int SLOT_OF_X = 100;
  private static final int SLOT_OF_Y = 6_000;

  private static final int KEYS = 60;
  private static final int CLIENT_MILLIS = 30_000;

  @TempDir private Path temporary;
  private final List<Integer> ports = GroupFile.freePorts(NAMES.size());
  private final List<@Nullable Node> nodes = new ArrayList<>();

  private ClusterMap map() {
    List<ClusterNode> all = new ArrayList<>();
    for (int i = 0; i < NAMES.size(); i++) {
      String slots =
          switch (i) {
            case X -> "0-5460";
            case Y -> "5461-10922";
            case ALONE -> "10923-16383";
            default -> "";
          };
      String shard = NAMES.get(i - i % MEMBERS);
      all.add(new ClusterNode(NAMES.get(i), HOST, ports.get(i), SlotRange.parseAll(slots), shard));
    }
    return new ClusterMap(1, all);
  }

  /** A node that serves. */
  private final class Node implements AutoCloseable {

    private final ClusterMember member;
    private final CuckooStore store;
    private final @Nullable GroupLog log;
    private final StoreServer server;

    Node(int index, boolean isNew) throws IOException {
      member = new ClusterMember(NAMES.get(index), map());
      store = CuckooStore.open(32 * MEBIBYTE);
      log = member.hasReplicas() ? open(isNew) : null;
      ServerOptions options =
          ServerOptions.at(new Endpoint(HOST, ports.get(index)))
              .withMember(member)
              .withWriteLog(log)
              .withPassword(PASSWORD);
      server = StoreServer.start(store, List.of(Transports.named("tcp")), options, System.err);
    }

    private GroupLog open(boolean isNew) throws IOException {
      Membership membership = new Membership(member, HOST, isNew, () -> {});
      Path folder = temporary.resolve(member.node().name());
      return GroupLog.open(folder, store, membership, System.err::println, MEBIBYTE);
    }

    @Override
    public void close() {
      server.close();
      if (log != null) {
        log.close();
      }
      store.close();
    }
  }

  @AfterEach
  void close() throws Exception {
    ClosedTogether.closeAll(nodes);
  }

  private void end(int index) {
    Node node = nodes.get(index);
    if (node != null) {
      node.close();
      nodes.set(index, null);
    }
  }

  /** The place of the master of a shard. */
  private int awaitMaster(int first) throws InterruptedException {
    return Eventually.awaitAny(first, first + MEMBERS, this::leads);
  }

  private boolean leads(int index) {
    Node node = nodes.get(index);
    return node != null && node.member.place().leads();
  }

  private void changeMaster(int first, boolean comesBack) throws Exception {
    int old = awaitMaster(first);
    end(old);
    assertThat(awaitMaster(first)).isNotEqualTo(old);
    if (comesBack) {
      nodes.set(old, new Node(old, false));
    }
  }

  private boolean allKnow(int slot, int master) {
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      if (node != null && node.member.map().ownerIndex(slot) != master) {
        return false;
      }
    }
    return true;
  }

  private ClusterClient wispClient(int index) {
    return ClusterClient.connect(
        Transports.named("tcp"),
        new Endpoint(HOST, ports.get(index)),
        ClientOptions.defaults()
            .withTimeout(Duration.ofMillis(CLIENT_MILLIS))
            .withPassword(PASSWORD));
  }

  private RedisClusterClient stockClient(int index) {
    return RedisClusterClient.builder()
        .nodes(Set.of(new HostAndPort(HOST, ports.get(index))))
        .clientConfig(
            DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(CLIENT_MILLIS)
                .socketTimeoutMillis(CLIENT_MILLIS)
                .password(PASSWORD)
                .build())
        .build();
  }

  private static String get(ClusterClient client, String key) {
    byte[] value = client.get(key.getBytes(UTF_8));
    return value == null ? "absent" : new String(value, UTF_8);
  }

  private static String put(ClusterClient client, String key, String value) {
    Status status = client.put(Slice.of(key), Slice.of(value));
    if (status.isError()) {
      throw new TransportException("it is answered with " + status);
    }
    return status.name();
  }

  private static void assertThatAllAreThere(ClusterClient wisp, RedisClusterClient stock, String of)
      throws InterruptedException {
    for (int i = 0; i < KEYS; i++) {
      String key = "key" + i;
      assertThat(answer(() -> get(wisp, key))).isEqualTo(of + key);
      assertThat(answer(() -> stock.get(key))).isEqualTo(of + key);
    }
  }

  @Test
  void shouldBeFoundByClientsWhateverShardHasChangedItsMaster() throws Exception {
    for (int i = 0; i < NAMES.size(); i++) {
      nodes.add(new Node(i, true));
    }
    awaitMaster(X);
    awaitMaster(Y);
    try (ClusterClient wisp = wispClient(ALONE);
        RedisClusterClient stock = stockClient(X)) {
      for (int i = 0; i < KEYS; i++) {
        String key = "key" + i;
        answer(() -> put(wisp, key, "lost"));
        assertThat(answer(() -> stock.set(key, "1" + key))).isEqualTo("OK");
      }
      assertThatAllAreThere(wisp, stock, "1");

      changeMaster(X, true);
      changeMaster(X, false);
      assertThatAllAreThere(wisp, stock, "1");
      changeMaster(Y, false);
      assertThatAllAreThere(wisp, stock, "1");

      int ofX = awaitMaster(X);
      int ofY = awaitMaster(Y);
      Eventually.await(() -> allKnow(SLOT_OF_X, ofX) && allKnow(SLOT_OF_Y, ofY));

      for (int i = 0; i < KEYS; i++) {
        String key = "key" + i;
        answer(() -> put(wisp, key, "2" + key));
      }
      assertThatAllAreThere(wisp, stock, "2");
      // Who comes now, and knows a node of another shard alone, finds them as well.
      try (ClusterClient lateWisp = wispClient(ofX);
          RedisClusterClient lateStock = stockClient(ofX)) {
        assertThatAllAreThere(lateWisp, lateStock, "2");
      }
    }
  }
}
