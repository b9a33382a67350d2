// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.KeySlot;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.TransportException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two shards, each of two nodes of which one is the master, and a client while that changes. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterShardsTest {

  private static final int KEYS = 300;

  private static final ClientOptions IMPATIENT =
      RunningCluster.options().withTimeout(Duration.ofSeconds(2));

  private static RunningCluster cluster() throws Exception {
    RunningCluster cluster = RunningCluster.withReplicas("0-8191", "8192-16383");
    appoint(cluster, 0, 10);
    appoint(cluster, 2, 2);
    return cluster;
  }

  /** Tells both nodes of a shard, and nobody else, that one of them is the master. */
  private static void appoint(RunningCluster cluster, int master, long epoch) {
    int first = master - master % 2;
    cluster.member(first).follow("n" + master, epoch, true);
    cluster.member(first + 1).follow("n" + master, epoch, true);
  }

  /** A key of the shard whose first node is at a place. */
  private static String keyOf(RunningCluster cluster, int first) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "key" + i)
        .filter(key -> cluster.map().ownerIndex(KeySlot.of(Slice.of(key))) == first)
        .findFirst()
        .orElseThrow();
  }

  private static void put(ClusterClient client, String key, String value) {
    assertThat(client.put(Slice.of(key), Slice.of(value)).isError()).isFalse();
  }

  private static void assertThatHas(RunningCluster cluster, int node, String key, String value) {
    assertThat(cluster.store(node).get(key.getBytes(UTF_8))).asString(UTF_8).isEqualTo(value);
  }

  @Test
  void shouldFollowEachShardByItsOwnEpoch() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect()) {
      String ofX = keyOf(cluster, 0);
      String ofY = keyOf(cluster, 2);
      put(client, ofX, "1");
      put(client, ofY, "1");
      assertThatHas(cluster, 0, ofX, "1");
      assertThatHas(cluster, 2, ofY, "1");
      appoint(cluster, 3, 3);
      put(client, ofY, "2");
      assertThatHas(cluster, 3, ofY, "2");
      appoint(cluster, 1, 11);
      put(client, ofX, "2");
      assertThatHas(cluster, 1, ofX, "2");
      appoint(cluster, 2, 4);
      put(client, ofY, "3");
      assertThatHas(cluster, 2, ofY, "3");
      put(client, ofX, "3");
      assertThatHas(cluster, 1, ofX, "3");
    }
  }

  @Test
  void shouldAskTheReplicasOfAMasterThatIsGone() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect(IMPATIENT)) {
      String ofY = keyOf(cluster, 2);
      put(client, keyOf(cluster, 0), "1");
      put(client, ofY, "1");
      appoint(cluster, 3, 3);
      cluster.stop(2);
      try {
        client.put(Slice.of(ofY), Slice.of("lost"));
      } catch (TransportException e) {
        // So the client learns that the connection is broken.
        assertThat(e).hasMessageContaining("node n2 at");
      }
      put(client, ofY, "2");
      assertThatHas(cluster, 3, ofY, "2");
      assertThat(cluster.member(0).map().masterIndex(3)).isEqualTo(2);
    }
  }

  /** As one that the others of its shard do not reach, while clients do. */
  @Test
  void shouldAskTheOthersOfAShardWhoseMemberKnowsNoMaster() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect();
        ValueBuffer value = new ValueBuffer()) {
      String ofY = keyOf(cluster, 2);
      put(client, ofY, "1");
      cluster.member(2).follow(null, 0, false);
      cluster.member(3).follow("n3", 3, true);
      put(client, ofY, "2");
      assertThatHas(cluster, 3, ofY, "2");
      cluster.member(3).follow(null, 0, false);
      cluster.member(2).follow("n2", 4, true);
      client.submitPut(Slice.of(ofY), Slice.of("lost"));
      assertThat(client.complete(value)).isEqualTo(Status.SLOT_NOT_SERVED);
      client.submitPut(Slice.of(ofY), Slice.of("3"));
      assertThat(client.complete(value).isError()).isFalse();
      assertThatHas(cluster, 2, ofY, "3");
    }
  }

  @Test
  void shouldMissNoKeyOfAShardWhoseMasterChangesDuringAWalk() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect()) {
      appoint(cluster, 1, 11);
      Set<String> all = new TreeSet<>();
      for (int i = 0; i < KEYS; i++) {
        put(client, "key" + i, "v");
        all.add("key" + i);
        // As the log would have it.
        boolean isOfX = cluster.store(1).contains(Slice.of("key" + i));
        cluster.store(isOfX ? 0 : 3).put(Slice.of("key" + i), Slice.of("v"));
      }
      Set<String> seen = new TreeSet<>();
      long cursor = 0;
      int calls = 0;
      do {
        if (calls == 2) {
          appoint(cluster, 0, 12);
        } else if (calls == 3) {
          appoint(cluster, 3, 5);
        }
        calls++;
        try {
          cursor =
              client.scan(
                  cursor,
                  20,
                  (segment, offset, length) ->
                      seen.add(new Slice().set(segment, offset, length).toString()));
        } catch (TransportException e) {
          assertThat(e).hasMessageContaining("MOVED");
        }
      } while (cursor != 0);
      assertThat(seen).isEqualTo(all);
      assertThat(calls).isGreaterThan(5);
    }
  }
}
