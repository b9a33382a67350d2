// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.store.HeapStore;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.testing.Eventually;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.MovedException;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.Transports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two shards, each of two nodes of which one is the master, and a client while that changes. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterShardsTest {

  private static final int KEYS = 300;

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

  /** Puts a value, and requires that a node has taken it. */
  private static void putAt(
      RunningCluster cluster, ClusterClient client, int node, String key, String value) {
    put(client, key, value);
    assertThatHas(cluster, node, key, value);
  }

  private static Status submittedPut(ClusterClient client, String key, String value) {
    client.submitPut(Slice.of(key), Slice.of(value));
    return client.complete(new RecordSink());
  }

  /** Requires that a call is told that nobody serves its key. */
  private static void assertThatNobodyTakes(ClusterClient client, String key) {
    assertThat(client.put(Slice.of(key), Slice.of("lost"))).isEqualTo(Status.SLOT_NOT_SERVED);
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
      putAt(cluster, client, 3, ofY, "2");
      appoint(cluster, 1, 11);
      putAt(cluster, client, 1, ofX, "2");
      appoint(cluster, 2, 4);
      putAt(cluster, client, 2, ofY, "3");
      putAt(cluster, client, 1, ofX, "3");
    }
  }

  /** Has a client learn that its connection to the node of a key is broken. */
  private static void loseConnection(ClusterClient client, String key, String node) {
    try {
      client.put(Slice.of(key), Slice.of("lost"));
    } catch (TransportException e) {
      assertThat(e).hasMessageContaining(node);
    }
  }

  @Test
  void shouldAskOnWhereOneKnowsMoreOfAnotherShardAlone() throws Exception {
    try (RunningCluster cluster = RunningCluster.withReplicas(3, "0-8191", "8192-16383");
        ClusterClient client = cluster.connect()) {
      for (int node = 0; node < 6; node++) {
        cluster.member(node).follow(node < 3 ? "n0" : "n3", 2, true);
      }
      String ofY = keyOf(cluster, 3);
      put(client, keyOf(cluster, 0), "1");
      put(client, ofY, "1");
      cluster.member(4).replace(cluster.map().withMaster("n1", 9));
      cluster.member(5).follow("n5", 3, true);
      cluster.stop(3);
      loseConnection(client, ofY, "node n3 at");
      putAt(cluster, client, 5, ofY, "2");
    }
  }

  private static void unsettle(RunningCluster cluster, int first) {
    cluster.member(first).follow(null, 0, false);
    cluster.member(first + 1).follow(null, 0, false);
  }

  @Test
  void shouldNotAskAgainAndAgainAboutAShardWithoutAMaster() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect()) {
      String ofX = keyOf(cluster, 0);
      String ofY = keyOf(cluster, 2);
      put(client, ofX, "1");
      put(client, ofY, "1");
      unsettle(cluster, 2);
      long before = RunningCluster.requests(client);
      for (int i = 0; i < 1_000; i++) {
        assertThatNobodyTakes(client, ofY);
      }
      appoint(cluster, 1, 11);
      putAt(cluster, client, 1, ofX, "2");
      assertThat(RunningCluster.requests(client) - before)
          .as("with questions for a map")
          .isLessThan(1_700);
      appoint(cluster, 3, 3);
      Eventually.await(() -> !client.put(Slice.of(ofY), Slice.of("3")).isError());
      assertThatHas(cluster, 3, ofY, "3");
    }
  }

  /** However lately nobody knew of one. */
  @Test
  void shouldFollowAMasterThatIsNamedAtOnce() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect()) {
      String ofY = keyOf(cluster, 2);
      put(client, ofY, "1");
      unsettle(cluster, 2);
      assertThatNobodyTakes(client, ofY);
      appoint(cluster, 3, 3);
      putAt(cluster, client, 3, ofY, "2");
      unsettle(cluster, 2);
      assertThatNobodyTakes(client, ofY);
      appoint(cluster, 2, 4);
      assertThat(submittedPut(client, ofY, "lost")).isEqualTo(Status.MOVED);
      assertThat(submittedPut(client, ofY, "3").isError()).isFalse();
      assertThatHas(cluster, 2, ofY, "3");
    }
  }

  /** As a server does behind the error of a write that did not happen. */
  @Test
  void shouldNoticeThatAConnectionHasEndedBehindARefusal() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect()) {
      String ofY = keyOf(cluster, 2);
      put(client, ofY, "1");
      unsettle(cluster, 2);
      assertThatNobodyTakes(client, ofY);
      cluster.stop(2);
      cluster.restart(2);
      appoint(cluster, 2, 4);
      putAt(cluster, client, 2, ofY, "2");
    }
  }

  @Test
  void shouldSayWhyNobodyAnswersAQuestion() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect()) {
      String ofY = keyOf(cluster, 2);
      Slice key = Slice.of(ofY);
      put(client, ofY, "1");
      unsettle(cluster, 2);
      String why = "of the cluster, no node now serves slot " + KeySlot.of(key) + ": ";
      assertThatThrownBy(() -> client.contains(key))
          .isInstanceOf(MovedException.class)
          .hasMessageStartingWith(why + cluster.server(2))
          .hasMessageContaining("CLUSTERDOWN The master of this shard is not known");
      assertThatThrownBy(() -> client.timeToLive(key))
          .isInstanceOf(MovedException.class)
          .hasMessageStartingWith(why + cluster.server(2));
    }
  }

  private static Server serve(HeapStore store, ClusterMember member) {
    Endpoint endpoint = new Endpoint("127.0.0.1", member.node().port());
    return Transports.named("tcp").serve(store, ServerOptions.at(endpoint).withMember(member));
  }

  private static boolean isPut(ClusterClient client, Slice key) {
    try {
      return !client.put(key, Slice.of("v")).isError();
    } catch (TransportException e) {
      assertThat(e).hasMessageContaining("node ");
      return false;
    }
  }

  /** A host that is gone without a word: it can be connected to, and says nothing. */
  private static ServerSocketChannel silent() throws IOException {
    ServerSocketChannel socket = ServerSocketChannel.open();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    socket.configureBlocking(false);
    return socket;
  }

  private static int port(ServerSocketChannel socket) {
    return socket.socket().getLocalPort();
  }

  /** How many connections to some sockets there were since this was asked last. */
  private static int connections(List<ServerSocketChannel> sockets) throws IOException {
    int all = 0;
    for (ServerSocketChannel socket : sockets) {
      for (SocketChannel each = socket.accept(); each != null; each = socket.accept()) {
        each.close();
        all++;
      }
    }
    return all;
  }

  /** Of a shard of which hosts are gone without a word, and the last node is the master. */
  @Test
  void shouldWaitForOneSilentNodeACallAndForAnotherTheNextTime() throws Exception {
    List<ServerSocketChannel> silent = new ArrayList<>();
    List<Integer> ports = RunningCluster.freePorts(2);
    List<ClusterNode> nodes = new ArrayList<>();
    nodes.add(new ClusterNode("a", "127.0.0.1", ports.get(0), SlotRange.parseAll("0-8191")));
    try (HeapStore store = new HeapStore()) {
      for (String name : List.of("b", "c", "d", "e", "f", "g")) {
        silent.add(silent());
        List<SlotRange> slots = SlotRange.parseAll(name.equals("b") ? "8192-16383" : "");
        nodes.add(new ClusterNode(name, "127.0.0.1", port(silent.getLast()), slots, "b"));
      }
      nodes.add(new ClusterNode("h", "127.0.0.1", ports.get(1), List.of(), "b"));
      ClusterMap map = new ClusterMap(1, nodes);
      ClusterMember master = new ClusterMember("h", map);
      master.follow("h", 2, true);
      Slice key = Slice.of(keyFrom(8_192));
      try (Server asked = serve(store, new ClusterMember("a", map));
          Server _ = serve(store, master);
          ClusterClient client = connectImpatiently(asked.endpoint())) {
        boolean done = false;
        for (int call = 0; !done && call < 20; call++) {
          done = isPut(client, key);
          // The node that has the key by the map, and one that may know better.
          assertThat(connections(silent)).isLessThanOrEqualTo(2);
        }
        assertThat(done).isTrue();
      }
    } finally {
      for (ServerSocketChannel socket : silent) {
        socket.close();
      }
    }
  }

  /** A pause of this machine may be longer than the client waits. */
  private static ClusterClient connectImpatiently(Endpoint server) {
    ClientOptions options = RunningCluster.options().withTimeout(Duration.ofMillis(500));
    while (true) {
      try {
        return ClusterClient.connect(Transports.named("tcp"), server, options);
      } catch (TransportTimeoutException e) {
        // Again.
      }
    }
  }

  /** A key of this slot, or of one above. */
  private static String keyFrom(int slot) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "key" + i)
        .filter(key -> KeySlot.of(Slice.of(key)) >= slot)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void shouldAskTheReplicasOfAMasterThatIsGone() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect()) {
      String ofY = keyOf(cluster, 2);
      put(client, keyOf(cluster, 0), "1");
      put(client, ofY, "1");
      appoint(cluster, 3, 3);
      cluster.stop(2);
      loseConnection(client, ofY, "node n2 at");
      putAt(cluster, client, 3, ofY, "2");
      assertThat(cluster.member(0).map().masterIndex(3)).isEqualTo(2);
    }
  }

  /** As one that the others of its shard do not reach, while clients do. */
  @Test
  void shouldAskTheOthersOfAShardWhoseMemberKnowsNoMaster() throws Exception {
    try (RunningCluster cluster = cluster();
        ClusterClient client = cluster.connect()) {
      String ofY = keyOf(cluster, 2);
      put(client, ofY, "1");
      cluster.member(2).follow(null, 0, false);
      cluster.member(3).follow("n3", 3, true);
      putAt(cluster, client, 3, ofY, "2");
      cluster.member(3).follow(null, 0, false);
      cluster.member(2).follow("n2", 4, true);
      assertThat(submittedPut(client, ofY, "lost")).isEqualTo(Status.SLOT_NOT_SERVED);
      assertThat(submittedPut(client, ofY, "3").isError()).isFalse();
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
