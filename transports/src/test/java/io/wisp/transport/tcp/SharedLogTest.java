// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.testing.Eventually;
import io.wisp.transport.HeldLog;
import io.wisp.transport.Leadership;
import io.wisp.transport.WriteLog.Outcome;
import io.wisp.transport.tcp.RespPeer.Reply;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A tcp server whose log others share: a read counts by a lease, or by an entry behind it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedLogTest {

  private static final long AN_HOUR = TimeUnit.HOURS.toNanos(1);
  private static final String OF_ANOTHER_SHARD = keyOfAnotherShard();

  /** What a test says. */
  private static final class Told implements Leadership {

    private volatile boolean held = true;
    private volatile long lease;

    @Override
    public boolean isHeld() {
      return held;
    }

    @Override
    public long leaseNanos() {
      return lease;
    }
  }

  private final ClusterMember member =
      new ClusterMember(
          "a",
          new ClusterMap(
              1,
              List.of(
                  new ClusterNode("a", "127.0.0.1", 7001, SlotRange.parseAll("5-16383"), "a"),
                  new ClusterNode("b", "127.0.0.1", 7002, List.of(), "a"),
                  new ClusterNode("c", "127.0.0.1", 7003, SlotRange.parseAll("0-4"), "c"))));
  private final Told told = new Told();
  private final HeapStore store = new HeapStore();
  private final HeldLog log = new HeldLog(store, told);
  private final RunningServer server =
      new RunningServer(
          store,
          options -> options.withThreads(2).withWriteLog(log).withMember(member),
          TcpLimits.defaults());
  private final List<AutoCloseable> open = new ArrayList<>();

  SharedLogTest() {
    member.follow("a", 2, true);
  }

  @AfterEach
  void close() throws Exception {
    log.letGo();
    for (AutoCloseable each : open) {
      each.close();
    }
    server.close();
    log.close();
  }

  private static String keyOfAnotherShard() {
    int i = 0;
    while (KeySlot.of(Slice.of("k" + i)) >= 5) {
      i++;
    }
    return "k" + i;
  }

  private RespPeer connect() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    RespPeer peer = new RespPeer(new InetSocketAddress(loopback, server.port()));
    open.add(peer);
    return peer;
  }

  private static CompletableFuture<Reply> reply(RespPeer peer) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return peer.read();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET a", "DBSIZE", "KEYS *", "WATCH a", "OBJECT ENCODING a", "EXISTS a"})
  void shouldHoldBackWhatWasReadUntilAnEntryBehindItIsCommitted(String words) throws Exception {
    store.put(Slice.of("a"), Slice.of("1"));
    RespPeer reader = connect();
    RespPeer later = connect();
    log.hold();
    reader.send(List.of(words.split(" ")));
    Eventually.await(log::isHolding);
    CompletableFuture<Reply> first = reply(reader);
    later.send(List.of("GET", "a"));
    CompletableFuture<Reply> second = reply(later);
    assertThat(connect().call("PING").text()).isEqualTo("PONG");
    Thread.sleep(50);
    assertThat(first).isNotDone();
    assertThat(second).isNotDone();
    assertThat(log.entries()).isEqualTo(1);
    log.letGo();
    assertThat(first.get().isError()).isFalse();
    assertThat(second.get().text()).isEqualTo("1");
    // It came too late for the first entry.
    assertThat(log.entries()).isEqualTo(2);
  }

  @Test
  void shouldAnswerReadsWithinALeaseWhileAnEntryIsUnderWay() throws Exception {
    store.put(Slice.of("a"), Slice.of("1"));
    RespPeer writer = connect();
    told.lease = AN_HOUR;
    log.hold();
    writer.send(List.of("SET", "a", "2"));
    Eventually.await(log::isHolding);
    RespPeer reader = connect();
    assertThat(reader.call("GET", "a").text()).isEqualTo("1");
    assertThat(reader.call("DBSIZE").text()).isEqualTo("1");
    told.lease = 0;
    reader.send(List.of("GET", "a"));
    log.letGo();
    assertThat(writer.read().text()).isEqualTo("OK");
    assertThat(reader.read().text()).isEqualTo("2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SET a 2 NX", "DEL b", "INCR a", "GETDEL b", "EXPIRE b 10"})
  void shouldProveWhatAWriteHasReadThatChangesNothing(String words) throws Exception {
    store.put(Slice.of("a"), Slice.of("text"));
    RespPeer peer = connect();
    peer.call(List.of(words.split(" ")));
    assertThat(log.entries()).isEqualTo(1);
    told.lease = AN_HOUR;
    peer.call(List.of(words.split(" ")));
    assertThat(log.entries()).isEqualTo(1);
  }

  @Test
  void shouldProveATransactionThatReads() throws Exception {
    store.put(Slice.of("a"), Slice.of("1"));
    RespPeer peer = connect();
    peer.call("MULTI");
    peer.call("GET", "a");
    assertThat(peer.call("EXEC")).hasToString("*[$1]");
    assertThat(log.entries()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = Outcome.class,
      names = {"NOT_DONE", "UNKNOWN"})
  void shouldTellReadersThatAnEntryDidNotProveWhatTheyRead(Outcome outcome) throws Exception {
    store.put(Slice.of("a"), Slice.of("1"));
    RespPeer reader = connect();
    log.hold();
    reader.sendTogether(List.of(List.of("PING"), List.of("GET", "a"), List.of("DBSIZE")));
    Eventually.await(log::isHolding);
    log.end(outcome, "another one leads");
    assertThat(reader.read()).hasToString("+PONG");
    for (int i = 0; i < 2; i++) {
      assertThat(reader.read())
          .hasToString("-CLUSTERDOWN what was read may be wrong: another one leads");
    }
    assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
    assertThat(connect().call("GET", "a").text()).isEqualTo("1");
  }

  @Test
  void shouldTellWhoseWritesDidNotHappenSoThatTheyLookForTheMaster() throws Exception {
    store.put(Slice.of("a"), Slice.of("1"));
    RespPeer peer = connect();
    log.hold();
    peer.sendTogether(
        List.of(
            List.of("GET", "a"),
            List.of("SET", "a", "2"),
            List.of("SET", OF_ANOTHER_SHARD, "2"),
            List.of("DEL", OF_ANOTHER_SHARD)));
    Eventually.await(log::isHolding);
    log.end(Outcome.NOT_DONE, "another one leads");
    assertThat(peer.read())
        .hasToString("-CLUSTERDOWN what was read may be wrong: another one leads");
    assertThat(peer.read()).hasToString("-CLUSTERDOWN nothing was changed: another one leads");
    for (int i = 0; i < 2; i++) {
      assertThat(peer.read().text()).startsWith("MOVED ").endsWith(" 127.0.0.1:7003");
    }
    assertThatThrownBy(peer::read).isInstanceOf(EOFException.class);
    assertThat(connect().call("GET", "a").text()).isEqualTo("1");
  }

  @Test
  void shouldTellWhoHasWrittenNoErrorByWhichHeWouldAskAgainWhenTheOutcomeIsNotKnown()
      throws Exception {
    store.put(Slice.of("a"), Slice.of("1"));
    RespPeer peer = connect();
    log.hold();
    peer.sendTogether(List.of(List.of("GET", "a"), List.of("INCR", "a")));
    Eventually.await(log::isHolding);
    log.end(Outcome.UNKNOWN, "another one leads");
    for (int i = 0; i < 2; i++) {
      assertThat(peer.read().text()).startsWith("UNKNOWN ").endsWith("another one leads");
    }
    assertThatThrownBy(peer::read).isInstanceOf(EOFException.class);
  }

  @Test
  void shouldTellThatNothingHappenedWhateverBecameOfAnEntryOfNothing() throws Exception {
    RespPeer peer = connect();
    log.hold();
    peer.send(List.of("DEL", "a"));
    Eventually.await(log::isHolding);
    log.end(Outcome.UNKNOWN, "another one leads");
    assertThat(peer.read()).hasToString("-CLUSTERDOWN nothing was changed: another one leads");
    assertThat(connect().call("DEL", "a").text()).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "INCR", "DEL", "MGET", "EXISTS", "WATCH"})
  void shouldHoldNoRedirectionBackAndMakeNoEntryForIt(String command) throws Exception {
    RespPeer peer = connect();
    log.hold();
    assertThat(peer.call(command, OF_ANOTHER_SHARD).text()).endsWith(" 127.0.0.1:7003");
    assertThat(log.entries()).isZero();
  }

  @Test
  void shouldSendClientsToTheMaster() throws Exception {
    store.put(Slice.of("a"), Slice.of("1"));
    member.follow("b", 3, true);
    told.held = false;
    RespPeer peer = connect();
    int slot = KeySlot.of(Slice.of("a"));
    for (String words : List.of("GET a", "SET a 2", "MGET a", "DEL a", "EXISTS a", "WATCH a")) {
      assertThat(peer.call(List.of(words.split(" "))).text())
          .isEqualTo("MOVED " + slot + " 127.0.0.1:7002");
    }
    for (String words : List.of("DBSIZE", "KEYS *", "SCAN 0", "RANDOMKEY", "FLUSHALL")) {
      assertThat(peer.call(List.of(words.split(" "))).text()).isEqualTo("MOVED 5 127.0.0.1:7002");
    }
    assertThat(peer.call("PING").text()).isEqualTo("PONG");
    assertThat(peer.call("ROLE")).hasToString("*[$slave, $127.0.0.1, :7002, $connected, :0]");
    assertThat(log.entries()).isZero();
    assertThat(store.size()).isEqualTo(1);
  }

  @Test
  void shouldSayThatNobodyIsKnownToServe() throws Exception {
    member.follow(null, 3, false);
    told.held = false;
    RespPeer peer = connect();
    for (String words : List.of("GET a", "SET a 2", "DBSIZE", "FLUSHALL")) {
      assertThat(peer.call(List.of(words.split(" "))).text()).startsWith("CLUSTERDOWN The master");
    }
    assertThat(peer.call("GET", OF_ANOTHER_SHARD).text())
        .startsWith("MOVED ")
        .endsWith(" 127.0.0.1:7003");
    assertThat(peer.call("CLUSTER", "INFO").text()).startsWith("cluster_state:fail");
    assertThat(log.entries()).isZero();
  }
}
