// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static io.wisp.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Overridden;
import io.wisp.transport.tcp.RespPeer.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server tells of itself and its clients. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerInformationTest {

  @TempDir Path folder;

  private final RunningServer running = new RunningServer(CuckooStore.open(64 << 20));
  private RespPeer client;

  @BeforeEach
  void connect() throws IOException {
    client = peer();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    running.close();
  }

  private RespPeer peer() throws IOException {
    return new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port()));
  }

  private Map<String, String> information(String... sections) {
    String[] words = new String[1 + sections.length];
    words[0] = "INFO";
    System.arraycopy(sections, 0, words, 1, sections.length);
    return lines(call(words));
  }

  private static Map<String, String> lines(String text) {
    Map<String, String> lines = new LinkedHashMap<>();
    text.lines()
        .forEach(
            line -> {
              int colon = line.indexOf(':');
              lines.put(
                  colon < 0 ? line : line.substring(0, colon),
                  colon < 0 ? "" : line.substring(colon + 1));
            });
    return lines;
  }

  private String call(String... words) {
    try {
      return client.call(words).text();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String value(String section, String name) {
    return Objects.requireNonNull(information(section).get(name), name);
  }

  private long number(String section, String name) {
    return Long.parseLong(value(section, name));
  }

  @Test
  void shouldTellSectionsInRedisOrderWhateverTheOrderOfTheQuestion() {
    List<String> all =
        List.of(
            "# Server",
            "# Clients",
            "# Memory",
            "# Persistence",
            "# Stats",
            "# Replication",
            "# CPU",
            "# Commandstats",
            "# Errorstats",
            "# Cluster",
            "# Keyspace");
    for (String[] whole :
        List.of(
            new String[] {"all"},
            new String[] {"none", "EVERYTHING"},
            new String[] {"commandstats", "default"})) {
      assertThat(information(whole).keySet().stream().filter(line -> line.startsWith("#")))
          .containsExactlyElementsOf(all);
    }
    List<String> usual = all.stream().filter(each -> !each.equals("# Commandstats")).toList();
    for (String[] most : List.of(new String[0], new String[] {"cpu", "DEFAULT"})) {
      assertThat(information(most).keySet().stream().filter(line -> line.startsWith("#")))
          .containsExactlyElementsOf(usual);
    }
    assertThat(
            information("cluster", "SERVER", "none").keySet().stream()
                .filter(line -> line.startsWith("#")))
        .containsExactly("# Server", "# Cluster");
    assertThat(call("INFO", "none")).isEmpty();
  }

  @Test
  void shouldSayThatItIsAMasterWithoutReplicas() {
    assertThat(information("replication"))
        .containsEntry("role", "master")
        .containsEntry("connected_slaves", "0");
    assertThat(information("clients"))
        .containsEntry("connected_clients", "1")
        .containsEntry("blocked_clients", "0");
    assertThat(information("persistence")).containsEntry("loading", "0");
    assertThat(information("cluster")).containsEntry("cluster_enabled", "0");
  }

  @Test
  void shouldTellOfItsCluster() throws IOException {
    List<ClusterNode> nodes =
        List.of(
            new ClusterNode("a", "10.0.0.1", 7001, SlotRange.parseAll("0-5,9")),
            new ClusterNode("b", "10.0.0.2", 7002, List.of()));
    ClusterMember member = new ClusterMember("b", new ClusterMap(4, nodes));
    try (RunningServer node = new RunningServer(options -> options.withMember(member));
        RespPeer peer =
            new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()))) {
      for (String most : List.of("cluster", "default", "all")) {
        assertThat(peer.call("INFO", most).text().lines().filter(line -> line.contains("luster")))
            .contains("# Cluster", "cluster_enabled:1")
            .noneMatch(line -> line.matches("cluster_(epoch|digest|myself|node).*"));
      }
      assertThat(peer.call("INFO", "everything").text()).contains("\r\ncluster_myself:b\r\n");
      assertThat(peer.call("INFO", "wisp_cluster").text().lines())
          .containsExactly(
              "# Wisp_cluster",
              "cluster_epoch:4",
              "cluster_digest:" + member.map().digest(),
              "cluster_myself:b",
              "cluster_node0:name=a,host=10.0.0.1,port=7001,slots=0-5 9",
              "cluster_node1:name=b,host=10.0.0.2,port=7002,slots=");
      assertThat(peer.call("INFO", "server").text()).contains("redis_mode:cluster\r\n");
      assertThat(peer.call("CONFIG", "GET", "cluster-enabled").elements().getLast().text())
          .isEqualTo("yes");
    }
    assertThat(information("server")).containsEntry("redis_mode", "standalone");
    assertThat(call("INFO", "wisp_cluster")).isEmpty();
  }

  /** It takes the longer the more is stored, and nodes of a cluster ask each other each second. */
  @Test
  void shouldCountWhatIsStoredOnlyForThoseWhoAskForIt() throws IOException {
    AtomicInteger counted = new AtomicInteger();
    Store store =
        Overridden.in(
            Store.class,
            new HeapStore(),
            Map.of(
                "statistics",
                statistics -> {
                  counted.incrementAndGet();
                  return statistics.call();
                }));
    try (RunningServer other = new RunningServer(store);
        RespPeer peer =
            new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port()))) {
      assertThat(peer.call("INFO", "cluster", "server").text()).contains("cluster_enabled:0\r\n");
      assertThat(counted).hasValue(0);
      assertThat(peer.call("INFO", "keyspace", "memory", "stats").text()).contains("index_bytes:");
      assertThat(counted).hasValue(1);
    }
  }

  @Test
  void shouldNameTheRun() throws IOException {
    String id = value("server", "run_id");
    assertThat(id).matches("[0-9a-f]{40}");
    assertThat(information("server")).containsEntry("run_id", id);
    try (RunningServer other = new RunningServer();
        RespPeer peer =
            new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port()))) {
      assertThat(peer.call("INFO", "server").text()).doesNotContain(id);
    }
  }

  @Test
  void shouldTellOfKeysAsRedisDoes() {
    assertThat(call("INFO", "keyspace")).isEqualTo("# Keyspace\r\n");
    call("MSET", "a", "1", "b", "2", "c", "3");
    assertThat(call("INFO", "keyspace"))
        .isEqualTo("# Keyspace\r\ndb0:keys=3,expires=0,avg_ttl=0\r\n");
    call("EXPIRE", "a", "1000");
    call("SET", "d", "4", "EX", "1000");
    assertThat(call("INFO", "keyspace"))
        .matches("# Keyspace\r\ndb0:keys=4,expires=2,avg_ttl=\\d+\r\n");
    call("PERSIST", "a");
    call("DEL", "d");
    assertThat(call("INFO", "keyspace"))
        .matches("# Keyspace\r\ndb0:keys=3,expires=0,avg_ttl=\\d+\r\n");
  }

  @Test
  void shouldCountBytesRequestsHitsAndMisses() {
    long received = number("stats", "total_net_input_bytes");
    long sent = number("stats", "total_net_output_bytes");
    long requests = number("stats", "total_commands_processed");
    String request = "*2\r\n$4\r\nINFO\r\n$5\r\nstats\r\n";
    String set = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000\r\n" + "v".repeat(1000) + "\r\n";
    String get = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
    call("SET", "k", "v".repeat(1000));
    call("GET", "k");
    call("GET", "x");
    Map<String, String> after = information("stats");
    assertThat(number("stats", "total_net_output_bytes"))
        .isGreaterThan(sent + "+OK\r\n$1000\r\n\r\n$-1\r\n".length() + 1000);
    assertThat(after)
        .containsEntry(
            "total_net_input_bytes",
            "" + (received + 3L * request.length() + set.length() + 2L * get.length()))
        .containsEntry("total_commands_processed", "" + (requests + 4))
        .containsEntry("keyspace_hits", "1")
        .containsEntry("keyspace_misses", "1");
  }

  @Test
  void shouldCountFromZeroAgain() {
    call("SET", "k", "v");
    call("GET", "k");
    assertThat(call("CONFIG", "RESETSTAT")).isEqualTo("OK");
    assertThat(information("stats"))
        .containsEntry("total_commands_processed", "1")
        .containsEntry("total_connections_received", "0")
        .containsEntry("keyspace_hits", "0");
    assertThat(running.server().statistics().requests()).isEqualTo(4);
  }

  @Test
  void shouldCountCallsOfEachCommandAsRedisDoes() {
    call("SET", "k", "v");
    call("SET", "k", "v", "FOO");
    call("GET", "k");
    call("GET");
    call("INCR", "k");
    call("MGET", "k", "none");
    call("DEL", "k", "");
    call("KEYS", "*");
    call("CLIENT", "ID");
    call("CLIENT", "ID", "x");
    call("CLIENT", "FOO");
    call("CLIENT");
    call("COMMAND", "COUNT");
    call("COMMAND");
    call("OBJECT", "HELP");
    call("NONE");
    assertThat(information("commandstats"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("# Commandstats", ""),
                calls("set", 2, 0, 1),
                calls("get", 1, 1, 0),
                calls("incr", 1, 0, 1),
                calls("mget", 1, 0, 0),
                calls("del", 1, 0, 1),
                calls("keys", 1, 0, 0),
                calls("client|id", 1, 1, 0),
                calls("client", 0, 1, 0),
                calls("command|count", 1, 0, 0),
                calls("command", 1, 0, 0),
                calls("object|help", 1, 0, 0)));
    assertThat(information("errorstats"))
        .containsEntry("errorstat_ERR", "count=7")
        .containsEntry("errorstat_KEYEMPTY", "count=1");
    assertThat(number("stats", "total_error_replies")).isEqualTo(8);
    call("CONFIG", "RESETSTAT");
    assertThat(information("commandstats"))
        .isEqualTo(
            Map.ofEntries(Map.entry("# Commandstats", ""), calls("config|resetstat", 1, 0, 0)));
    assertThat(information("errorstats")).isEqualTo(Map.of("# Errorstats", ""));
  }

  private static Map.Entry<String, String> calls(
      String command, int calls, int rejected, int failed) {
    return Map.entry(
        "cmdstat_" + command,
        "calls="
            + calls
            + ",usec=nan,usec_per_call=nan,rejected_calls="
            + rejected
            + ",failed_calls="
            + failed);
  }

  @Test
  void shouldCountCallsOfAllLoops() throws Exception {
    try (RunningServer threaded = new RunningServer(options -> options.withThreads(3))) {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), threaded.port());
      for (int i = 0; i < 6; i++) {
        try (RespPeer peer = new RespPeer(address)) {
          assertThat(peer.call("PING").text()).isEqualTo("PONG");
          assertThat(peer.call("INCR").isError()).isTrue();
        }
      }
      try (RespPeer peer = new RespPeer(address)) {
        assertThat(peer.call("INFO", "commandstats", "errorstats").text())
            .contains(
                "cmdstat_ping:calls=6,usec=nan,usec_per_call=nan,rejected_calls=0,failed_calls=0\r\n")
            .contains(
                "cmdstat_incr:calls=0,usec=nan,usec_per_call=nan,rejected_calls=6,failed_calls=0\r\n")
            .contains("errorstat_ERR:count=6\r\n");
      }
    }
  }

  @Test
  void shouldTellRatesOnceASecondHasPassed() throws InterruptedException {
    await(() -> information("stats").containsKey("instantaneous_ops_per_sec"));
    await(() -> number("stats", "instantaneous_ops_per_sec") > 0);
    await(() -> Double.parseDouble(value("stats", "instantaneous_output_kbps")) > 0);
  }

  @Test
  void shouldTellOfMemoryAndTime() {
    call("SET", "k", "v".repeat(100_000));
    long used = number("memory", "used_memory");
    call("DEL", "k");
    assertThat(used).isGreaterThan(100_000);
    assertThat(number("memory", "used_memory")).isLessThan(used);
    assertThat(information("memory"))
        .containsEntry("used_memory_peak", "" + used)
        .containsEntry("maxmemory", "" + (64 << 20))
        .containsEntry("maxmemory_human", "64.00M")
        .containsEntry("used_memory_overhead", value("memory", "index_bytes"))
        .containsEntry("used_memory_dataset", value("memory", "record_bytes"))
        .containsEntry("maxmemory_policy", "noeviction");
    if ("Linux".equals(System.getProperty("os.name"))) {
      assertThat(number("memory", "used_memory_rss")).isGreaterThan(1 << 20);
      assertThat(number("memory", "total_system_memory"))
          .isGreaterThan(number("memory", "used_memory_rss"));
      Map<String, String> memory = information("memory");
      long resident = Long.parseLong(Objects.requireNonNull(memory.get("used_memory_rss")));
      long now = Long.parseLong(Objects.requireNonNull(memory.get("used_memory")));
      assertThat(memory)
          .containsEntry("mem_fragmentation_bytes", "" + (resident - now))
          .containsEntry(
              "mem_fragmentation_ratio",
              String.format(Locale.ROOT, "%.2f", (double) resident / now));
      assertThat(Double.parseDouble(value("cpu", "used_cpu_user"))).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1 << 20, (1 << 20) + 5_243, 99_999_744, 1L << 30})
  void shouldTellBytesToPeopleAsRedisDoes(long capacity) throws Exception {
    try (RedisServer redis = RedisServer.start(folder)) {
      assumeTrue(redis != null, "no redis-server here; it is in the Debian package redis-tools");
      try (RunningServer wisp = new RunningServer(CuckooStore.open(capacity));
          RespPeer theirs = new RespPeer(redis.address());
          RespPeer ours =
              new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), wisp.port()))) {
        Map<String, String> our = lines(ours.call("INFO", "memory").text());
        String most = Objects.requireNonNull(our.get("maxmemory"));
        assertThat(theirs.call("CONFIG", "SET", "maxmemory", most).text()).isEqualTo("OK");
        Map<String, String> their = lines(theirs.call("INFO", "memory").text());
        assertThat(our).containsEntry("maxmemory_human", their.get("maxmemory_human"));
        assertThat(their)
            .containsKeys(
                our.keySet().stream()
                    .filter(name -> !name.matches("(index|record|free|connection_buffer)_bytes"))
                    .toArray(String[]::new))
            .containsEntry("total_system_memory", our.get("total_system_memory"))
            .containsEntry("total_system_memory_human", our.get("total_system_memory_human"));
      }
    }
  }

  @Test
  void shouldTellOfMemoryInBothCommands() throws IOException {
    call("SET", "k", "v".repeat(100_000));
    Map<String, String> memory = information("memory");
    Map<String, Reply> statistics = fields(client.call("MEMORY", "STATS"));
    assertThat(text(statistics, "total.allocated")).isEqualTo(memory.get("used_memory"));
    assertThat(text(statistics, "peak.allocated")).isEqualTo(memory.get("used_memory_peak"));
    assertThat(text(statistics, "overhead.total")).isEqualTo(memory.get("index_bytes"));
    assertThat(text(statistics, "dataset.bytes")).isEqualTo(memory.get("record_bytes"));
    assertThat(text(statistics, "keys.count")).isEqualTo("1");
    assertThat(text(statistics, "peak.percentage")).isEqualTo("100.0");
    assertThat(Double.parseDouble(text(statistics, "dataset.percentage"))).isBetween(0.0, 100.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "3"})
  void shouldTellOfMemoryByTheNamesThatRedisHas(String protocol) throws Exception {
    try (RedisServer redis = RedisServer.start(folder)) {
      assumeTrue(redis != null, "no redis-server here; it is in the Debian package redis-tools");
      try (RespPeer theirs = new RespPeer(redis.address())) {
        Map<String, Reply> our = memory(client, protocol);
        Map<String, Reply> their = memory(theirs, protocol);
        assertThat(List.copyOf(their.keySet())).containsSubsequence(our.keySet());
        assertThat(our.keySet()).contains("peak.allocated", "db.0", "peak.percentage");
        our.forEach(
            (name, value) ->
                assertThat(value.type()).as("%s", name).isEqualTo(figure(their, name).type()));
        assertThat(fields(figure(our, "db.0")).keySet())
            .containsExactlyElementsOf(fields(figure(their, "db.0")).keySet());
      }
    }
  }

  private static Map<String, Reply> memory(RespPeer peer, String protocol) throws IOException {
    assertThat(peer.call("HELLO", protocol).isError()).isFalse();
    peer.call("SET", "k", "v");
    return fields(peer.call("MEMORY", "STATS"));
  }

  private static Map<String, Reply> fields(Reply map) {
    Map<String, Reply> fields = new LinkedHashMap<>();
    for (int i = 0; i < map.elements().size(); i += 2) {
      fields.put(map.elements().get(i).text(), map.elements().get(i + 1));
    }
    return fields;
  }

  private static Reply figure(Map<String, Reply> fields, String name) {
    return Objects.requireNonNull(fields.get(name), name);
  }

  private static String text(Map<String, Reply> fields, String name) {
    return figure(fields, name).text();
  }

  @Test
  void shouldKillClientsThatAnyLoopServes() throws Exception {
    try (RunningServer threaded = new RunningServer(options -> options.withThreads(3))) {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), threaded.port());
      RespPeer[] peers = new RespPeer[6];
      for (int i = 0; i < peers.length; i++) {
        peers[i] = new RespPeer(address);
        assertThat(peers[i].call("PING").text()).isEqualTo("PONG");
      }
      assertThat(peers[0].call("CLIENT", "KILL", "TYPE", "normal").text()).isEqualTo("5");
      for (int i = 1; i < peers.length; i++) {
        RespPeer peer = peers[i];
        assertThatThrownBy(peer::read).isInstanceOf(IOException.class);
        peer.close();
      }
      await(() -> threaded.server().statistics().connections() == 1);
      assertThat(peers[0].call("PING").text()).isEqualTo("PONG");
      peers[0].close();
    }
  }

  @Test
  void shouldKillAClientThatDoesNotTakeItsReplies() throws Exception {
    call("SET", "k", "v".repeat(8 << 20));
    try (RespPeer stuck = peer()) {
      String id = stuck.call("CLIENT", "ID").text();
      stuck.send(List.of("MGET", "k", "k", "k", "k"));
      await(() -> call("CLIENT", "LIST", "ID", id).contains(" events=w "));
      assertThat(call("CLIENT", "LIST", "ID", id)).containsPattern(" tot-mem=[1-9]");
      assertThat(call("CLIENT", "KILL", "ID", id)).isEqualTo("1");
      await(() -> running.server().statistics().connections() == 1);
    }
  }

  @Test
  void shouldShowWhatAClientLeftUnfinished() throws Exception {
    try (var socket = running.openSocket()) {
      RunningServer.write(socket, "*2\r\n$3\r\nGET\r\n$10\r\nabc");
      await(() -> call("CLIENT", "LIST").contains(" qbuf=21 "));
      assertThat(call("CLIENT", "LIST")).contains(" cmd=NULL ");
      RunningServer.write(socket, "defghij\r\n");
      RunningServer.read(socket, "$-1\r\n".length());
      await(() -> !call("CLIENT", "LIST").contains(" qbuf=21 "));
      assertThat(call("CLIENT", "LIST")).contains(" cmd=get ");
    }
  }

  @Test
  void shouldLetInAsManyClientsAsItIsToldTo() throws IOException {
    assertThat(call("CONFIG", "SET", "maxclients", "2")).isEqualTo("OK");
    try (RespPeer second = peer()) {
      assertThat(second.call("PING").text()).isEqualTo("PONG");
      try (RespPeer third = peer()) {
        assertThat(third.read().text()).isEqualTo("ERR max number of clients reached");
      }
      assertThat(call("CONFIG", "SET", "maxclients", "3")).isEqualTo("OK");
      try (RespPeer third = peer()) {
        assertThat(third.call("PING").text()).isEqualTo("PONG");
      }
    }
    assertThat(information("clients")).containsEntry("maxclients", "3");
  }
}
