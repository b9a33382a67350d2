// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static io.wisp.transport.tcp.session.SessionHarness.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Overridden;
import io.wisp.transport.tcp.session.SessionHarness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CLUSTER, and what a node of a cluster does with keys that are not its own. */
class ClusterCommandsTest {

  private static final String OK = "+OK\r\n";
  private static final String QUEUED = "+QUEUED\r\n";
  private static final String CROSS = "-CROSSSLOT Keys in request don't hash to the same slot\r\n";
  private static final String DOWN = "-CLUSTERDOWN Hash slot not served\r\n";
  private static final String ABORTED =
      "-EXECABORT Transaction discarded because of previous errors.\r\n";
  private static final String NO_CLUSTER = "-ERR This instance has cluster support disabled\r\n";

  private static final List<ClusterNode> NODES =
      List.of(
          new ClusterNode("a", "10.0.0.1", 7001, SlotRange.parseAll("0-5000,5002")),
          new ClusterNode("b", "10.0.0.2", 7002, SlotRange.parseAll("5001,5003-16000")),
          new ClusterNode("c", "10.0.0.3", 7003, List.of()));

  /** Two keys of node a in slots of their own, one of node b, and one that nobody serves. */
  private static final String OWN = keyOf(0, 2000);

  private static final String OWN_TOO = keyOf(2001, 5000);
  private static final String ELSEWHERE = keyOf(5003, 16_000);
  private static final String NOBODYS = keyOf(16_001, 16_383);
  private static final String MOVED = "-MOVED " + slot(ELSEWHERE) + " 10.0.0.2:7002\r\n";

  private final ClusterMember member = new ClusterMember("a", new ClusterMap(1, NODES));
  private final SessionHarness session = SessionHarness.of(member);

  @AfterEach
  void close() {
    session.close();
  }

  private static int slot(String key) {
    return KeySlot.of(Slice.of(key));
  }

  private static String keyOf(int firstSlot, int lastSlot) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "key" + i)
        .filter(key -> slot(key) >= firstSlot && slot(key) <= lastSlot)
        .findFirst()
        .orElseThrow();
  }

  private String line(String line) {
    return session.call(line.split(" ", -1));
  }

  @Test
  void shouldServeItsOwnKeysAndNameTheOwnerOfOthers() {
    assertThat(session.call("SET", OWN, "v")).isEqualTo(OK);
    assertThat(session.call("GET", OWN)).isEqualTo("$1\r\nv\r\n");
    assertThat(session.call("SET", ELSEWHERE, "v")).isEqualTo(MOVED);
    assertThat(session.call("GET", ELSEWHERE)).isEqualTo(MOVED);
    assertThat(session.call("GET", NOBODYS)).isEqualTo(DOWN);
    assertThat(session.call("SET", NOBODYS, "v")).isEqualTo(DOWN);
    assertThat(session.store().size()).isEqualTo(1);
  }

  static Stream<Command> commandsWithKeys() {
    return Commands.table().all().stream().filter(command -> command.firstKey() > 0);
  }

  @ParameterizedTest
  @MethodSource("commandsWithKeys")
  void shouldCarryOutNoCommandForTheKeyOfAnother(Command command) {
    session.store().put(Slice.of(ELSEWHERE), Slice.of("stray"));
    assertThat(session.call(words(command, ELSEWHERE, ELSEWHERE))).isEqualTo(MOVED);
    assertThat(session.call(words(command, NOBODYS, NOBODYS))).isEqualTo(DOWN);
    assertThat(session.store().get(ELSEWHERE.getBytes(UTF_8))).asString(UTF_8).isEqualTo("stray");
    assertThat(session.store().size()).isEqualTo(1);
    assertThat(session.call("PING")).isEqualTo("+PONG\r\n");
  }

  @ParameterizedTest
  @MethodSource("commandsWithKeys")
  void shouldCarryOutNoCommandForKeysOfSeveralSlots(Command command) {
    if (command.lastKey() != command.firstKey()) {
      session.store().put(Slice.of(OWN), Slice.of("old"));
      for (String other : List.of(OWN_TOO, ELSEWHERE, NOBODYS)) {
        assertThat(session.call(words(command, OWN, other))).isEqualTo(CROSS);
      }
      // Of the first key it is told first that nobody serves it.
      assertThat(session.call(words(command, NOBODYS, OWN))).isEqualTo(DOWN);
      assertThat(session.store().get(OWN.getBytes(UTF_8))).asString(UTF_8).isEqualTo("old");
      assertThat(session.store().size()).isEqualTo(1);
    }
  }

  /** A request that has the fewest words, or a few keys more, the last key another. */
  private static String[] words(Command command, String key, String lastKey) {
    int least = Math.abs(command.arity());
    int count = command.takesManyKeys() ? 1 + 3 * command.step() : least;
    String[] words = new String[count];
    Arrays.fill(words, "1");
    words[0] = command.name();
    int last = 0;
    for (int i = 1; i < count; i++) {
      if (command.isKeyAt(i)) {
        words[i] = key;
        last = i;
      }
    }
    words[last] = lastKey;
    return words;
  }

  @ParameterizedTest
  @ValueSource(strings = {"OBJECT ENCODING KEY", "OBJECT FREQ KEY", "MEMORY USAGE KEY"})
  void shouldFindTheKeysOfSubcommands(String request) {
    assertThat(line(request.replace("KEY", ELSEWHERE))).isEqualTo(MOVED);
    assertThat(line(request.replace("KEY", NOBODYS))).isEqualTo(DOWN);
    assertThat(line(request.replace("KEY", OWN))).isEqualTo("$-1\r\n");
  }

  @Test
  void shouldSayWhatIsWrongWithARequestBeforeItLooksForKeys() {
    assertThat(line("OBJECT FOO " + ELSEWHERE)).startsWith("-ERR unknown subcommand");
    assertThat(line("OBJECT FREQ " + ELSEWHERE + " more")).startsWith("-ERR wrong number");
    assertThat(line("GET " + ELSEWHERE + " more")).startsWith("-ERR wrong number");
  }

  @Test
  void shouldKeepKeysOfOneHashTagTogether() {
    String tag = "{" + OWN + "}";
    assertThat(session.call("MSET", tag + 1, "a", tag + 2, "b", OWN, "c")).isEqualTo(OK);
    assertThat(session.call("MGET", OWN, tag + 1)).isEqualTo("*2\r\n$1\r\nc\r\n$1\r\na\r\n");
    assertThat(session.call("RENAME", OWN, tag + 3)).isEqualTo(OK);
    assertThat(session.call("EXISTS", OWN, tag + 1, tag + 2, tag + 3)).isEqualTo(":3\r\n");
    assertThat(session.call("DEL", OWN, tag + 1, tag + 2, tag + 3)).isEqualTo(":3\r\n");
  }

  @Test
  void shouldDeleteAllKeysOfARequestOrNone() {
    String tag = "{" + OWN + "}";
    List<String> keys = new ArrayList<>(List.of("DEL"));
    for (int i = 0; i < 3000; i++) {
      session.store().put(Slice.of(tag + i), Slice.of("v"));
      keys.add(tag + i);
    }
    keys.add(OWN_TOO);
    assertThat(session.call(keys.toArray(String[]::new))).isEqualTo(CROSS);
    assertThat(session.store().size()).isEqualTo(3000);
    keys.removeLast();
    assertThat(session.call(keys.toArray(String[]::new))).isEqualTo(":3000\r\n");
    assertThat(session.store().size()).isZero();
  }

  /** Of a key that no store takes, the command says so; the others say who has them. */
  @Test
  void shouldNotHashAKeyThatIsTooLong() {
    String tooLong = "k".repeat(Limits.MAX_KEY_LENGTH + 1);
    for (int i = 0; i < 4; i++) {
      String key = tooLong + i;
      assertThat(session.call("GET", key)).startsWith("-").contains("key");
      assertThat(session.call("GET", key)).doesNotContain("MOVED").doesNotContain("CLUSTERDOWN");
      assertThat(session.call("DEL", key, ELSEWHERE)).isEqualTo(MOVED);
      assertThat(session.call("DEL", key, OWN, OWN_TOO)).isEqualTo(CROSS);
    }
  }

  /** What is refused takes as much of a turn as what is done. */
  @Test
  void shouldEndATurnAfterAsManyKeysThatAreElsewhere() {
    List<String> keys = new ArrayList<>(Collections.nCopies(1001, ELSEWHERE));
    keys.set(0, "DEL");
    String refused = request(keys.toArray(String[]::new));
    int turns = session.turns();
    assertThat(session.send(refused.repeat(50))).isEqualTo(MOVED.repeat(50));
    assertThat(session.turns() - turns).isGreaterThan(10);
  }

  @Test
  void shouldNameTheLimitOfKeys() {
    List<String> keys = new ArrayList<>(Collections.nCopies(8193, OWN));
    for (String command : List.of("DEL", "MGET", "EXISTS")) {
      keys.set(0, command);
      assertThat(session.call(keys.toArray(String[]::new))).doesNotContain("too many");
      keys.add(OWN);
      assertThat(session.call(keys.toArray(String[]::new)))
          .contains("ERR too many keys for '" + command.toLowerCase(Locale.ROOT))
          .contains("8192 is the most");
      keys.removeLast();
    }
  }

  @Test
  void shouldDoTheSameHoweverTheBytesAreSplit() {
    String tag = "{" + OWN + "}";
    String requests =
        request("MSET", tag + 1, "a", tag + 2, "b")
            + request("DEL", tag + 1, OWN_TOO)
            + request("MGET", tag + 1, tag + 2)
            + request("DEL", tag + 2, tag + 3)
            + request("EXISTS", ELSEWHERE, OWN)
            + request("DEL", tag + "x".repeat(70_000))
            + request("MULTI")
            + request("GET", tag + 1)
            + request("EXEC");
    String replies = session.send(requests);
    assertThat(replies)
        .startsWith(OK + CROSS + "*2\r\n$1\r\na\r\n$1\r\nb\r\n:1\r\n" + CROSS + "-KEYTOOLARGE ")
        .endsWith(OK + QUEUED + "*1\r\n$1\r\na\r\n");
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      session.store().clear();
      StringBuilder got = new StringBuilder();
      for (int at = 0; at < requests.length(); ) {
        int end = Math.min(requests.length(), at + 1 + random.nextInt(round < 100 ? 40 : 20_000));
        got.append(session.send(requests.substring(at, end)));
        at = end;
      }
      assertThat(got).hasToString(replies);
    }
  }

  @Test
  void shouldCarryOutATransactionOfOneSlot() {
    String other = "{" + OWN + "}other";
    assertThat(session.call("WATCH", OWN)).isEqualTo(OK);
    assertThat(line("MULTI")).isEqualTo(OK);
    assertThat(session.call("SET", OWN, "v")).isEqualTo(QUEUED);
    assertThat(session.call("MGET", OWN, other)).isEqualTo(QUEUED);
    assertThat(line("PING")).isEqualTo(QUEUED);
    assertThat(line("EXEC")).isEqualTo("*3\r\n+OK\r\n*2\r\n$1\r\nv\r\n$-1\r\n+PONG\r\n");
    assertThat(line("MULTI")).isEqualTo(OK);
    assertThat(line("PING")).isEqualTo(QUEUED);
    assertThat(line("EXEC")).isEqualTo("*1\r\n+PONG\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SET KEY v", "DEL KEY", "MGET OWN KEY", "WATCH KEY", "OBJECT FREQ KEY"})
  void shouldGiveUpATransactionThatTouchesTheKeyOfAnother(String request) {
    assertThat(line("MULTI")).isEqualTo(OK);
    assertThat(session.call("SET", OWN, "v")).isEqualTo(QUEUED);
    assertThat(line(request.replace("KEY", ELSEWHERE).replace("OWN", OWN))).isIn(MOVED, CROSS);
    assertThat(session.call("SET", OWN_TOO, "v")).isEqualTo(QUEUED);
    assertThat(line("EXEC")).isEqualTo(ABORTED);
    assertThat(session.store().size()).isZero();
    assertThat(session.call("SET", OWN, "v")).isEqualTo(OK);
  }

  /** As in Redis, which looks at all of a transaction when it is carried out, and discards it. */
  @Test
  void shouldCarryOutNoTransactionOfSeveralSlots() {
    assertThat(line("MULTI")).isEqualTo(OK);
    assertThat(session.call("SET", OWN, "v")).isEqualTo(QUEUED);
    assertThat(session.call("SET", OWN_TOO, "v")).isEqualTo(QUEUED);
    assertThat(line("EXEC")).isEqualTo(CROSS);
    assertThat(session.store().size()).isZero();
    assertThat(line("EXEC")).isEqualTo("-ERR EXEC without MULTI\r\n");
    assertThat(line("MULTI")).isEqualTo(OK);
    assertThat(session.call("SET", OWN, "v")).isEqualTo(QUEUED);
    assertThat(session.call("SET", OWN_TOO, "v")).isEqualTo(QUEUED);
    assertThat(line("DISCARD")).isEqualTo(OK);
    assertThat(line("MULTI")).isEqualTo(OK);
    assertThat(session.call("SET", OWN_TOO, "v")).isEqualTo(QUEUED);
    assertThat(line("EXEC")).isEqualTo("*1\r\n" + OK);
  }

  @Test
  void shouldFollowAMapThatChanges() {
    assertThat(session.call("SET", OWN, "v")).isEqualTo(OK);
    assertThat(line("MULTI")).isEqualTo(OK);
    assertThat(session.call("SET", OWN, "w")).isEqualTo(QUEUED);
    member.replace(
        new ClusterMap(
            2,
            List.of(
                new ClusterNode("a", "10.0.0.1", 7001, SlotRange.parseAll("5001-16383")),
                new ClusterNode("b", "10.0.0.9", 7009, SlotRange.parseAll("0-5000")))));
    String moved = "-MOVED " + slot(OWN) + " 10.0.0.9:7009\r\n";
    assertThat(line("EXEC")).isEqualTo(moved);
    assertThat(session.call("GET", OWN)).isEqualTo(moved);
    assertThat(session.call("SET", NOBODYS, "v")).isEqualTo(OK);
    assertThat(line("CLUSTER INFO")).contains("cluster_current_epoch:2\r\n");
    assertThat(session.store().get(OWN.getBytes(UTF_8))).asString(UTF_8).isEqualTo("v");
  }

  @Test
  void shouldTellSlotsInOrder() {
    String a = "*4\r\n$8\r\n10.0.0.1\r\n:7001\r\n$40\r\n" + NODES.get(0).id() + "\r\n*0\r\n";
    String b = "*4\r\n$8\r\n10.0.0.2\r\n:7002\r\n$40\r\n" + NODES.get(1).id() + "\r\n*0\r\n";
    assertThat(line("CLUSTER SLOTS"))
        .isEqualTo(
            ("*4\r\n*3\r\n:0\r\n:5000\r\n" + a)
                + ("*3\r\n:5001\r\n:5001\r\n" + b)
                + ("*3\r\n:5002\r\n:5002\r\n" + a)
                + ("*3\r\n:5003\r\n:16000\r\n" + b));
    line("HELLO 3");
    assertThat(line("CLUSTER SLOTS")).contains(NODES.get(1).id() + "\r\n%0\r\n");
  }

  @Test
  void shouldTellOfShardsAlsoThoseWithoutSlots() {
    line("HELLO 3");
    assertThat(line("CLUSTER SHARDS"))
        .startsWith(
            "*3\r\n%2\r\n$5\r\nslots\r\n*4\r\n:0\r\n:5000\r\n:5002\r\n:5002\r\n$5\r\nnodes\r\n")
        .endsWith(
            "%2\r\n$5\r\nslots\r\n*0\r\n$5\r\nnodes\r\n*1\r\n%7\r\n$2\r\nid\r\n$40\r\nID\r\n"
                    .replace("ID", NODES.get(2).id())
                + "$4\r\nport\r\n:7003\r\n$2\r\nip\r\n$8\r\n10.0.0.3\r\n$8\r\nendpoint\r\n$8\r\n"
                + "10.0.0.3\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$18\r\nreplication-offset\r\n:0\r\n"
                + "$6\r\nhealth\r\n$6\r\nonline\r\n");
  }

  @Test
  void shouldTellOfNodesInLines() {
    String lines =
        (NODES.get(0).id() + " 10.0.0.1:7001@0 myself,master - 0 0 1 connected 0-5000 5002\n")
            + (NODES.get(1).id() + " 10.0.0.2:7002@0 master - 0 0 1 connected 5001 5003-16000\n")
            + (NODES.get(2).id() + " 10.0.0.3:7003@0 master - 0 0 1 connected\n");
    assertThat(line("CLUSTER NODES")).isEqualTo("$" + lines.length() + "\r\n" + lines + "\r\n");
    line("HELLO 3");
    assertThat(line("CLUSTER NODES")).startsWith("=" + (lines.length() + 4) + "\r\ntxt:");
  }

  @Test
  void shouldTellOfItself() {
    assertThat(line("CLUSTER MYID")).isEqualTo("$40\r\n" + NODES.get(0).id() + "\r\n");
    assertThat(line("CLUSTER MYSHARDID")).isEqualTo("$40\r\n" + NODES.get(0).shardId() + "\r\n");
    assertThat(line("CLUSTER INFO"))
        .contains(
            "cluster_state:ok\r\ncluster_slots_assigned:16001\r\ncluster_slots_ok:16001\r\n",
            "cluster_known_nodes:3\r\ncluster_size:2\r\n");
    assertThat(line("CLUSTER KEYSLOT somekey")).isEqualTo(":11058\r\n");
    assertThat(line("CLUSTER COUNT-FAILURE-REPORTS " + NODES.get(1).id())).isEqualTo(":0\r\n");
    assertThat(line("CLUSTER COUNT-FAILURE-REPORTS x")).isEqualTo("-ERR Unknown node x\r\n");
    for (String replicas : List.of("CLUSTER REPLICAS ", "CLUSTER SLAVES ")) {
      assertThat(line(replicas + NODES.get(1).id())).isEqualTo("*0\r\n");
      assertThat(line(replicas + "x")).isEqualTo("-ERR Unknown node x\r\n");
    }
    assertThat(line("CLUSTER LINKS")).isEqualTo("*0\r\n");
    assertThat(line("CLUSTER HELP")).contains("CLUSTER <subcommand>", "GETKEYSINSLOT");
    String alone = "-ERR this node shares its log with nobody\r\n";
    assertThat(line("CLUSTER MEMBERS")).isEqualTo(alone);
    assertThat(line("CLUSTER ADD-MEMBER a#0123abcd h 1")).isEqualTo(alone);
    assertThat(line("CLUSTER REMOVE-MEMBER a")).isEqualTo(alone);
    assertThat(line("CLUSTER MEET 10.0.0.4 7004")).startsWith("-ERR unknown subcommand 'MEET'");
    assertThat(line("HELLO 3")).contains("$4\r\nmode\r\n$7\r\ncluster\r\n");
  }

  @Test
  void shouldAcceptWhatClientsOfReplicasSay() {
    for (String request : List.of("READONLY", "READWRITE", "ASKING")) {
      assertThat(line(request)).isEqualTo(OK);
    }
    assertThat(session.call("GET", ELSEWHERE)).isEqualTo(MOVED);
  }

  @Test
  void shouldHaveOneDatabase() {
    assertThat(line("SELECT 0")).isEqualTo(OK);
    assertThat(line("SELECT 1")).isEqualTo("-ERR SELECT is not allowed in cluster mode\r\n");
    assertThat(line("SELECT x")).isEqualTo("-ERR value is not an integer or out of range\r\n");
  }

  @Test
  void shouldCountAndGiveTheKeysOfASlot() {
    TreeMap<Integer, TreeSet<String>> slots = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      String key = "k" + i;
      slots.computeIfAbsent(slot(key), _ -> new TreeSet<>()).add(key);
      session.store().put(Slice.of(key), Slice.of("v"));
    }
    int turns = session.turns();
    for (int slot : List.of(slots.firstKey(), 5000, 5001, slots.lastKey())) {
      TreeSet<String> keys = slots.getOrDefault(slot, new TreeSet<>());
      assertThat(line("CLUSTER COUNTKEYSINSLOT " + slot)).isEqualTo(":" + keys.size() + "\r\n");
      String all = line("CLUSTER GETKEYSINSLOT " + slot + " 1000");
      assertThat(all).startsWith("*" + keys.size() + "\r\n");
      keys.forEach(key -> assertThat(all).contains("\r\n" + key + "\r\n"));
      assertThat(line("CLUSTER GETKEYSINSLOT " + slot + " 0")).isEqualTo("*0\r\n");
      if (!keys.isEmpty()) {
        assertThat(line("CLUSTER GETKEYSINSLOT " + slot + " 1")).startsWith("*1\r\n");
      }
    }
    assertThat(session.turns() - turns).as("steps in which others are served").isGreaterThan(50);
  }

  /** An index that has become large and all but empty is walked a little at a time. */
  @Test
  void shouldEndAStepWhereTheIndexIsNearlyEmpty() throws Exception {
    AtomicInteger scans = new AtomicInteger();
    try (Store large = CuckooStore.open(CuckooStore.Options.ofCapacity(64 << 20))) {
      for (int i = 0; i < 100_000; i++) {
        large.put(Slice.of("k" + i), Slice.of("v"));
      }
      for (int i = 10; i < 100_000; i++) {
        large.delete(Slice.of("k" + i));
      }
      Store counting =
          Overridden.in(
              Store.class,
              large,
              Map.of(
                  "scan",
                  original -> {
                    scans.incrementAndGet();
                    return original.call();
                  },
                  "close",
                  original -> null));
      try (SessionHarness node = SessionHarness.of(member, counting)) {
        int turns = node.turns();
        assertThat(node.call("CLUSTER", "COUNTKEYSINSLOT", "" + slot("k3"))).isEqualTo(":1\r\n");
        assertThat(scans.get()).isGreaterThan(5);
        assertThat(node.turns() - turns).isGreaterThanOrEqualTo(scans.get());
      }
    }
  }

  @Test
  void shouldNameWhatIsNoSlot() {
    for (String slot : List.of("-1", "16384", "9223372036854775807")) {
      assertThat(line("CLUSTER COUNTKEYSINSLOT " + slot)).isEqualTo("-ERR Invalid slot\r\n");
      assertThat(line("CLUSTER GETKEYSINSLOT " + slot + " 1"))
          .isEqualTo("-ERR Invalid slot or number of keys\r\n");
    }
    assertThat(line("CLUSTER GETKEYSINSLOT 1 -1"))
        .isEqualTo("-ERR Invalid slot or number of keys\r\n");
    assertThat(line("CLUSTER COUNTKEYSINSLOT x")).startsWith("-ERR value is not an integer");
    assertThat(line("CLUSTER GETKEYSINSLOT 1 x")).startsWith("-ERR value is not an integer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"CLUSTER SLOTS", "CLUSTER KEYSLOT k", "READONLY", "READWRITE", "ASKING"})
  void shouldSayThatThereIsNoCluster(String request) {
    try (SessionHarness alone = new SessionHarness()) {
      assertThat(alone.call(request.split(" "))).isEqualTo(NO_CLUSTER);
      assertThat(alone.call("MSET", OWN, "a", OWN_TOO, "b", NOBODYS, "c")).isEqualTo(OK);
      assertThat(alone.call("HELLO")).contains("$10\r\nstandalone\r\n");
    }
  }
}
