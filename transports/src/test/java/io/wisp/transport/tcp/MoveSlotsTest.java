// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotLedger;
import io.wisp.cluster.SlotRange;
import io.wisp.store.ArraySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Eventually;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HeldLog;
import io.wisp.transport.TransportException;
import io.wisp.transport.Transports;
import io.wisp.transport.cluster.ClusterClient;
import io.wisp.transport.cluster.RunningCluster;
import io.wisp.transport.cluster.SlotMover;
import io.wisp.transport.tcp.RespPeer.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The steps of a move of slots, between two servers of this process that log what they write. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MoveSlotsTest {

  private static final int HALF = KeySlot.COUNT / 2;
  private static final List<SlotRange> LOWER = SlotRange.parseAll("0-" + (HALF - 1));
  private static final String LOWER_TEXT = "0-" + (HALF - 1);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** A server, and what is told to its log. */
  private static final class Node implements AutoCloseable {
    private final ClusterMember member;
    private final CuckooStore store = CuckooStore.open(32 << 20);
    private final HeldLog log;
    private final RunningServer server;

    Node(String name, ClusterMap map) {
      member = new ClusterMember(name, map);
      log = new HeldLog(store, null, new SlotLedger(member));
      Endpoint endpoint = new Endpoint("127.0.0.1", member.node().port());
      server =
          new RunningServer(
              store,
              options ->
                  options
                      .withEndpoint(endpoint)
                      .withThreads(2)
                      .withMember(member)
                      .withWriteLog(log),
              TcpLimits.defaults());
    }

    long keysBelow() {
      List<Integer> slots = new ArrayList<>();
      long cursor = 0;
      do {
        cursor =
            store.scan(
                cursor,
                100,
                (segment, offset, length) -> slots.add(KeySlot.of(segment, offset, length)));
      } while (cursor != 0);
      return slots.stream().filter(slot -> slot < HALF).count();
    }

    @Override
    public void close() {
      log.letGo();
      server.close();
      log.close();
    }
  }

  private final List<AutoCloseable> open = new ArrayList<>();
  private final ClusterMap map = map();
  private final Node a = new Node("a", map);
  private final Node b = new Node("b", map);

  private static ClusterMap map() {
    List<Integer> ports = RunningCluster.freePorts(2);
    return new ClusterMap(
        1,
        List.of(
            node("a", ports.getFirst(), LOWER_TEXT),
            node("b", ports.getLast(), HALF + "-" + (KeySlot.COUNT - 1))));
  }

  private static ClusterNode node(String name, int port, String slots) {
    return new ClusterNode(name, "127.0.0.1", port, SlotRange.parseAll(slots));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    a.close();
    b.close();
  }

  private RespPeer connect(Node node) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    RespPeer peer = new RespPeer(new InetSocketAddress(loopback, node.server.port()));
    open.add(peer);
    return peer;
  }

  private SlotMover mover() {
    Endpoint server = new Endpoint("127.0.0.1", b.server.port());
    return new SlotMover(server, null, TIMEOUT, TIMEOUT);
  }

  /** A key of the lower half. */
  private static String key(int number) {
    int seen = 0;
    for (int i = 0; ; i++) {
      if (KeySlot.of(Slice.of("k" + i)) < HALF && seen++ == number) {
        return "k" + i;
      }
    }
  }

  private String asked() {
    return "ASK " + KeySlot.of(Slice.of(key(0))) + " " + map.nodes().getLast().address();
  }

  private String moved(int owner) {
    return "MOVED " + KeySlot.of(Slice.of(key(0))) + " " + map.nodes().get(owner).address();
  }

  private static void requireOk(RespPeer peer, String words) throws IOException {
    assertThat(peer.call(words.split(" "))).hasToString("+OK");
  }

  @Test
  void shouldMoveEveryRecordWithItsExpiry() throws Exception {
    long end = a.store.currentTimeMillis() + 1_000_000;
    for (int i = 0; i < 3_000; i++) {
      a.store.write(
          Slice.of(key(0) + "{" + key(i % 50) + "}" + i),
          Slice.of("value " + i),
          WriteCondition.ALWAYS,
          0,
          i % 3 == 0 ? end : Store.NEVER);
    }
    long there = a.keysBelow();
    SlotMover.Report report = mover().move(LOWER, "a", "b");
    assertThat(report.records()).isGreaterThanOrEqualTo(there);
    assertThat(a.keysBelow()).isZero();
    assertThat(b.keysBelow()).isEqualTo(there);
    ArraySink value = new ArraySink();
    for (int i = 0; i < 3_000; i++) {
      Slice key = Slice.of(key(0) + "{" + key(i % 50) + "}" + i);
      assertThat(b.store.get(key, value)).isEqualTo(Status.FOUND);
      assertThat(new String(value.value(), StandardCharsets.UTF_8)).isEqualTo("value " + i);
      assertThat(value.expiresAt()).isEqualTo(i % 3 == 0 ? end : Store.NEVER);
    }
    assertThat(mover().move(LOWER, "a", "b").records()).isZero();
    assertThat(mover().move(LOWER, "b", "a").records()).isGreaterThanOrEqualTo(there);
    assertThat(a.keysBelow()).isEqualTo(there);
    assertThat(b.keysBelow()).isZero();
    assertThat(a.member.map().slotEpoch(0)).isEqualTo(2);
  }

  @Test
  void shouldLoseNoWriteWhileSlotsMove() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger done = new AtomicInteger();
    Endpoint server = new Endpoint("127.0.0.1", a.server.port());
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        ClusterClient client =
            ClusterClient.connect(
                Transports.named("tcp"), server, ClientOptions.defaults().withTimeout(TIMEOUT))) {
      Future<Integer> written = thread.submit(() -> writeUntil(over, client, done));
      for (int i = 0; i < 3; i++) {
        awaitMore(written, done);
        mover().move(LOWER, "a", "b");
        awaitMore(written, done);
        mover().move(LOWER, "b", "a");
      }
      over.set(true);
      int last = written.get();
      ArraySink value = new ArraySink();
      for (int i = 0; i < 20; i++) {
        Status status = client.get(Slice.of(key(i)), value);
        int writes = (last - i + 19) / 20;
        // Every third write of a key is a deletion.
        assertThat(status).isEqualTo(writes == 0 || writes % 3 == 0 ? Status.ABSENT : Status.FOUND);
        if (status == Status.FOUND) {
          assertThat(new String(value.value(), StandardCharsets.UTF_8)).isEqualTo("" + writes);
        }
      }
    }
  }

  /** Waits until more is written, unless nothing ever will be. */
  private static void awaitMore(Future<Integer> written, AtomicInteger done) throws Exception {
    int before = done.get();
    Eventually.await(() -> done.get() > before || written.isDone());
  }

  /** Each key in turn has its next number, or is deleted; what is refused is asked for again. */
  private static int writeUntil(AtomicBoolean over, ClusterClient client, AtomicInteger written)
      throws Exception {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      keys.add(key(i));
    }
    int done = 0;
    while (!over.get()) {
      Slice key = Slice.of(keys.get(done % 20));
      int number = done / 20 + 1;
      Status status = number % 3 == 0 ? client.delete(key) : client.put(key, Slice.of("" + number));
      if (status.isElsewhere()) {
        Thread.sleep(1);
      } else {
        written.set(++done);
      }
    }
    return done;
  }

  @Test
  void shouldSendClientsToWhoeverServes() throws Exception {
    RespPeer source = connect(a);
    RespPeer target = connect(b);
    String get = "GET " + key(0);
    requireOk(source, "SET " + key(0) + " 1");
    requireOk(target, "MOVESLOTS IMPORT 7 " + LOWER_TEXT + " a 1");
    requireOk(source, "MOVESLOTS TRACK 7 " + LOWER_TEXT);
    assertThat(source.call(get.split(" ")).text()).isEqualTo("1");
    assertThat(target.call(get.split(" ")).text()).isEqualTo(moved(0));
    requireOk(target, "ASKING");
    assertThat(target.call(get.split(" ")).text()).startsWith("TRYAGAIN ");
    assertThat(target.call(get.split(" ")).text()).isEqualTo(moved(0));
    requireOk(target, "MOVESLOTS STORE 7 " + key(0) + " 0 1");
    requireOk(source, "MOVESLOTS LEAVE 7 " + LOWER_TEXT + " b 1");
    assertThat(source.call(get.split(" ")).text()).isEqualTo(asked());
    assertThat(source.call("SET", key(0), "2").text()).isEqualTo(asked());
    assertThat(source.call("FLUSHALL").text()).startsWith("TRYAGAIN ");
    requireOk(source, "MULTI");
    assertThat(source.call(get.split(" ")).text()).isEqualTo(asked());
    assertThat(source.call("EXEC").text()).startsWith("EXECABORT ");
    assertThat(target.call("SET", key(0), "2").text()).isEqualTo(moved(0));
    requireOk(target, "MOVESLOTS TAKE 7");
    assertThat(target.call(get.split(" ")).text()).isEqualTo("1");
    requireOk(target, "ASKING");
    requireOk(target, "SET " + key(0) + " 2");
    assertThat(source.call(get.split(" ")).text()).isEqualTo(asked());
    requireOk(source, "MOVESLOTS GIVE 7");
    assertThat(source.call(get.split(" ")).text()).isEqualTo(moved(1));
    assertThat(a.keysBelow()).isEqualTo(1);
    assertThat(source.call("MOVESLOTS", "PURGE", "0").text()).isEqualTo("0");
    assertThat(a.keysBelow()).isZero();
    assertThat(source.call("MOVESLOTS", "STATE").text()).contains("owner " + LOWER_TEXT + " b 1");
  }

  @Test
  void shouldTellOfEachWriteSinceTheCopyBegan() throws Exception {
    RespPeer source = connect(a);
    requireOk(source, "SET " + key(0) + " before");
    int entries = a.log.entries();
    requireOk(source, "MOVESLOTS TRACK 7 " + LOWER_TEXT);
    assertThat(a.log.entries()).isEqualTo(entries + 1);
    assertThat(source.call("MOVESLOTS", "CHANGES", "7")).hasToString("*[:0]");
    requireOk(source, "SET " + key(1) + " 1");
    requireOk(source, "SET " + key(1) + " 2");
    assertThat(source.call("DEL", key(0)).text()).isEqualTo("1");
    assertThat(source.call("MOVESLOTS", "CHANGES", "7"))
        .hasToString("*[:0, $%s, :0, $2, $%s, :-1, $]".formatted(key(1), key(0)));
    assertThat(source.call("MOVESLOTS", "CHANGES", "7")).hasToString("*[:0]");
    Reply read = source.call("MOVESLOTS", "READ", "7", "0");
    assertThat(read).hasToString("*[$0, $%s, :0, $2]".formatted(key(1)));
    assertThat(source.call("MOVESLOTS", "CHANGES", "8").text()).startsWith("MOVELOST ");
    assertThat(source.call("MOVESLOTS", "LEAVE", "7", "0", "b", "1").text())
        .startsWith("MOVELOST ");
    requireOk(source, "FLUSHALL");
    assertThat(source.call("MOVESLOTS", "CHANGES", "7").text()).startsWith("MOVELOST ");
    assertThat(source.call("MOVESLOTS", "LEAVE", "7", LOWER_TEXT, "b", "1").text())
        .startsWith("MOVELOST ");
    assertThat(source.call("GET", key(0)).isError()).isFalse();
  }

  @Test
  void shouldCarryOutNoTransactionThatWatchesWhatHasLeft() throws Exception {
    RespPeer source = connect(a);
    RespPeer target = connect(b);
    String slot = "" + KeySlot.of(Slice.of(key(0)));
    requireOk(source, "WATCH " + key(0));
    requireOk(target, "MOVESLOTS IMPORT 7 " + slot + " a 1");
    requireOk(source, "MOVESLOTS TRACK 7 " + slot);
    requireOk(source, "MOVESLOTS LEAVE 7 " + slot + " b 1");
    requireOk(target, "MOVESLOTS TAKE 7");
    requireOk(source, "MOVESLOTS GIVE 7");
    requireOk(target, "SET " + key(0) + " 1");
    requireOk(source, "MULTI");
    assertThat(source.call("SET", key(1), "1")).hasToString("+QUEUED");
    assertThat(source.call("EXEC")).isEqualTo(Reply.NIL);
    assertThat(source.call("EXISTS", key(1)).text()).isEqualTo("0");
  }

  @Test
  void shouldTakeNothingWhoseCopiesWereRemoved() throws Exception {
    RespPeer target = connect(b);
    requireOk(target, "MOVESLOTS IMPORT 7 " + LOWER_TEXT + " a 1");
    requireOk(target, "MOVESLOTS STORE 7 " + key(0) + " 0 1");
    requireOk(target, "FLUSHALL");
    assertThat(target.call("MOVESLOTS", "STORE", "7", key(1), "0", "1").text())
        .startsWith("MOVELOST ");
    assertThat(target.call("MOVESLOTS", "TAKE", "7").text()).startsWith("MOVELOST ");
    requireOk(target, "MOVESLOTS IMPORT 8 " + LOWER_TEXT + " a 1");
    requireOk(target, "MOVESLOTS STORE 8 " + key(0) + " 0 1");
    requireOk(target, "MOVESLOTS IMPORT 9 0 a 1");
    assertThat(target.call("MOVESLOTS", "CLEAN", "8", "0").text()).startsWith("MOVELOST ");
    assertThat(target.call("MOVESLOTS", "CLEAN", "9", "0").text()).isEqualTo("0");
    assertThat(b.keysBelow()).isZero();
    requireOk(target, "MOVESLOTS DROP 9");
    assertThat(target.call("MOVESLOTS", "TAKE", "9").text()).startsWith("MOVELOST ");
  }

  @Test
  void shouldKeepRecordsThatNoMoveHasBrought() throws Exception {
    String slot = "" + KeySlot.of(Slice.of(key(0)));
    put(a, key(0), new byte[1]);
    // By an earlier file these slots were those of the other node, and a log keeps what it has.
    put(b, key(1), new byte[1]);
    put(b, key(0), new byte[2]);
    mover().move(SlotRange.parseAll(slot), "a", "b");
    assertThat(b.keysBelow()).isEqualTo(2);
    ArraySink value = new ArraySink();
    assertThat(b.store.get(Slice.of(key(0)), value)).isEqualTo(Status.FOUND);
    assertThat(value.value()).hasSize(1);
    assertThat(connect(b).call("MOVESLOTS", "PURGE", "0").text()).isEqualTo("0");
    assertThat(b.keysBelow()).isEqualTo(2);
  }

  private static Status put(Node node, String key, byte[] value) {
    return node.store.write(Slice.of(key), Slice.of(value), WriteCondition.ALWAYS, 0, Store.NEVER);
  }

  /** The source serves on, notes nothing more, and the target keeps no copies. */
  private void requireGivenUp(String why) throws Exception {
    assertThatThrownBy(() -> mover().move(LOWER, "a", "b"))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("a serves them");
    assertThat(connect(b).call("MOVESLOTS", "STATE").text()).doesNotContain("importing");
    assertThat(b.keysBelow()).isZero();
    RespPeer source = connect(a);
    assertThat(source.call("MOVESLOTS", "STATE").text()).doesNotContain("leaving");
    assertThat(source.call("EXISTS", key(0)).text()).isEqualTo("1");
  }

  @Test
  void shouldGiveUpWhenTheTargetHasNoRoom() throws Exception {
    byte[] large = new byte[1 << 20];
    for (int i = 0; i < 3; i++) {
      put(a, key(i), large);
    }
    List<String> fill = new ArrayList<>();
    for (int i = 0; !put(b, "{x}" + i, large).isError(); i++) {
      fill.add("{x}" + i);
    }
    assertThat(KeySlot.of(Slice.of("{x}"))).isGreaterThanOrEqualTo(HALF);
    requireGivenUp("OOM ");
    fill.forEach(key -> b.store.delete(Slice.of(key)));
    assertThat(mover().move(LOWER, "a", "b").records()).isEqualTo(3);
    assertThat(b.keysBelow()).isEqualTo(3);
  }

  @Test
  void shouldGiveUpACopyThatIsNeverWhole() throws Exception {
    put(a, key(0), new byte[1]);
    AtomicInteger hindered = new AtomicInteger();
    RespPeer other = connect(a);
    b.log.beforeEach(
        writes -> {
          if (writes.size() > 0 && writes.get(0).change() == WriteBatch.Change.PUT) {
            hindered.incrementAndGet();
            trackOther(other);
          }
        });
    requireGivenUp("MOVELOST ");
    assertThat(hindered).as("copies, each of one record").hasValueGreaterThan(1);
  }

  /** Has a source note what is written for another move than the one that it notes it for. */
  private static void trackOther(RespPeer source) {
    try {
      requireOk(source, "MOVESLOTS TRACK 1 0");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldRefuseStepsThatCannotBe() throws Exception {
    RespPeer source = connect(a);
    assertThat(source.call("MOVESLOTS", "IMPORT", "7", "0", "b", "1").text())
        .isEqualTo("MOVELOST slot 0 is that of a");
    assertThat(source.call("MOVESLOTS", "IMPORT", "7", "9000", "x", "1").text())
        .isEqualTo("ERR the cluster has no other shard x");
    assertThat(source.call("MOVESLOTS", "IMPORT", "7", "9000", "b", "0").text())
        .isEqualTo("MOVELOST slot 9000 has the epoch 0 already");
    assertThat(source.call("MOVESLOTS", "IMPORT", "7", "16384", "b", "1").text())
        .isEqualTo("ERR slots are written as 0-99 or 0-99,7000, and not as 16384");
    assertThat(source.call("MOVESLOTS", "IMPORT", "7", "0-16383,5", "b", "1").text())
        .isEqualTo("ERR of 16384 slots 16385 are named");
    assertThat(source.call("MOVESLOTS", "IMPORT", "x", "9000", "b", "1").text())
        .isEqualTo("ERR value is not an integer or out of range");
    assertThat(source.call("MOVESLOTS", "STORE", "7", "k", "0", "1").text())
        .startsWith("MOVELOST ");
    assertThat(source.call("MOVESLOTS", "READ", "7", "x").text()).isEqualTo("ERR invalid cursor");
    assertThat(source.call("MOVESLOTS", "FOO").text()).contains("unknown subcommand 'FOO'");
    requireOk(source, "MULTI");
    assertThat(source.call("MOVESLOTS", "STATE").text())
        .isEqualTo("ERR Command not allowed inside a transaction");
    assertThatThrownBy(() -> mover().move(SlotRange.parseAll("0"), "a", "x"))
        .isInstanceOf(TransportException.class)
        .hasMessage("the cluster has no node x");
    try (RunningServer other = new RunningServer(options -> options.withMember(a.member))) {
      RespPeer peer =
          new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.port()));
      open.add(peer);
      assertThat(peer.call("MOVESLOTS", "STATE").text())
          .isEqualTo("ERR slots move between nodes that log their writes: start them with --data");
    }
  }
}
