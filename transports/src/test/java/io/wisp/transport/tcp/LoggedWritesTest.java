// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.HeapStore;
import io.wisp.store.PendingWrites;
import io.wisp.store.RacedStore;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.testing.Eventually;
import io.wisp.testing.Undisturbed;
import io.wisp.transport.Client;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HeldLog;
import io.wisp.transport.Patient;
import io.wisp.transport.ServerThreads;
import io.wisp.transport.TransportException;
import io.wisp.transport.WriteLog.Outcome;
import io.wisp.transport.tcp.RandomCommands.Comparison;
import io.wisp.transport.tcp.RandomCommands.Request;
import io.wisp.transport.tcp.RespPeer.Reply;
import io.wisp.transport.tcp.command.Execution;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tcp server that logs writes before they happen, with a log that a test can hold up. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoggedWritesTest {

  /** Of what a pause of the machine may spoil: more than there are pauses one after the other. */
  private static final int MOST_ATTEMPTS = 20;

  private static final Set<Thread.State> JOINS =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING);

  private final HeapStore store = new HeapStore();
  private final HeldLog log = new HeldLog(store);
  private final List<AutoCloseable> open = new ArrayList<>();
  private RunningServer server = serve(1, false);

  private RunningServer serve(int threads, boolean busyPoll) {
    return serve(store, threads, busyPoll);
  }

  private RunningServer serve(Store store, int threads, boolean busyPoll) {
    // Longer than any test, so that no pause of the machine makes a reset of a plain end.
    return new RunningServer(
        store,
        options -> options.withThreads(threads).withBusyPoll(busyPoll).withWriteLog(log),
        TcpLimits.defaults().withLingering(Duration.ofMinutes(2)));
  }

  private RespPeer connect() throws IOException {
    return connect(server.port());
  }

  private RespPeer connect(int port) throws IOException {
    RespPeer peer = new RespPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    open.add(peer);
    return peer;
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

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void restart(int threads, boolean busyPoll) {
    server.close();
    server = serve(threads, busyPoll);
  }

  private String get(String key) {
    byte[] value = store.get(key.getBytes(UTF_8));
    return value == null ? "absent" : new String(value, UTF_8);
  }

  @Test
  void shouldAnswerAWriteWhenItIsInTheLogAndLetOthersReadMeanwhile() throws Exception {
    RespPeer writer = connect();
    RespPeer reader = connect();
    writer.call("SET", "a", "old");
    log.hold();
    writer.send(List.of("SET", "a", "new"));
    writer.send(List.of("MGET", "a", "b"));
    writer.send(List.of("GET", "a"));
    writer.send(List.of("DBSIZE"));
    Eventually.await(log::isHolding);
    for (int i = 0; i < 100; i++) {
      assertThat(reader.call("GET", "a").text()).isEqualTo("old");
      assertThat(reader.call("MGET", "a", "b")).hasToString("*[$old, _]");
    }
    assertThat(get("a")).isEqualTo("old");
    log.letGo();
    assertThat(writer.read().text()).isEqualTo("OK");
    assertThat(writer.read()).hasToString("*[$new, _]");
    assertThat(writer.read().text()).isEqualTo("new");
    assertThat(writer.read().text()).isEqualTo("1");
    assertThat(reader.call("GET", "a").text()).isEqualTo("new");
  }

  @Test
  void shouldPutWhatArrivesMeanwhileIntoTheNextEntry() throws Exception {
    RespPeer first = connect();
    List<RespPeer> others = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      others.add(connect());
      // It is served by now.
      others.getLast().call("PING");
    }
    log.hold();
    first.send(List.of("INCR", "n"));
    Eventually.await(log::isHolding);
    for (RespPeer other : others) {
      other.send(List.of("INCR", "n"));
    }
    // They have arrived when one that came later is answered.
    assertThat(connect().call("GET", "n")).isEqualTo(Reply.NIL);
    log.letGo();
    assertThat(first.read().text()).isEqualTo("1");
    List<String> answers = new ArrayList<>();
    for (RespPeer other : others) {
      answers.add(other.read().text());
    }
    assertThat(answers).doesNotHaveDuplicates().contains("2", "21");
    assertThat(get("n")).isEqualTo("21");
    assertThat(log.entries()).isLessThan(15);
  }

  @Test
  void shouldSayThatAnOutcomeIsNotKnownAndRefuseWritesFromThenOn() throws Exception {
    RespPeer writer = connect();
    RespPeer waiting = connect();
    RespPeer reader = connect();
    writer.call("SET", "a", "old");
    log.hold();
    writer.send(List.of("GET", "a"));
    writer.send(List.of("SET", "a", "new"));
    writer.send(List.of("GET", "a"));
    Eventually.await(log::isHolding);
    waiting.send(List.of("SET", "b", "1"));
    assertThat(reader.call("GET", "a").text()).isEqualTo("old");
    log.fail("No space left on device");
    assertThat(writer.read().text()).isEqualTo("old");
    assertThat(writer.read().text())
        .startsWith("UNKNOWN ")
        .contains("may have happened or not", "No space left on device");
    assertThat(waiting.read().text())
        .startsWith("MISCONF ")
        .contains("No space left on device", "started again");
    assertThat(reader.call("GET", "a").text()).isEqualTo("old");
    assertThat(reader.call("SET", "a", "1").text()).startsWith("MISCONF ");
    assertThat(reader.call("DEL", "a").text()).startsWith("MISCONF ");
    assertThat(reader.call("MULTI").text()).isEqualTo("OK");
    assertThat(reader.call("SET", "a", "1").text()).isEqualTo("QUEUED");
    assertThat(reader.call("EXEC").text()).startsWith("EXECABORT ").contains("MISCONF ");
    assertThat(reader.call("GET", "a").text()).isEqualTo("old");
    assertThat(reader.call("MULTI").text()).isEqualTo("OK");
    assertThat(reader.call("GET", "a").text()).isEqualTo("QUEUED");
    assertThat(reader.call("EXEC")).hasToString("*[$old]");
  }

  @Test
  void shouldReplaceTheRepliesThatCountNoMoreAndCloseWhenNothingHasHappened() throws Exception {
    RespPeer peer = connect();
    peer.call("SET", "a", "old");
    log.hold();
    peer.sendTogether(
        List.of(
            words("GET a"),
            words("SET a new"),
            words("GET a"),
            words("PING"),
            words("MULTI"),
            words("APPEND a er"),
            words("GET a"),
            words("EXEC"),
            words("NONSENSE"),
            words("INCR n")));
    Eventually.await(log::isHolding);
    log.end(Outcome.NOT_DONE, "there is no heap");
    assertThat(peer.read()).hasToString("$old");
    assertThat(peer.read()).hasToString("-TRYAGAIN nothing was changed: there is no heap");
    assertThat(peer.read()).hasToString("-TRYAGAIN what was read may be wrong: there is no heap");
    assertThat(peer.read()).hasToString("+PONG");
    assertThat(peer.read()).hasToString("+OK");
    assertThat(peer.read()).hasToString("+QUEUED");
    assertThat(peer.read()).hasToString("+QUEUED");
    assertThat(peer.read()).hasToString("-TRYAGAIN nothing was changed: there is no heap");
    assertThat(peer.read().text()).startsWith("ERR unknown command");
    assertThat(peer.read()).hasToString("-TRYAGAIN nothing was changed: there is no heap");
    assertThatThrownBy(peer::read).isInstanceOf(EOFException.class);
    RespPeer other = connect();
    assertThat(other.call("INFO", "errorstats").text()).contains("errorstat_TRYAGAIN:count=4");
    assertThat(other.call("GET", "a").text()).isEqualTo("old");
    assertThat(other.call("INCR", "n").text()).isEqualTo("1");
    assertThat(other.call("SET", "a", "new").text()).isEqualTo("OK");
    assertThat(get("a")).isEqualTo("new");
  }

  @Test
  void shouldDoNothingOfAPipelineBehindATurnThatDidNotHappen() throws Exception {
    RespPeer peer = connect();
    log.hold();
    List<List<String>> increments = new ArrayList<>();
    for (int i = 0; i < 3 * Execution.REQUESTS_PER_TURN / 2; i++) {
      increments.add(List.of("INCR", "n" + i));
    }
    peer.sendTogether(increments);
    Eventually.await(log::isHolding);
    log.end(Outcome.NOT_DONE, "there is no heap");
    for (int i = 0; i < Execution.REQUESTS_PER_TURN; i++) {
      assertThat(peer.read().text()).startsWith("TRYAGAIN nothing was changed");
    }
    assertThatThrownBy(peer::read).isInstanceOf(EOFException.class);
    assertThat(store.size()).isZero();
  }

  @Test
  void shouldSayOfEachWriteThatItsOutcomeIsNotKnownAndKeepWhatIsTrue() throws Exception {
    RespPeer peer = connect();
    log.hold();
    peer.sendTogether(
        List.of(
            words("PING"),
            words("MULTI"),
            words("SET a 1"),
            words("EXEC"),
            words("PING"),
            words("INCR n")));
    Eventually.await(log::isHolding);
    log.end(Outcome.UNKNOWN, "the disk hangs");
    assertThat(peer.read()).hasToString("+PONG");
    assertThat(peer.read()).hasToString("+OK");
    assertThat(peer.read()).hasToString("+QUEUED");
    assertThat(peer.read().text()).startsWith("UNKNOWN ").endsWith("the disk hangs");
    assertThat(peer.read()).hasToString("+PONG");
    // Clients send again by themselves what has no reply when the connection ends.
    assertThat(peer.read().text()).startsWith("UNKNOWN ").endsWith("the disk hangs");
    assertThatThrownBy(peer::read).isInstanceOf(EOFException.class);
  }

  @Test
  void shouldCloseToWhomHasSentAPartOfARequestBehindAWriteThatDidNotHappen() throws Exception {
    RespPeer peer = connect();
    log.hold();
    String request = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n%s\r\n";
    peer.sendBytes(request.formatted("1") + request.formatted("2").substring(0, 20));
    Eventually.await(log::isHolding);
    log.end(Outcome.NOT_DONE, "there is no heap");
    assertThat(peer.read().text()).startsWith("TRYAGAIN nothing was changed");
    assertThatThrownBy(peer::read).isInstanceOf(EOFException.class);
    assertThat(store.size()).isZero();
    assertThat(log.entries()).isEqualTo(1);
  }

  @Test
  void shouldNotKnowWhatBecameOfACommandOfWhichAnEntryDidNotHappen() throws Exception {
    RespPeer peer = connect();
    List<String> set = new ArrayList<>(List.of("MSET"));
    List<String> delete = new ArrayList<>(List.of("DEL"));
    for (int i = 0; i < 2_000; i++) {
      set.addAll(List.of("key " + i, "v"));
      delete.add("key " + i);
    }
    peer.call(set);
    log.hold();
    peer.send(delete);
    Eventually.await(log::isHolding);
    log.end(Outcome.NOT_DONE, "there is no heap");
    assertThat(peer.read().text()).startsWith("UNKNOWN ").endsWith("there is no heap");
    assertThatThrownBy(peer::read).isInstanceOf(EOFException.class);
    assertThat(store.size()).isEqualTo(2_000);
  }

  /** If it does not happen there is no reply behind that of the command of many turns. */
  @Test
  void shouldDoNothingInTheTurnInWhichACommandOfSeveralEntriesEnds() throws Exception {
    RespPeer peer = connect();
    List<String> set = new ArrayList<>(List.of("MSET"));
    List<String> delete = new ArrayList<>(List.of("DEL"));
    for (int i = 0; i < 2 * Execution.REQUESTS_PER_TURN - 50; i++) {
      set.addAll(List.of("key " + i, "v"));
      delete.add("key " + i);
    }
    peer.call(set);
    int before = log.entries();
    log.hold();
    peer.sendTogether(List.of(delete, List.of("INCR", "n")));
    int entries = 0;
    while (!store.contains(Slice.of("n"))) {
      Eventually.await(() -> log.isHolding() || store.contains(Slice.of("n")));
      if (log.isHolding()) {
        entries++;
        log.endOne(Outcome.DONE, "");
      }
    }
    assertThat(log.entries() - before).isEqualTo(entries);
    assertThat(peer.read()).hasToString(":" + (delete.size() - 1));
    assertThat(peer.read()).hasToString(":1");
    assertThat(entries).isEqualTo(3);
  }

  @Test
  void shouldTellNobodyOfAnEntryThatDidNotHappenWhoWantsNoReplies() throws Exception {
    RespPeer silent = connect();
    log.hold();
    silent.sendTogether(List.of(words("CLIENT REPLY OFF"), words("SET a 1")));
    Eventually.await(log::isHolding);
    log.end(Outcome.NOT_DONE, "there is no heap");
    assertThatThrownBy(silent::read).isInstanceOf(EOFException.class);
    assertThat(store.size()).isZero();
  }

  @Test
  void shouldLetAllOfAnEntrySeeTheirLastReplyHoweverManyTheyAre() throws Exception {
    RespPeer first = connect();
    log.hold();
    first.send(List.of("SET", "a", "1"));
    Eventually.await(log::isHolding);
    List<RespPeer> peers = new ArrayList<>();
    for (int i = 0; i < 3 * EventLoop.MAX_LINGERING; i++) {
      RespPeer peer = connect();
      peer.sendTogether(List.of(words("PING"), List.of("SET", "key " + i, "1")));
      assertThat(peer.read()).hasToString("+PONG");
      peers.add(peer);
    }
    log.endOne(Outcome.DONE, "");
    Eventually.await(log::isHolding);
    for (RespPeer peer : peers) {
      // The server does not read it, and so a plain end would be a reset.
      peer.send(words("PING"));
    }
    log.endOne(Outcome.NOT_DONE, "there is no heap");
    for (RespPeer peer : peers) {
      assertThat(peer.read().text()).startsWith("TRYAGAIN nothing was changed");
      assertThatThrownBy(peer::read).isInstanceOf(EOFException.class);
    }
    for (RespPeer peer : peers) {
      // No reset has come.
      peer.send(words("PING"));
    }
    assertThat(first.read()).hasToString("+OK");
    assertThat(store.size()).isEqualTo(1);
  }

  @Test
  void shouldTellWhetherTheLogIsWell() throws Exception {
    RespPeer peer = connect();
    assertThat(peer.call("INFO", "persistence").text())
        .contains("aof_enabled:1\r\n", "aof_last_write_status:ok\r\n");
    assertThat(peer.call("CONFIG", "GET", "appendonly")).hasToString("*[$appendonly, $yes]");
    log.fail("No space left on device");
    assertThat(peer.call("INFO", "persistence").text()).contains("aof_last_write_status:err\r\n");
  }

  @Test
  void shouldMakeOneEntryOfWritesWithPingsBetweenThem() throws Exception {
    RespPeer peer = connect();
    List<List<String>> requests = new ArrayList<>();
    for (String between : List.of("PING", "ECHO x", "SELECT 0", "UNWATCH")) {
      requests.add(words("INCR n"));
      requests.add(words(between));
    }
    peer.sendTogether(requests);
    for (int i = 0; i < requests.size(); i++) {
      assertThat(peer.read().isError()).isFalse();
    }
    assertThat(log.entries()).isEqualTo(1);
  }

  @Test
  void shouldKeepTransactionsAndWhatTheyWatchWhole() throws Exception {
    RespPeer one = connect();
    RespPeer other = connect();
    one.call("SET", "a", "1");
    one.call("WATCH", "a");
    one.call("MULTI");
    one.call("SET", "b", "2");
    other.call("SET", "a", "3");
    assertThat(one.call("EXEC")).isEqualTo(Reply.NIL);
    // A version that is pending is none to watch.
    for (List<String> words :
        List.of(
            List.of("SET", "a", "4"),
            List.of("WATCH", "a"),
            List.of("MULTI"),
            List.of("INCR", "a"),
            List.of("EXEC"))) {
      one.send(words);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(one.read().isError()).isFalse();
    }
    assertThat(one.read()).hasToString("*[:5]");
    assertThat(get("b")).isEqualTo("absent");
  }

  @Test
  void shouldCarryOutTransactionsThatOnlyReadWhileAnEntryIsUnderWay() throws Exception {
    RespPeer writer = connect();
    RespPeer reader = connect();
    writer.call("SET", "a", "old");
    reader.call("WATCH", "a");
    log.hold();
    writer.sendTogether(List.of(words("SET a new"), words("MULTI"), words("GET a"), words("EXEC")));
    Eventually.await(log::isHolding);
    for (int i = 0; i < 10; i++) {
      reader.call("MULTI");
      reader.call("GET", "a");
      reader.call("DBSIZE");
      assertThat(reader.call("EXEC")).hasToString("*[$old, :1]");
    }
    reader.call("MULTI");
    assertThat(reader.call("EXEC")).hasToString("*");
    reader.call("WATCH", "a");
    log.letGo();
    assertThat(writer.read().text()).isEqualTo("OK");
    assertThat(writer.read().text()).isEqualTo("OK");
    assertThat(writer.read().text()).isEqualTo("QUEUED");
    assertThat(writer.read()).hasToString("*[$new]");
    reader.call("MULTI");
    reader.call("GET", "a");
    assertThat(reader.call("EXEC")).isEqualTo(Reply.NIL);
  }

  @Test
  void shouldMakeManyEntriesOfACommandOfManyKeys() throws Exception {
    RespPeer peer = connect();
    List<String> set = new ArrayList<>(List.of("MSET"));
    List<String> delete = new ArrayList<>(List.of("DEL"));
    for (int i = 0; i < 8_000; i++) {
      set.add("key " + i);
      set.add("v");
      delete.add("key " + i);
      delete.add("another " + i);
    }
    peer.send(List.of("SET", "first", "1"));
    assertThat(peer.call(set).text()).isEqualTo("OK");
    assertThat(peer.read().text()).isEqualTo("OK");
    assertThat(store.size()).isEqualTo(8_001);
    assertThat(peer.call(delete).text()).isEqualTo("8000");
    assertThat(store.size()).isEqualTo(1);
    peer.call(set);
    peer.send(List.of("FLUSHALL"));
    peer.send(List.of("SET", "a", "1"));
    assertThat(peer.call("KEYS", "*").text()).isEqualTo("OK");
    assertThat(peer.read().text()).isEqualTo("OK");
    assertThat(peer.read()).hasToString("*[$a]");
  }

  @Test
  void shouldTellClientsThatAWriteIsTooLargeForTheLogAndServeThemOn() {
    Endpoint endpoint = new Endpoint("127.0.0.1", server.port());
    Slice half = Slice.of(new byte[PendingWrites.MAX_COMMAND_BYTES / 2 + (1 << 20)]);
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of("a"), half);
    batch.put(Slice.of("b"), half);
    try (Client client = new TcpTransport().connect(endpoint, Patient.options())) {
      assertThat(client.writeAll(batch)).isEqualTo(Status.ENTRY_TOO_LARGE);
      Slice whole = Slice.of(new byte[PendingWrites.MAX_COMMAND_BYTES + (1 << 20)]);
      assertThat(client.put(Slice.of("c"), whole)).isEqualTo(Status.ENTRY_TOO_LARGE);
      assertThat(store.size()).isZero();
      assertThat(client.put(Slice.of("c"), half).isError()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldTellAClientWhyTheOutcomeIsNotKnown(boolean batches) throws Exception {
    Endpoint endpoint = new Endpoint("127.0.0.1", server.port());
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of("a"), Slice.of("1"));
    batch.put(Slice.of("b"), Slice.of("2"));
    try (Client client = new TcpTransport().connect(endpoint, Patient.options())) {
      assertThat(client.writeAll(batch)).isEqualTo(Status.DONE);
      log.hold();
      if (batches) {
        client.submitWriteAll(batch);
      } else {
        client.submitPut(Slice.of("a"), Slice.of("3"));
      }
      client.flush();
      Eventually.await(log::isHolding);
      log.fail("No space left on device");
      assertThatThrownBy(() -> client.complete(new RecordSink()))
          .isInstanceOf(TransportException.class)
          .hasMessageContaining("UNKNOWN what was written")
          .hasMessageContaining("No space left on device");
    }
  }

  private static List<String> words(String words) {
    return List.of(words.split(" "));
  }

  /** Waits until the server has read what was sent before. */
  private void awaitArrival() throws IOException {
    assertThat(connect().call("GET", "nothing")).isEqualTo(Reply.NIL);
  }

  /** Begins a transaction that needs an entry of its own. */
  private static void queueMostKeysAndGet(RespPeer peer, String key) throws IOException {
    peer.call("MULTI");
    int most = WriteBatch.MAX_KEYS - 1;
    for (int i = 0; i < most; i++) {
      peer.send(List.of("SET", "key", "" + i));
    }
    peer.send(List.of("GET", key));
    for (int i = 0; i <= most; i++) {
      assertThat(peer.read().text()).isEqualTo("QUEUED");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldLetWhoWaitsComeBeforeWhoHasMoreToWrite(boolean busyPoll) throws Exception {
    restart(1, busyPoll);
    RespPeer busy = connect();
    RespPeer waiting = connect();
    queueMostKeysAndGet(waiting, "n");
    log.hold();
    int times = 200;
    List<List<String>> pipeline = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      // Behind a write of the same turn it waits, and keeps what is behind it.
      pipeline.addAll(List.of(words("INCR n"), words("DBSIZE")));
    }
    busy.sendTogether(pipeline);
    Eventually.await(log::isHolding);
    waiting.send(List.of("EXEC"));
    awaitArrival();
    log.letGo();
    assertThat(waiting.read().toString()).endsWith(", $1]");
    for (int i = 1; i <= times; i++) {
      assertThat(busy.read().text()).isEqualTo("" + i);
      busy.read();
    }
  }

  @Test
  void shouldLetWhoWaitsComeBeforeThoseWhoseTurnWasOverWithoutAWrite() throws Exception {
    RespPeer reader = connect();
    RespPeer waiting = connect();
    reader.call("SET", "n", "0");
    for (int i = 0; i < 32; i++) {
      RespPeer busy = connect();
      Thread.ofVirtual().start(() -> readMuchAndWriteLittle(busy));
    }
    Eventually.await(() -> Integer.parseInt(reader.call("GET", "n").text()) >= 100);
    int between = Integer.MAX_VALUE;
    for (int i = 0; i < MOST_ATTEMPTS && between >= 400; i++) {
      queueMostKeysAndGet(waiting, "n");
      int before = Integer.parseInt(reader.call("GET", "n").text());
      waiting.send(words("EXEC"));
      int then = Integer.parseInt(waiting.read().elements().getLast().text());
      between = then - before;
    }
    // Some were counted while the request was on its way.
    assertThat(between).isLessThan(400);
  }

  /** Until it is closed. */
  private static void readMuchAndWriteLittle(RespPeer peer) {
    List<String> wholeTurn = new ArrayList<>(List.of("MGET"));
    wholeTurn.addAll(Collections.nCopies(Execution.REQUESTS_PER_TURN, "a"));
    List<List<String>> requests = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      requests.addAll(List.of(wholeTurn, wholeTurn, words("INCR n")));
    }
    try {
      while (true) {
        peer.sendTogether(requests);
        for (int i = 0; i < requests.size(); i++) {
          peer.read();
        }
      }
    } catch (IOException e) {
      // The test has seen what it wanted to see.
    }
  }

  @Test
  void shouldPutTransactionsOfManyPutsIntoOneEntry() throws Exception {
    RespPeer first = connect();
    log.hold();
    first.send(words("SET a 1"));
    Eventually.await(log::isHolding);
    List<RespPeer> others = List.of(connect(), connect());
    for (RespPeer other : others) {
      other.call("MULTI");
      for (int i = 0; i < 4_000; i++) {
        other.send(List.of("SET", "key " + i, "v"));
      }
      for (int i = 0; i < 4_000; i++) {
        assertThat(other.read().text()).isEqualTo("QUEUED");
      }
      other.send(words("EXEC"));
      awaitArrival();
    }
    log.letGo();
    for (RespPeer other : others) {
      assertThat(other.read().elements()).hasSize(4_000);
    }
    assertThat(log.entries()).isEqualTo(2);
  }

  @Test
  void shouldLetATransactionOfFewKeysIntoAnEntryOfOthers() throws Exception {
    RespPeer first = connect();
    RespPeer second = connect();
    RespPeer third = connect();
    third.call("MULTI");
    third.call("SET", "c", "v".repeat(100_000));
    log.hold();
    first.send(words("SET a 1"));
    Eventually.await(log::isHolding);
    second.send(words("SET b 2"));
    awaitArrival();
    third.send(words("EXEC"));
    awaitArrival();
    log.letGo();
    assertThat(first.read().text()).isEqualTo("OK");
    assertThat(second.read().text()).isEqualTo("OK");
    assertThat(third.read()).hasToString("*[+OK]");
    assertThat(log.entries()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerWhatIsUnderWayWhenItIsStopped(boolean ends) throws Exception {
    String answer = answerWhenItIsStopped(ends);
    for (int i = 1; i < MOST_ATTEMPTS && ends && !answer.equals("OK"); i++) {
      log.letGo();
      server = serve(1, false);
      answer = answerWhenItIsStopped(true);
    }
    if (ends) {
      assertThat(answer).isEqualTo("OK");
    } else {
      assertThat(answer).startsWith("UNKNOWN ").contains("was stopped");
    }
  }

  private String answerWhenItIsStopped(boolean ends) throws Exception {
    RespPeer writer = connect();
    log.hold();
    writer.send(words("SET a 1"));
    Eventually.await(log::isHolding);
    Thread closing = Thread.ofPlatform().start(server::close);
    if (ends) {
      log.letGo();
    }
    String answer = writer.read().text();
    closing.join();
    return answer;
  }

  @Test
  void shouldAnswerWhatEndsInItsLastRound() throws Exception {
    CountDownLatch goesOn = new CountDownLatch(1);
    CountDownLatch reads = new CountDownLatch(1);
    store.put(Slice.of("slow"), Slice.of("1"));
    Store slow =
        new RacedStore(
            store,
            RacedStore.Moment.AFTER_READING,
            other -> {
              reads.countDown();
              await(goesOn);
            });
    server.close();
    server = serve(slow, 1, false);
    RespPeer writer = connect();
    RespPeer reader = connect();
    log.hold();
    writer.send(words("SET a 1"));
    Eventually.await(log::isHolding);
    reader.send(words("GET slow"));
    await(reads);
    log.letGo();
    log.close();
    Thread closing = Thread.ofPlatform().start(server::close);
    try {
      Eventually.await(() -> JOINS.contains(closing.getState()));
    } finally {
      goesOn.countDown();
    }
    assertThat(writer.read().text()).isEqualTo("OK");
    closing.join();
  }

  @Test
  void shouldRestWhileAClientSaysMoreThanItMayDoYet() throws Exception {
    RespPeer writer = connect();
    RespPeer waiting = connect();
    waiting.call("PING");
    log.hold();
    writer.send(words("SET a 1"));
    Eventually.await(log::isHolding);
    waiting.send(words("SET b 1"));
    // What they send next comes in a round of its own.
    connect().call("PING");
    writer.send(words("GET a"));
    waiting.send(words("GET b"));
    connect().call("PING");
    assertThat(ServerThreads.processorShare("wisp-tcp-0")).isLessThan(0.3);
    log.letGo();
    assertThat(writer.read().text()).isEqualTo("OK");
    assertThat(writer.read().text()).isEqualTo("1");
    assertThat(waiting.read().text()).isEqualTo("OK");
    assertThat(waiting.read().text()).isEqualTo("1");
  }

  @Test
  void shouldCloseNobodyForTheTimeThatTheLogTakes() throws Exception {
    Duration soon = Duration.ofSeconds(1);
    Undisturbed.run(soon.dividedBy(4), pulse -> writeWhileTheLogTakesLong(soon, pulse));
  }

  private void writeWhileTheLogTakesLong(Duration soon, Undisturbed.Pulse pulse) throws Exception {
    log.letGo();
    server.close();
    server =
        new RunningServer(
            store,
            options -> options.withThreads(1).withIdleTimeout(soon).withWriteLog(log),
            TcpLimits.defaults().withStall(soon));
    pulse.beat();
    RespPeer writer = connect();
    RespPeer waiting = connect();
    waiting.call("PING");
    pulse.beat();
    log.hold();
    // They keep memory: a reply and requests, or requests alone.
    writer.sendTogether(List.of(words("SET a 1"), words("DBSIZE")));
    Eventually.await(log::isHolding);
    waiting.sendTogether(List.of(words("SET b 1"), words("DBSIZE")));
    pulse.rest();
    Thread.sleep(3 * soon.toMillis());
    log.letGo();
    assertThat(writer.read().text()).isEqualTo("OK");
    assertThat(waiting.read().text()).isEqualTo("OK");
    assertThat(waiting.read().isError()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldCountEachIncrementOfManyLoops(boolean busyPoll) throws Exception {
    restart(4, busyPoll);
    int clients = 12;
    int times = 200;
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      RespPeer peer = connect();
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int j = 0; j < times; j++) {
                        assertThat(peer.call("INCR", "n").isError()).isFalse();
                      }
                    } catch (IOException | AssertionError e) {
                      synchronized (failures) {
                        failures.add(e);
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(get("n")).isEqualTo(Integer.toString(clients * times));
  }

  @Test
  void shouldAnswerRandomCommandsAsAServerWithoutALogDoes() throws Exception {
    long seed = Long.getLong("wisp.difference.seed", System.nanoTime());
    Random random = new Random(seed);
    try (RunningServer plain = new RunningServer()) {
      RespPeer logged = connect();
      RespPeer wanted = connect(plain.port());
      RandomCommands commands = new RandomCommands(random);
      for (int round = 0; round < 300; round++) {
        List<Request> requests = new ArrayList<>();
        for (int i = random.nextInt(12); i >= 0; i--) {
          Request request = commands.next();
          if (request.comparison() == Comparison.EXACT
              && !request.words().getFirst().equalsIgnoreCase("client")
              && !request.words().contains("appendonly")) {
            requests.add(request);
          }
        }
        for (Request request : requests) {
          logged.send(request.words());
          wanted.send(request.words());
        }
        for (Request request : requests) {
          assertThat(logged.read().toString())
              .as("seed %s, %s of %s", seed, request, requests)
              .isEqualTo(wanted.read().toString());
        }
      }
    }
  }
}
