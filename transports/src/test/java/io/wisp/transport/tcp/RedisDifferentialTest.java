// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.store.Slice;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.cluster.RunningCluster;
import io.wisp.transport.tcp.RandomCommands.Request;
import io.wisp.transport.tcp.RespPeer.Reply;
import io.wisp.transport.tcp.command.Commands;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedisDifferentialTest {

  private static final int REQUESTS_IN_EACH_PROTOCOL = 100;
  private static final int MOST_DIFFERENCES = 10;
  private static final Set<String> ENDS_OF_TRANSACTIONS = Set.of("exec", "discard", "reset");

  /** Servers read their clocks at different times; expiries are much further away. */
  private static final long CLOCKS_APART_MILLIS = 600_000;

  /** Of a slot that no node has. */
  private static final String NOBODYS_KEY = nobodysKey();

  private static String nobodysKey() {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "u" + i)
        .filter(key -> KeySlot.of(Slice.of(key)) >= 16_000)
        .findFirst()
        .orElseThrow();
  }

  @TempDir Path folder;

  @Test
  void shouldAnswerRandomCommandsAsRedisDoes() throws Exception {
    compareSessions(100);
  }

  @Test
  @Tag("long")
  void shouldAnswerManyMoreRandomCommandsAsRedisDoes() throws Exception {
    compareSessions(10_000);
  }

  @Test
  void shouldAnswerRandomCommandsAsRedisDoesInACluster() throws Exception {
    compareSessionsInCluster(100);
  }

  @Test
  @Tag("long")
  void shouldAnswerManyMoreRandomCommandsAsRedisDoesInACluster() throws Exception {
    compareSessionsInCluster(10_000);
  }

  @Test
  void shouldDrawRequestsOfEveryCommandThatIsClaimed() {
    Set<String> claimed = new TreeSet<>();
    Commands.table().all().forEach(command -> claimed.add(command.name()));
    claimed.remove("quit");
    // Redis has no such command.
    claimed.remove("moveslots");
    assertThat(new RandomCommands(new Random(1)).names())
        .containsExactlyInAnyOrderElementsOf(claimed);
  }

  /** Whether it has expired would depend on the time between two replies. */
  @Test
  void shouldDrawNoExpiryThatPassesDuringASession() {
    RandomCommands commands = new RandomCommands(new Random(1));
    for (int i = 0; i < 200_000; i++) {
      List<String> words = commands.next().words();
      for (int j = 1; j + 1 < words.size(); j++) {
        if (Set.of("EX", "PX").contains(words.get(j).toUpperCase(Locale.ROOT))) {
          assertThat(words.get(j + 1)).as("%s", words).doesNotMatch("[1-9][0-9]{0,4}");
        }
      }
    }
  }

  @Test
  void shouldDocumentEveryDifference() throws Exception {
    try (Stream<String> lines = Files.lines(Path.of("REDIS.md"))) {
      Stream<String> section =
          lines
              .dropWhile(line -> !line.equals("## Differences"))
              .skip(1)
              .takeWhile(line -> !line.startsWith("## "));
      assertThat(section.filter(line -> line.startsWith("- ")).map(line -> line.substring(2)))
          .containsExactlyElementsOf(
              Arrays.stream(RedisDifference.values()).map(RedisDifference::text).toList());
    }
  }

  private void compareSessions(int sessions) throws Exception {
    try (RedisServer redis = RedisServer.start(folder);
        RunningServer wisp = new RunningServer(CuckooStore.open(64 << 20))) {
      compareSessions(sessions, redis, wisp, seed -> new RandomCommands(new Random(seed))::next);
    }
  }

  private void compareSessionsInCluster(int sessions) throws Exception {
    ClusterMap map =
        new ClusterMap(
            1,
            List.of(
                new ClusterNode("a", "127.0.0.1", freePort(), SlotRange.parseAll("0-11999")),
                new ClusterNode("b", "127.0.0.2", 7002, SlotRange.parseAll("12000-15999"))));
    ClusterMember member = new ClusterMember("a", map);
    try (RedisServer redis = RedisServer.startAsNode(folder, "a", map);
        RunningServer wisp =
            new RunningServer(
                CuckooStore.open(64 << 20),
                options -> options.withMember(member),
                TcpLimits.defaults())) {
      compareSessions(sessions, redis, wisp, RedisDifferentialTest::requestsInCluster);
    }
  }

  /**
   * In half of the sessions most keys are of one slot, which the node has; in the others they are
   * of many, some of them the other node's or nobody's.
   */
  private static Supplier<Request> requestsInCluster(long seed) {
    RandomCommands commands = new RandomCommands(new Random(seed));
    boolean together = seed % 2 == 0;
    return () -> {
      Request request = commands.next();
      return new Request(
          request.words().stream()
              .map(word -> together ? word.replaceAll("^([kn][1-4])$", "{k2}$1") : spread(word))
              .toList(),
          request.comparison());
    };
  }

  private static String spread(String word) {
    return word.equals("n2") ? NOBODYS_KEY : word;
  }

  private static int freePort() throws IOException {
    while (true) {
      int port = RunningCluster.freePorts(1).getFirst();
      // Which the cluster's bus needs.
      try (ServerSocket _ = new ServerSocket(port + 1, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (BindException taken) {
        // Another one.
      }
    }
  }

  private static void compareSessions(
      int sessions,
      @Nullable RedisServer redis,
      RunningServer wisp,
      LongFunction<Supplier<Request>> requests)
      throws Exception {
    assumeTrue(redis != null, "no redis-server here; it is in the Debian package redis-tools");
    long seed = new Random().nextLong();
    List<String> differences = new ArrayList<>();
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), wisp.port());
    for (int i = 0; i < sessions && differences.size() < MOST_DIFFERENCES; i++) {
      try (RespPeer ours = new RespPeer(address);
          RespPeer theirs = new RespPeer(redis.address());
          RespPeer observer = new RespPeer(address)) {
        String difference =
            compare(ours, theirs, new WatchedKeys(observer), requests.apply(seed + i));
        if (difference != null) {
          differences.add("seed " + (seed + i) + difference);
        }
      }
    }
    assertThat(differences).as(() -> String.join("\n", differences)).isEmpty();
  }

  /** The first difference of a session, and what came before it; or null. */
  private static @Nullable String compare(
      RespPeer ours, RespPeer theirs, WatchedKeys watched, Supplier<Request> requests)
      throws Exception {
    StringBuilder sent = new StringBuilder();
    List<Request> queued = new ArrayList<>();
    for (String protocol : List.of("2", "3")) {
      begin(protocol, ours, theirs);
      queued.clear();
      watched.clear();
      for (int i = 0; i < REQUESTS_IN_EACH_PROTOCOL; i++) {
        Request request = requests.get();
        sent.append("\n  ").append(printable(request.words()));
        boolean wereAbsent = watched.areAbsentAsBefore();
        Reply our = ours.call(request.words());
        Reply their = theirs.call(request.words());
        boolean isSame = isSameOfAll(request, our, their, queued);
        if (!isSame && RedisDifference.ABSENT_AS_BEFORE.explains(request, our, their)) {
          // It was carried out by one of them; so both begin again.
          isSame = wereAbsent;
          begin(protocol, ours, theirs);
        }
        if (!isSame) {
          return sent
              + "\n  Wisp: "
              + printable(List.of(our.toString()))
              + "\n  Redis: "
              + printable(List.of(their.toString()));
        }
        watched.note(request, our);
        if (our.text().equals("QUEUED")) {
          queued.add(request);
        } else if (ENDS_OF_TRANSACTIONS.contains(name(request))) {
          queued.clear();
        }
      }
    }
    return null;
  }

  private static void begin(String protocol, RespPeer... peers) throws Exception {
    for (RespPeer peer : peers) {
      assertThat(peer.call("reset").text()).isEqualTo("RESET");
      assertThat(peer.call("hello", protocol).isError()).isFalse();
      assertThat(peer.call("flushall").text()).isEqualTo("OK");
    }
  }

  private static String name(Request request) {
    return request.words().getFirst().toLowerCase(Locale.ROOT);
  }

  /** Whether both replied the same, to each of the requests that were queued if this is EXEC. */
  private static boolean isSameOfAll(
      Request request, Reply our, Reply their, List<Request> queued) {
    if (!name(request).equals("exec") || our.type() != '*' || their.type() != '*') {
      return isSameOrExplained(request, our, their);
    }
    boolean isSame =
        our.elements().size() == queued.size() && their.elements().size() == queued.size();
    for (int i = 0; i < queued.size() && isSame; i++) {
      isSame = isSameOrExplained(queued.get(i), our.elements().get(i), their.elements().get(i));
    }
    return isSame;
  }

  private static boolean isSameOrExplained(Request request, Reply our, Reply their) {
    return isSame(request, our, their)
        || (!RedisDifference.ABSENT_AS_BEFORE.explains(request, our, their)
            && RedisDifference.explain(request, our, their));
  }

  private static boolean isSame(Request request, Reply our, Reply their) {
    if (our.isError() || their.isError()) {
      return our.equals(their);
    }
    if (our.text().equals("QUEUED") || their.text().equals("QUEUED")) {
      return our.equals(their);
    }
    return switch (request.comparison()) {
      case EXACT -> our.equals(their);
      case TYPE -> our.type() == their.type();
      case SET -> our.type() == their.type() && leaves(our).equals(leaves(their));
      case NAMES -> our.type() == their.type() && names(our).equals(names(their));
      case TIME ->
          our.type() == their.type() && Math.abs(number(our) - number(their)) < CLOCKS_APART_MILLIS;
    };
  }

  /**
   * The keys that a session watches, as another client of ours sees them: whether all were absent
   * when WATCH came, and are absent now.
   */
  private static final class WatchedKeys {

    private final RespPeer observer;
    private final Set<String> keys = new TreeSet<>();
    private boolean wereAbsent = true;

    WatchedKeys(RespPeer observer) {
      this.observer = observer;
    }

    boolean areAbsentAsBefore() throws Exception {
      return wereAbsent && areAbsent(keys);
    }

    private boolean areAbsent(Collection<String> keys) throws Exception {
      for (String key : keys) {
        if (!observer.call("exists", key).text().equals("0")) {
          return false;
        }
      }
      return true;
    }

    void note(Request request, Reply reply) throws Exception {
      boolean isDone = !reply.isError() && !reply.text().equals("QUEUED");
      if (name(request).equals("watch") && isDone) {
        List<String> more = request.words().subList(1, request.words().size());
        wereAbsent &= areAbsent(more);
        keys.addAll(more);
      } else if (ENDS_OF_TRANSACTIONS.contains(name(request))
          || (name(request).equals("unwatch") && isDone)) {
        clear();
      }
    }

    void clear() {
      keys.clear();
      wereAbsent = true;
    }
  }

  private static Set<String> leaves(Reply reply) {
    Set<String> leaves = new TreeSet<>();
    reply
        .elements()
        .forEach(
            element -> {
              leaves.addAll(leaves(element));
              leaves.add(element.type() + element.text());
            });
    return leaves;
  }

  private static List<String> names(Reply map) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < map.elements().size(); i += 2) {
      names.add(map.elements().get(i).text());
    }
    return names;
  }

  private static long number(Reply reply) {
    return Long.parseLong(reply.text());
  }

  private static String printable(List<String> words) {
    StringBuilder text = new StringBuilder();
    for (String word : words) {
      for (byte b : word.getBytes(ISO_8859_1)) {
        text.append(
            b > ' ' && b < 127 ? "" + (char) b : String.format(Locale.ROOT, "\\x%02x", b & 0xff));
      }
      text.append(word.isEmpty() ? "'' " : " ");
    }
    return text.toString();
  }
}
