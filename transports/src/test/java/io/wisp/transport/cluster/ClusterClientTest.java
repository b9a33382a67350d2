// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.server.StoreServer;
import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.testing.Allocation;
import io.wisp.testing.Eventually;
import io.wisp.transport.Client;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.MovedException;
import io.wisp.transport.Overridden;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterClientTest {

  private static final int KEYS = 600;

  private static RunningCluster cluster(String transport) throws Exception {
    return new RunningCluster(transport, "0-5460", "5461-10922", "10923-16383");
  }

  private static String key(int number) {
    return "key" + number;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** A key of a slot that a node has by the map of now. */
  private static String keyOf(RunningCluster cluster, int node) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(ClusterClientTest::key)
        .filter(key -> ownerOf(cluster, key) == node)
        .findFirst()
        .orElseThrow();
  }

  private static int ownerOf(RunningCluster cluster, String key) {
    return cluster.map().ownerIndex(KeySlot.of(Slice.of(key)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "zmq", "shm"})
  void shouldSendEachKeyToItsOwner(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        ClusterClient client = cluster.connect()) {
      for (int i = 0; i < KEYS; i++) {
        assertThat(client.put(bytes(key(i)), bytes("v" + i)).isError()).isFalse();
      }
      for (int i = 0; i < KEYS; i++) {
        for (int node = 0; node < 3; node++) {
          byte[] found = cluster.store(node).get(bytes(key(i)));
          assertThat(found != null).isEqualTo(ownerOf(cluster, key(i)) == node);
        }
        assertThat(client.get(bytes(key(i)))).asString(UTF_8).isEqualTo("v" + i);
      }
      Slice key = Slice.of(keyOf(cluster, 2));
      assertThat(client.contains(key)).isTrue();
      assertThat(client.timeToLive(key)).isEqualTo(Client.NO_EXPIRY);
      assertThat(client.put(key, Slice.of("5"), 100_000).isError()).isFalse();
      assertThat(client.timeToLive(key)).isBetween(50_000L, 100_000L);
      long[] sum = new long[1];
      assertThat(client.add(key, 7, number -> sum[0] = number).isError()).isFalse();
      assertThat(sum[0]).isEqualTo(12);
      assertThat(client.delete(key)).isEqualTo(Status.DELETED);
      assertThat(client.contains(key)).isFalse();
      assertThat(client.timeToLive(key)).isEqualTo(Client.NO_KEY);
      assertThat(client.put(new Slice(), key)).isEqualTo(Status.KEY_EMPTY);
      Slice tooLong = Slice.of("k".repeat(Limits.MAX_KEY_LENGTH + 1));
      assertThat(client.put(tooLong, key)).isEqualTo(Status.KEY_TOO_LARGE);
      assertThat(client.contains(tooLong)).isFalse();
      assertThat(client.timeToLive(tooLong)).isEqualTo(Client.NO_KEY);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "zmq", "shm"})
  void shouldGiveRepliesInTheOrderOfSubmission(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        ClusterClient client = cluster.connect();
        ValueBuffer value = new ValueBuffer()) {
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 200; i++) {
          client.submitPut(Slice.of(key(i)), Slice.of(round + "v" + i));
          client.submitGet(Slice.of(key(i)));
          client.submitDelete(Slice.of("none" + i));
        }
        client.flush();
        assertThat(client.outstanding()).isEqualTo(600);
        for (int i = 0; i < 200; i++) {
          assertThat(client.complete(value).isError()).isFalse();
          assertThat(client.complete(value)).isEqualTo(Status.FOUND);
          assertThat(value.toByteArray()).asString(UTF_8).isEqualTo(round + "v" + i);
          assertThat(client.complete(value)).isEqualTo(Status.ABSENT);
        }
        assertThat(client.isReplyReady()).isFalse();
      }
      client.submitGet(Slice.of(key(0)));
      assertThatThrownBy(() -> client.get(bytes(key(1))))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("1 requests are outstanding");
      client.flush();
      Eventually.await(client::isReplyReady);
      assertThat(client.complete(value)).isEqualTo(Status.FOUND);
      assertThatThrownBy(() -> client.complete(value)).hasMessage("no request is outstanding");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "zmq", "shm"})
  void shouldFollowAMapThatChanges(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        ClusterClient client = cluster.connect();
        ValueBuffer value = new ValueBuffer()) {
      String key = keyOf(cluster, 0);
      client.put(bytes(key), bytes("old"));
      cluster.share("", "0-10922", "10923-16383");
      cluster.store(1).put(Slice.of(key), Slice.of("moved"));
      assertThat(client.get(bytes(key))).isNotNull();
      client.delete(bytes(key));
      assertThat(cluster.store(1).get(bytes(key))).isNull();
      assertThat(client.put(bytes(key), bytes("new")).isError()).isFalse();
      assertThat(cluster.store(1).get(bytes(key))).asString(UTF_8).isEqualTo("new");

      client.submitPut(Slice.of(key), Slice.of("newer"));
      cluster.share("0-10922", "", "10923-16383");
      client.submitPut(Slice.of(key), Slice.of("newest"));
      client.flush();
      Set<Status> first = Set.of(client.complete(value));
      Status second = client.complete(value);
      assertThat(second).isEqualTo(Status.MOVED);
      assertThat(first).isSubsetOf(Status.MOVED, Status.STORED, Status.REPLACED);
      client.submitPut(Slice.of(key), Slice.of("newest"));
      assertThat(client.complete(value).isError()).isFalse();
      assertThat(cluster.store(0).get(bytes(key))).asString(UTF_8).isEqualTo("newest");
      cluster.share("10923-16383", "0-10922", "");
      cluster.store(1).put(Slice.of(key), Slice.of("of the new owner"));
      assertThat(client.contains(Slice.of(key))).isTrue();
      cluster.store(1).delete(Slice.of(key));
      assertThat(client.contains(Slice.of(key))).isFalse();
    }
  }

  /** Of a transport whose clients tell whom they ask for the map, and get no answer from some. */
  private static Transport watched(Transport transport, List<String> asked, Set<String> silent) {
    return Overridden.in(
        Transport.class,
        transport,
        Map.of(
            "connect",
            connect -> {
              Client client = (Client) Objects.requireNonNull(connect.call());
              return Overridden.in(
                  Client.class,
                  client,
                  Map.of(
                      "clusterInformation",
                      information -> {
                        asked.add(client.description());
                        if (silent.contains(client.description())) {
                          throw new TransportException("silence");
                        }
                        return information.call();
                      }));
            }));
  }

  @Test
  void shouldAskTheNodeThatSaidMovedAndOthersOnlyIfItIsSilent() throws Exception {
    List<String> asked = new ArrayList<>();
    Set<String> silent = new HashSet<>();
    try (RunningCluster cluster = cluster("tcp");
        ClusterClient client =
            ClusterClient.connect(
                watched(cluster.transport(), asked, silent),
                cluster.server(0),
                RunningCluster.options());
        ValueBuffer value = new ValueBuffer()) {
      String key = keyOf(cluster, 0);
      for (int node = 0; node < 3; node++) {
        client.put(bytes(keyOf(cluster, node)), bytes("v"));
      }
      asked.clear();
      cluster.share("", "0-10922", "10923-16383");
      assertThat(client.put(bytes(key), bytes("of n1")).isError()).isFalse();
      assertThat(cluster.store(1).get(bytes(key))).asString(UTF_8).isEqualTo("of n1");
      assertThat(asked).containsExactly("tcp to " + cluster.server(0));

      asked.clear();
      cluster.share("", "10923-16383", "0-10922");
      client.submitGet(Slice.of(key));
      assertThat(client.complete(value)).isEqualTo(Status.MOVED);
      assertThat(client.put(bytes(key), bytes("of n2")).isError()).isFalse();
      assertThat(cluster.store(2).get(bytes(key))).asString(UTF_8).isEqualTo("of n2");
      assertThat(asked).containsExactly("tcp to " + cluster.server(1));

      asked.clear();
      silent.add("tcp to " + cluster.server(2));
      cluster.share("0-10922", "10923-16383", "");
      assertThat(client.put(bytes(key), bytes("of n0")).isError()).isFalse();
      assertThat(cluster.store(0).get(bytes(key))).asString(UTF_8).isEqualTo("of n0");
      assertThat(asked).startsWith("tcp to " + cluster.server(2)).hasSizeGreaterThan(1);
    }
  }

  @Test
  void shouldAskOthersWhereTheNodeThatSaidMovedGoesByAnOlderMap() throws Exception {
    try (RunningCluster cluster = cluster("tcp")) {
      String key = keyOf(cluster, 1);
      cluster.tell(1, 1, "0-10922", "", "10923-16383");
      cluster.tell(2, 1, "0-10922", "", "10923-16383");
      try (ClusterClient client =
          ClusterClient.connect(cluster.transport(), cluster.server(1), RunningCluster.options())) {
        client.put(bytes(keyOf(cluster, 2)), bytes("v"));
        cluster.tell(2, 2, "", "", "0-16383");
        assertThat(client.put(bytes(key), bytes("of n2")).isError()).isFalse();
        assertThat(cluster.store(2).get(bytes(key))).asString(UTF_8).isEqualTo("of n2");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "zmq", "shm"})
  void shouldNameANodeThatCannotBeReachedWhileOthersGoOn(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        ClusterClient client = cluster.connect()) {
      String ofDead = keyOf(cluster, 1);
      client.put(bytes(ofDead), bytes("v"));
      cluster.stop(1);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> client.put(bytes(ofDead), bytes("v")))
            .isInstanceOf(TransportException.class)
            .hasMessageContaining("node n1 at " + cluster.server(1));
        assertThat(client.put(bytes(keyOf(cluster, 0)), bytes("v")).isError()).isFalse();
        assertThat(client.put(bytes(keyOf(cluster, 2)), bytes("v")).isError()).isFalse();
      }
      assertThat(client.information()).contains("unreachable:node n1 at ", "node:n2 at ");
      cluster.restart(1);
      assertThat(client.get(bytes(ofDead))).asString(UTF_8).isEqualTo("v");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "shm"})
  void shouldCompleteWhatOthersAnsweredWhenANodeEnds(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        ClusterClient client = cluster.connect();
        ValueBuffer value = new ValueBuffer()) {
      String ofDead = keyOf(cluster, 1);
      String ofOther = keyOf(cluster, 2);
      client.put(bytes(ofDead), bytes("v"));
      client.put(bytes(ofOther), bytes("v"));
      cluster.stop(1);
      int submitted = 0;
      for (int i = 0; i < 5; i++) {
        try {
          client.submitPut(Slice.of(ofDead), Slice.of("w"));
          submitted++;
        } catch (TransportException e) {
          assertThat(e).hasMessageContaining("node n1 at");
        }
        client.submitGet(Slice.of(ofOther));
      }
      try {
        client.flush();
      } catch (TransportException e) {
        assertThat(e).hasMessageContaining("node n1 at");
      }
      int answered = 0;
      int failed = 0;
      while (client.outstanding() > 0) {
        try {
          answered += client.complete(value) == Status.FOUND ? 1 : 0;
        } catch (TransportException e) {
          assertThat(e).hasMessageContaining("node n1 at");
          failed++;
        }
      }
      assertThat(answered).isEqualTo(5);
      assertThat(failed).isEqualTo(submitted);
      cluster.restart(1);
      assertThat(client.put(bytes(ofDead), bytes("x")).isError()).isFalse();
    }
  }

  @Test
  void shouldSendToOthersWhatWasSubmittedBesideANodeThatBroke() throws Exception {
    try (RunningCluster cluster = cluster("tcp");
        ClusterClient client = cluster.connect()) {
      String ofDead = keyOf(cluster, 1);
      String ofOther = keyOf(cluster, 2);
      client.get(bytes(ofDead));
      client.get(bytes(ofOther));
      client.submitGet(Slice.of(ofDead));
      client.submitPut(Slice.of(ofOther), Slice.of("v"));
      cluster.stop(1);
      assertThatThrownBy(() -> Eventually.await(client::isReplyReady))
          .isInstanceOf(TransportException.class);
      assertThatThrownBy(client::flush)
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("node n1 at");
      Eventually.await(() -> cluster.store(2).get(bytes(ofOther)) != null);
    }
  }

  /** With a file that was changed and not its epoch. */
  @ParameterizedTest
  @ValueSource(strings = {"tcp", "zmq", "shm"})
  void shouldFollowNodesThatWereStartedAnewWithOtherSlots(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        ClusterClient client = cluster.connect()) {
      String key = keyOf(cluster, 0);
      for (int node = 0; node < 3; node++) {
        client.put(bytes(keyOf(cluster, node)), bytes("v"));
      }
      cluster.restartAll("10923-16383", "0-5460", "5461-10922");
      assertThat(ownerOf(cluster, key)).isEqualTo(1);
      for (int node = 0; node < 3; node++) {
        String any = keyOf(cluster, node);
        try {
          client.get(bytes(any));
        } catch (TransportException e) {
          assertThat(e).hasMessageContaining("node n");
        }
      }
      assertThat(client.put(bytes(key), bytes("new")).isError()).isFalse();
      assertThat(cluster.store(1).get(bytes(key))).asString(UTF_8).isEqualTo("new");
      assertThat(client.get(bytes(key))).asString(UTF_8).isEqualTo("new");
    }
  }

  /** Shared memory is found by the port alone, as is another server behind a name. */
  @ParameterizedTest
  @ValueSource(strings = {"tcp", "shm"})
  void shouldNotTakeAnotherNodeForTheOneThatItWants(String transport) throws Exception {
    try (RunningCluster cluster = new RunningCluster(transport, "0-8191", "8192-16383")) {
      int port = cluster.server(0).port();
      List<ClusterNode> nodes =
          List.of(
              new ClusterNode("n0", "127.0.0.1", port, SlotRange.parseAll("0-8191")),
              new ClusterNode("n1", "localhost", port, SlotRange.parseAll("8192-16383")));
      cluster.follow(new ClusterMap(2, nodes));
      try (ClusterClient client = cluster.connect()) {
        assertThat(client.put(bytes(keyOf(cluster, 0)), bytes("v")).isError()).isFalse();
        assertThatThrownBy(() -> client.get(bytes(keyOf(cluster, 1))))
            .isInstanceOf(TransportException.class)
            .hasMessageContaining("node n1 at localhost:" + port)
            .hasMessageContaining("cannot be reached: node n0 is there");
      }
    }
  }

  @Test
  void shouldTellWhatCameLateFromWhatBroke() throws Exception {
    try (RunningCluster cluster = cluster("tcp");
        NodeClient node =
            new NodeClient(
                cluster.map().nodes().getFirst(),
                cluster.transport(),
                RunningCluster.options(),
                map -> {})) {
      assertThat(node.broke(new TransportTimeoutException("no answer")))
          .isInstanceOf(TransportTimeoutException.class)
          .hasMessage("node n0 at " + cluster.server(0) + ": no answer");
      assertThat(node.broke(new TransportException("it ended")))
          .isNotInstanceOf(TransportTimeoutException.class);
    }
  }

  @Test
  void shouldSayThatANodeGoesByAnotherMap() throws Exception {
    try (RunningCluster cluster = cluster("tcp");
        ClusterClient client = cluster.connect()) {
      assertThat(client.information()).doesNotContain("warning:");
      cluster.share("10923-16383", "0-10922", "");
      assertThat(client.information()).contains("warning:this node goes by another map");
    }
  }

  @Test
  void shouldSayThatNobodyServesASlot() throws Exception {
    try (RunningCluster cluster = new RunningCluster("tcp", "0-5460", "5461-10922", "");
        ClusterClient client = cluster.connect();
        ValueBuffer value = new ValueBuffer()) {
      String nobodys = keyOf(cluster, -1);
      assertThat(client.put(bytes(nobodys), bytes("v"))).isEqualTo(Status.SLOT_NOT_SERVED);
      assertThatThrownBy(() -> client.get(bytes(nobodys)))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> client.contains(Slice.of(nobodys)))
          .isInstanceOf(MovedException.class)
          .hasMessageContaining("has slot " + KeySlot.of(Slice.of(nobodys)));
      client.submitGet(Slice.of(nobodys));
      assertThat(client.isReplyReady()).isTrue();
      assertThat(client.complete(value)).isEqualTo(Status.SLOT_NOT_SERVED);
      client.submitWriteAll(batch(nobodys));
      assertThat(client.complete(value)).isEqualTo(Status.SLOT_NOT_SERVED);
      for (int i = 0; i < 5_000; i++) {
        client.put(bytes(nobodys), bytes("v"));
      }
      assertThat(RunningCluster.requests(client)).as("questions for a map").isLessThan(2_000);
      cluster.share("0-5460", "5461-10922", "10923-16383");
      Eventually.await(() -> !client.put(bytes(nobodys), bytes("v")).isError());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "zmq", "shm"})
  void shouldWalkOverTheKeysOfAllNodes(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        ClusterClient client = cluster.connect()) {
      Set<String> put = new TreeSet<>();
      for (int i = 0; i < KEYS; i++) {
        client.put(bytes(key(i)), bytes("v"));
        put.add(key(i));
      }
      Set<String> seen = new TreeSet<>();
      long cursor = 0;
      int calls = 0;
      do {
        cursor =
            client.scan(
                cursor,
                50,
                (segment, offset, length) ->
                    seen.add(new Slice().set(segment, offset, length).toString()));
        calls++;
      } while (cursor != 0);
      assertThat(seen).isEqualTo(put);
      assertThat(calls).isGreaterThan(3);
      assertThatThrownBy(() -> client.scan(12_345, 1, (segment, offset, length) -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cursor 12345");
    }
  }

  /** A client that knows nothing of the cluster must not take what is elsewhere for absent. */
  @ParameterizedTest
  @ValueSource(strings = {"tcp", "zmq", "shm"})
  void shouldTellAClientOfOneNodeThatAKeyIsElsewhere(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        Client client = cluster.connectTo(0);
        ValueBuffer value = new ValueBuffer()) {
      Slice elsewhere = Slice.of(keyOf(cluster, 1));
      assertThat(client.put(elsewhere, Slice.of("v"))).isEqualTo(Status.MOVED);
      assertThat(client.put(elsewhere, Slice.of("v"), 5_000)).isEqualTo(Status.MOVED);
      assertThat(client.get(elsewhere, value)).isEqualTo(Status.MOVED);
      assertThat(client.delete(elsewhere)).isEqualTo(Status.MOVED);
      assertThat(client.add(elsewhere, 1, sum -> {})).isEqualTo(Status.MOVED);
      assertThatThrownBy(() -> client.contains(elsewhere)).isInstanceOf(MovedException.class);
      assertThatThrownBy(() -> client.timeToLive(elsewhere)).isInstanceOf(MovedException.class);
      assertThatThrownBy(() -> client.get(elsewhere.toByteArray()))
          .isInstanceOf(IllegalStateException.class);
      client.submitPut(elsewhere, Slice.of("v"));
      client.submitGet(elsewhere);
      assertThat(client.complete(value)).isEqualTo(Status.MOVED);
      assertThat(client.complete(value)).isEqualTo(Status.MOVED);
      assertThat(client.put(bytes(keyOf(cluster, 0)), bytes("v")).isError()).isFalse();
      for (int node = 0; node < 3; node++) {
        assertThat(cluster.store(node).get(elsewhere.toByteArray())).isNull();
      }
    }
  }

  /** A key of another slot that the same node has. */
  private static String otherKeyOf(RunningCluster cluster, String key) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(ClusterClientTest::key)
        .filter(other -> ownerOf(cluster, other) == ownerOf(cluster, key))
        .filter(other -> KeySlot.of(Slice.of(other)) != KeySlot.of(Slice.of(key)))
        .findFirst()
        .orElseThrow();
  }

  private static WriteBatch batch(String... keys) {
    WriteBatch batch = new WriteBatch();
    for (String key : keys) {
      batch.put(Slice.of(key), Slice.of("new"));
    }
    return batch;
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "zmq", "shm"})
  void shouldWriteABatchToTheNodeThatHasItsSlot(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        ClusterClient client = cluster.connect();
        ValueBuffer value = new ValueBuffer()) {
      for (int node = 0; node < 3; node++) {
        String tag = "{" + keyOf(cluster, node) + "}";
        assertThat(client.writeAll(batch(tag + "a", tag + "b"))).isEqualTo(Status.DONE);
        assertThat(cluster.store(node).size()).isEqualTo(2);
      }
      for (int node = 0; node < 3; node++) {
        client.submitWriteAll(batch("{" + keyOf(cluster, node) + "}c"));
      }
      for (int node = 0; node < 3; node++) {
        assertThat(client.complete(value)).isEqualTo(Status.DONE);
        assertThat(cluster.store(node).size()).isEqualTo(3);
      }
      assertThat(client.writeAll(new WriteBatch())).isEqualTo(Status.DONE);
      client.submitWriteAll(new WriteBatch());
      assertThat(client.complete(value)).isEqualTo(Status.DONE);
      for (WriteBatch refused : List.of(batch(""), batch("a", "", "b"))) {
        assertThat(client.writeAll(refused)).isEqualTo(Status.KEY_EMPTY);
        client.submitWriteAll(refused);
        assertThat(client.complete(value)).isEqualTo(Status.KEY_EMPTY);
      }
      String tag = "{" + keyOf(cluster, 0) + "}";
      cluster.share("10923-16383", "0-10922", "");
      assertThat(client.writeAll(batch(tag + "d", tag + "e"))).isEqualTo(Status.DONE);
      assertThat(cluster.store(1).contains(Slice.of(tag + "e"))).isTrue();
    }
  }

  @Test
  void shouldCompleteABatchWithoutKeysWhoeverServes() throws Exception {
    try (RunningCluster cluster = new RunningCluster("tcp", "", "1-16383");
        ClusterClient client = cluster.connect();
        ValueBuffer value = new ValueBuffer()) {
      assertThat(client.writeAll(new WriteBatch())).isEqualTo(Status.DONE);
      client.submitWriteAll(new WriteBatch());
      assertThat(client.isReplyReady()).isTrue();
      assertThat(client.complete(value)).isEqualTo(Status.DONE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "zmq", "shm"})
  void shouldRefuseABatchOfSeveralSlotsAndNameTwoOfItsKeys(String transport) throws Exception {
    try (RunningCluster cluster = cluster(transport);
        ClusterClient client = cluster.connect();
        Client ofOne = cluster.connectTo(0)) {
      String here = keyOf(cluster, 0);
      String there = keyOf(cluster, 1);
      int slotHere = KeySlot.of(Slice.of(here));
      int slotThere = KeySlot.of(Slice.of(there));
      for (Runnable call :
          List.<Runnable>of(
              () -> client.writeAll(batch(here, "{" + here + "}", there)),
              () -> client.submitWriteAll(batch(here, "{" + here + "}", there)))) {
        assertThatThrownBy(call::run)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(
                "\"%s\" has slot %s (node n0 at %s) and \"%s\" has slot %s (node n1 at %s)"
                    .formatted(
                        here, slotHere, cluster.server(0), there, slotThere, cluster.server(1)))
            .hasMessageContaining("{so}");
      }
      assertThat(client.outstanding()).isZero();
      assertThat(ofOne.writeAll(batch(here, otherKeyOf(cluster, here))))
          .isEqualTo(Status.CROSS_SLOT);
      assertThat(ofOne.writeAll(batch(here, there))).isIn(Status.CROSS_SLOT, Status.MOVED);
      assertThat(ofOne.writeAll(batch("{" + there + "}a", "{" + there + "}b")))
          .isEqualTo(Status.MOVED);
      assertThat(ofOne.writeAll(batch(here))).isEqualTo(Status.DONE);
      for (int node = 0; node < 3; node++) {
        assertThat(cluster.store(node).size()).isEqualTo(node == 0 ? 1 : 0);
      }
    }
  }

  @Test
  void shouldReadTheMemoryOfEachOwner() throws Exception {
    try (RunningCluster cluster = cluster("shm");
        ClusterClient client =
            cluster.connect(RunningCluster.options().withGetPath(GetPath.ONE_SIDED))) {
      for (int i = 0; i < KEYS; i++) {
        cluster.store(ownerOf(cluster, key(i))).put(Slice.of(key(i)), Slice.of("v" + i));
      }
      for (int i = 0; i < KEYS; i++) {
        assertThat(client.get(bytes(key(i)))).asString(UTF_8).isEqualTo("v" + i);
      }
      assertThat(client.get(bytes("none"))).isNull();
      assertThat(client.information()).contains("client_get:onesided");
    }
  }

  @Test
  void shouldSayThatAServerIsNoNode() throws Exception {
    try (RunningCluster cluster = cluster("tcp")) {
      Endpoint any = new Endpoint("127.0.0.1", 0);
      try (Store store = StoreServer.open(1 << 20, false, false);
          Server alone = cluster.transport().serve(store, ServerOptions.at(any))) {
        assertThatThrownBy(
                () ->
                    ClusterClient.connect(
                        cluster.transport(), alone.endpoint(), RunningCluster.options()))
            .isInstanceOf(TransportException.class)
            .hasMessage(alone.endpoint() + " is no node of a cluster");
        try (Client plain =
                ClusterClient.connectToAll(
                    cluster.transport(), alone.endpoint(), RunningCluster.options());
            Client whole =
                ClusterClient.connectToAll(
                    cluster.transport(), cluster.server(1), RunningCluster.options())) {
          assertThat(plain).isNotInstanceOf(ClusterClient.class);
          assertThat(plain.put(bytes("k"), bytes("v")).isError()).isFalse();
          assertThat(whole).isInstanceOf(ClusterClient.class);
          assertThat(whole.description()).isEqualTo("tcp to the 3 nodes of a cluster");
        }
      }
    }
  }

  @Test
  void shouldAllocateNothingForAPutOrAGet() throws Exception {
    Slice[] keys = new Slice[64];
    Arrays.setAll(keys, i -> Slice.of(key(i)));
    Slice written = Slice.of(new byte[100]);
    try (RunningCluster cluster = cluster("tcp");
        ClusterClient client = cluster.connect();
        ValueBuffer value = new ValueBuffer()) {
      Allocation.requireNone(
          10_000,
          () -> {
            for (int i = 0; i < 2_500; i++) {
              Slice key = keys[i % keys.length];
              client.put(key, written);
              client.get(key, value);
              client.submitGet(key);
              client.submitDelete(key);
              client.complete(value);
              client.complete(value);
            }
          });
    }
  }

  @Test
  void shouldRefuseCallsOnceItIsClosed() throws Exception {
    try (RunningCluster cluster = cluster("tcp")) {
      ClusterClient client = cluster.connect();
      client.put(bytes("k"), bytes("v"));
      client.close();
      client.close();
      assertThatThrownBy(() -> client.get(bytes("k"))).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> client.submitGet(Slice.of("k")))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
