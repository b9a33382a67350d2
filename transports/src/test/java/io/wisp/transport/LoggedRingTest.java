// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.KeySlot;
import io.wisp.cluster.SlotRange;
import io.wisp.store.PendingWrites;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.testing.Eventually;
import io.wisp.transport.WriteLog.Outcome;
import io.wisp.transport.tcp.TcpTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server by rings that logs writes before they happen, with a log that a test can hold up. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class LoggedRingTest extends TransportFixture {

  private static final Status[] WRITTEN = {Status.CREATED, Status.REPLACED};
  private static final long AN_HOUR = TimeUnit.HOURS.toNanos(1);

  /** What a test says of who leads. */
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

  private final Told told = new Told();
  private final HeldLog log = new HeldLog(store);

  @Override
  protected ServerOptions serving(Store served, ServerOptions options) {
    return options.writeLog() == null ? options.withWriteLog(log) : options;
  }

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withMaxOutstanding(20_000);
  }

  /** It is closed behind the servers. */
  @BeforeEach
  void open() {
    closedAfterwards(log);
  }

  @AfterEach
  void letGo() {
    log.letGo();
  }

  private String stored(String key) {
    byte[] bytes = store.get(key.getBytes(UTF_8));
    return bytes == null ? "absent" : new String(bytes, UTF_8);
  }

  private String got(Client client, String key) {
    return client.get(slice(key), value) == Status.FOUND ? text() : "absent";
  }

  private String completed(Client client) {
    Status status = client.complete(value);
    return status == Status.FOUND ? text() : status.toString();
  }

  private String text() {
    return new String(value.toByteArray(), UTF_8);
  }

  /** Sends what was submitted, and waits until an entry is under way. */
  private void flushAndAwaitEntry(Client client) throws InterruptedException {
    client.flush();
    Eventually.await(log::isHolding);
  }

  @Test
  void shouldAnswerAWriteWhenItIsInTheLogAndLetOthersReadMeanwhile() throws Exception {
    Server server = serve();
    Client writer = connect(server);
    Client reader = connect(server);
    writer.put(slice("a"), slice("old"));
    log.hold();
    writer.submitPut(slice("a"), slice("new"));
    flushAndAwaitEntry(writer);
    for (int i = 0; i < 100; i++) {
      assertThat(got(reader, "a")).isEqualTo("old");
      assertThat(writer.isReplyReady()).isFalse();
    }
    assertThat(stored("a")).isEqualTo("old");
    log.letGo();
    assertThat(completed(writer)).isEqualTo("REPLACED");
    assertThat(got(reader, "a")).isEqualTo("new");
  }

  @Test
  void shouldAnswerInOrderAndSeeItsOwnWritesInOneEntry() throws Exception {
    Server server = serve();
    Client client = connect(server);
    Client reader = connect(server);
    log.hold();
    client.submitGet(slice("a"));
    client.submitPut(slice("a"), slice("1"));
    client.submitPut(slice("a"), slice("2"));
    client.submitDelete(slice("a"));
    client.submitGet(slice("a"));
    client.submitDelete(slice("a"));
    client.submitPut(slice("b"), slice("3"));
    flushAndAwaitEntry(client);
    assertThat(completed(client)).isEqualTo("ABSENT");
    assertThat(got(reader, "b")).isEqualTo("absent");
    assertThat(client.isReplyReady()).isFalse();
    log.letGo();
    for (String wanted : List.of("CREATED", "REPLACED", "DELETED", "ABSENT", "ABSENT", "CREATED")) {
      assertThat(completed(client)).isEqualTo(wanted);
    }
    assertThat(log.entries()).isEqualTo(1);
    assertThat(stored("b")).isEqualTo("3");
    assertThat(store.size()).isEqualTo(1);
  }

  private static WriteBatch replacement(String key, String value, long version) {
    WriteBatch batch = new WriteBatch();
    batch.put(slice(key), slice(value), Store.NEVER, WriteCondition.IF_VERSION, version);
    return batch;
  }

  @Test
  void shouldTellTheVersionOfItsOwnWriteWhenThatHasHappened() throws Exception {
    Client client = connect(serve());
    log.hold();
    client.submitPut(slice("a"), slice("1"));
    client.submitGet(slice("a"));
    client.submitPut(slice("b"), slice("1"));
    flushAndAwaitEntry(client);
    log.letGo();
    assertThat(completed(client)).isEqualTo("CREATED");
    assertThat(completed(client)).isEqualTo("1");
    long version = value.version();
    assertThat(completed(client)).isEqualTo("CREATED");
    assertThat(log.entries()).isEqualTo(2);
    assertThat(version).isPositive();
    assertThat(client.writeAll(replacement("a", "2", version))).isEqualTo(Status.DONE);
    assertThat(client.writeAll(replacement("a", "3", -1))).isEqualTo(Status.CONFLICT);
    assertThat(stored("a")).isEqualTo("2");
  }

  @Test
  void shouldPutWhatArrivesMeanwhileIntoTheNextEntry() throws Exception {
    Server server = serve();
    Client first = connect(server);
    List<Client> others = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      others.add(connect(server));
    }
    log.hold();
    first.submitPut(slice("first"), slice("v"));
    flushAndAwaitEntry(first);
    for (int i = 0; i < others.size(); i++) {
      others.get(i).submitPut(slice("key" + i), slice("v"));
      others.get(i).flush();
    }
    // They have arrived when one that came later is answered.
    assertThat(got(connect(server), "first")).isEqualTo("absent");
    log.letGo();
    assertThat(completed(first)).isEqualTo("CREATED");
    for (Client other : others) {
      assertThat(completed(other)).isEqualTo("CREATED");
    }
    assertThat(log.entries()).isLessThan(5);
  }

  @Test
  void shouldSayThatNothingHappenedAndServeOn() throws Exception {
    Client client = connect(serve());
    client.put(slice("a"), slice("old"));
    log.hold();
    client.submitGet(slice("a"));
    client.submitDelete(slice("a"));
    client.submitGet(slice("a"));
    client.submitPut(slice("b"), slice("new"));
    flushAndAwaitEntry(client);
    log.end(Outcome.NOT_DONE, "there is no heap");
    for (String wanted : List.of("old", "TRY_AGAIN", "TRY_AGAIN", "TRY_AGAIN")) {
      assertThat(completed(client)).isEqualTo(wanted);
    }
    assertThat(stored("a")).isEqualTo("old");
    assertThat(client.put(slice("a"), slice("new"))).isEqualTo(Status.REPLACED);
    assertThat(stored("a")).isEqualTo("new");
    assertThat(stored("b")).isEqualTo("absent");
  }

  @Test
  void shouldSayThatAnOutcomeIsNotKnownAndRefuseWritesFromThenOn() throws Exception {
    Server server = serve();
    Client client = connect(server);
    Client waiting = connect(server);
    client.put(slice("a"), slice("old"));
    log.hold();
    client.submitDelete(slice("a"));
    client.submitGet(slice("a"));
    flushAndAwaitEntry(client);
    waiting.submitPut(slice("b"), slice("1"));
    waiting.flush();
    assertThat(got(connect(server), "a")).isEqualTo("old");
    log.fail("No space left on device" + " in vain".repeat(100_000));
    assertThat(completed(client)).isEqualTo("OUTCOME_UNKNOWN");
    assertThat(completed(client)).isEqualTo("TRY_AGAIN");
    assertThat(completed(waiting)).isEqualTo("LOG_FAILED");
    assertThat(client.delete(slice("a"))).isEqualTo(Status.LOG_FAILED);
    assertThat(got(client, "a")).isEqualTo("old");
  }

  @Test
  void shouldKeepTheLengthsOfRepliesThatAreReplaced() throws Exception {
    Client client = connect(serve());
    log.hold();
    int count = 500;
    for (int i = 0; i < 100; i++) {
      store.put(slice("key" + i), Slice.of(randomBytes(i)));
    }
    for (int i = 0; i < count; i++) {
      client.submitPut(slice("a"), slice("1"));
      client.submitGet(slice("key" + i % 100));
    }
    client.flush();
    int failed = 0;
    for (int i = 0; i < count; i++) {
      while (!client.isReplyReady()) {
        if (log.isHolding()) {
          log.endOne(i % 2 == 0 ? Outcome.NOT_DONE : Outcome.UNKNOWN, "for that length");
        }
      }
      Status written = client.complete(value);
      assertThat(written).isIn(Status.TRY_AGAIN, Status.OUTCOME_UNKNOWN);
      while (!client.isReplyReady()) {
        if (log.isHolding()) {
          log.endOne(Outcome.NOT_DONE, "for that length");
        }
      }
      failed += client.complete(value) == Status.TRY_AGAIN ? 1 : 0;
    }
    // But for those that a turn begins with.
    assertThat(failed).isGreaterThan(count / 2);
    log.letGo();
    assertThat(client.put(slice("a"), slice("1"))).isEqualTo(Status.CREATED);
  }

  @Test
  void shouldHoldUpWhoSendsOnWhileItsRepliesAreHeld() throws Exception {
    Client client = connect(serve());
    log.hold();
    int count = 20_000;
    AtomicInteger sent = new AtomicInteger();
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < count; i++) {
                client.submitPut(slice("key" + i % 100), slice("" + i));
                sent.incrementAndGet();
              }
              client.flush();
            });
    Eventually.await(log::isHolding);
    int before = -1;
    while (before != sent.get()) {
      before = sent.get();
      Thread.sleep(100);
    }
    assertThat(before).isLessThan(count / 2);
    assertThat(log.entries()).isEqualTo(1);
    log.letGo();
    sending.get();
    for (int i = 0; i < count; i++) {
      assertThat(completed(client)).isEqualTo(i < 100 ? "CREATED" : "REPLACED");
    }
    assertThat(stored("key99")).isEqualTo("" + (count - 1));
  }

  @Test
  void shouldDecideBatchesAndConditionsByWhatIsPending() throws Exception {
    Client client = connect(serve());
    WriteBatch absent = new WriteBatch();
    absent.put(slice("a"), slice("1"), Store.NEVER, WriteCondition.IF_ABSENT, 0);
    absent.put(slice("b"), slice("1"));
    WriteBatch present = new WriteBatch();
    present.require(slice("a"), WriteCondition.IF_PRESENT, 0);
    present.delete(slice("b"), WriteCondition.ALWAYS, 0);
    log.hold();
    client.submitWriteAll(absent);
    client.submitWriteAll(absent);
    client.submitWriteAll(present);
    client.submitGet(slice("b"));
    client.submitPut(slice("c"), slice("1"));
    flushAndAwaitEntry(client);
    assertThat(store.size()).isZero();
    log.letGo();
    for (String wanted : List.of("DONE", "CONFLICT", "DONE", "ABSENT", "CREATED")) {
      assertThat(completed(client)).isEqualTo(wanted);
    }
    assertThat(log.entries()).isEqualTo(1);
    assertThat(stored("a")).isEqualTo("1");
    assertThat(stored("b")).isEqualTo("absent");
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void shouldHoldLongRequestsAndLongRepliesLikewise(Outcome outcome) throws Exception {
    Client client = connect(serve());
    byte[] old = randomBytes(2_000_000);
    byte[] written = randomBytes(3_000_000);
    client.put(slice("long"), Slice.of(old));
    client.put(slice("other"), Slice.of(old));
    log.hold();
    client.submitPut(slice("long"), Slice.of(written));
    client.submitGet(slice("other"));
    client.submitPut(slice("a"), slice("1"));
    flushAndAwaitEntry(client);
    assertThat(client.isReplyReady()).isFalse();
    log.end(outcome, "for that");
    Status first = client.complete(value);
    Status second = client.complete(value);
    if (outcome == Outcome.DONE) {
      assertThat(first).isEqualTo(Status.REPLACED);
      assertThat(value.toByteArray()).isEqualTo(old);
    } else {
      assertThat(first)
          .isEqualTo(outcome == Outcome.UNKNOWN ? Status.OUTCOME_UNKNOWN : Status.TRY_AGAIN);
      assertThat(second).isEqualTo(Status.TRY_AGAIN);
    }
    assertThat(completed(client)).isEqualTo("CREATED");
    assertThat(client.get(slice("long"), value)).isEqualTo(Status.FOUND);
    assertThat(value.toByteArray()).isEqualTo(outcome == Outcome.DONE ? written : old);
  }

  @Test
  void shouldSayThatAWriteIsTooLargeForTheLogAndServeOn() {
    Client client = connect(serve());
    Slice tooLong = Slice.of(new byte[PendingWrites.MAX_COMMAND_BYTES + (1 << 20)]);
    assertThat(client.put(slice("a"), tooLong)).isEqualTo(Status.ENTRY_TOO_LARGE);
    assertThat(client.put(slice("a"), slice("1"))).isEqualTo(Status.CREATED);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 2_000_000})
  void shouldServeOthersWhenAClientEndsWhoseWriteIsUnderWay(int length) throws Exception {
    Server server = serve();
    Client other = connect(server);
    log.hold();
    for (int i = 0; i < 5; i++) {
      try (Client client = transport().connect(server.endpoint(), clientOptions())) {
        client.submitPut(slice("key" + i), Slice.of(randomBytes(length)));
        client.submitGet(slice("key" + i));
        client.submitPut(slice("next" + i), slice("v"));
        client.flush();
        if (i == 0) {
          Eventually.await(log::isHolding);
        }
        assertThat(got(other, "a")).isEqualTo("absent");
      }
    }
    Eventually.await(() -> server.statistics().connections() == 1);
    log.letGo();
    assertThat(other.put(slice("a"), slice("1"))).isEqualTo(Status.CREATED);
    assertThat(store.contains(slice("key0"))).isTrue();
    assertThat(server.statistics().connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerWhatIsUnderWayWhenItIsStopped(boolean ends) throws Exception {
    Server server = serve();
    Client client = connect(server);
    log.hold();
    client.submitPut(slice("a"), slice("1"));
    flushAndAwaitEntry(client);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
    if (ends) {
      log.letGo();
    }
    assertThat(completed(client)).isEqualTo(ends ? "CREATED" : "OUTCOME_UNKNOWN");
    closing.get();
  }

  @Test
  void shouldRestWhileTheLogHoldsAnEntry() throws Exception {
    Server server = serve();
    Client client = connect(server);
    Client waiting = connect(server);
    log.hold();
    client.submitPut(slice("a"), slice("1"));
    flushAndAwaitEntry(client);
    client.submitGet(slice("a"));
    client.flush();
    waiting.submitPut(slice("b"), slice("1"));
    waiting.flush();
    assertThat(got(connect(server), "a")).isEqualTo("absent");
    assertThat(ServerThreads.processorShare("wisp-" + transport().name() + "-0")).isLessThan(0.3);
    log.letGo();
    assertThat(completed(client)).isEqualTo("CREATED");
    assertThat(completed(client)).isEqualTo("1");
    assertThat(completed(waiting)).isEqualTo("CREATED");
  }

  @Test
  void shouldEndNobodyForTheTimeThatTheLogTakes() throws Exception {
    Duration soon = Duration.ofSeconds(1);
    Server server = serve(serverOptions().withIdleTimeout(soon));
    Client client = connect(server);
    Client waiting = connect(server);
    log.hold();
    client.submitPut(slice("a"), slice("1"));
    flushAndAwaitEntry(client);
    waiting.submitPut(slice("b"), slice("1"));
    waiting.flush();
    Thread.sleep(3 * soon.toMillis());
    log.letGo();
    assertThat(completed(client)).isEqualTo("CREATED");
    assertThat(completed(waiting)).isEqualTo("CREATED");
  }

  @Test
  void shouldShareTheLogWithClientsOfTcp() throws Exception {
    ServerOptions options = serverOptions().withThreads(2).withWriteLog(log).sharingLog(store);
    Server rings = serve(options);
    Server tcp = closedAfterwards(new TcpTransport().serve(store, options));
    int times = 100;
    SideBySide.run(
        6,
        number -> {
          Transport chosen = number % 2 == 0 ? transport() : new TcpTransport();
          Server server = number % 2 == 0 ? rings : tcp;
          try (Client client = chosen.connect(server.endpoint(), clientOptions())) {
            for (int i = 0; i < times; i++) {
              assertThat(client.add(slice("n"), 1, _ -> {}).isError()).isFalse();
            }
          }
        });
    assertThat(stored("n")).isEqualTo("" + 6 * times);
  }

  @Test
  void shouldHoldBackWhatWasReadUntilAnEntryBehindItIsCommitted() throws Exception {
    HeldLog shared = closedAfterwards(new HeldLog(store, told));
    store.put(slice("a"), slice("1"));
    Client client = connect(serve(serverOptions().withWriteLog(shared)));
    shared.hold();
    client.submitGet(slice("a"));
    client.flush();
    Eventually.await(shared::isHolding);
    assertThat(client.isReplyReady()).isFalse();
    shared.endOne(Outcome.DONE, "");
    assertThat(completed(client)).isEqualTo("1");
    client.submitGet(slice("a"));
    client.submitPut(slice("a"), slice("2"));
    client.flush();
    Eventually.await(shared::isHolding);
    shared.end(Outcome.NOT_DONE, "another one leads");
    assertThat(completed(client)).isEqualTo("SLOT_NOT_SERVED");
    assertThat(completed(client)).isEqualTo("SLOT_NOT_SERVED");
    told.lease = AN_HOUR;
    int before = shared.entries();
    assertThat(got(client, "a")).isEqualTo("1");
    assertThat(shared.entries()).isEqualTo(before);
    shared.letGo();
  }

  @Test
  void shouldProveTheAnswerToWhatIsTooLongForTheRing() throws Exception {
    HeldLog shared = closedAfterwards(new HeldLog(store, told));
    byte[] bytes = randomBytes(2_000_000);
    store.put(slice("long"), Slice.of(bytes));
    Client client = connect(serve(serverOptions().withWriteLog(shared)));
    shared.hold();
    client.submitGet(slice("long"));
    client.flush();
    Eventually.await(shared::isHolding);
    assertThat(client.isReplyReady()).isFalse();
    shared.letGo();
    assertThat(client.complete(value)).isEqualTo(Status.FOUND);
    assertThat(value.toByteArray()).isEqualTo(bytes);
    assertThat(shared.entries()).isEqualTo(1);
  }

  @Test
  void shouldSendClientsToTheMasterAndServeNothingAsAnotherMember() throws Exception {
    ClusterMember member =
        new ClusterMember(
            "a",
            new ClusterMap(
                1,
                List.of(
                    new ClusterNode("a", "127.0.0.1", 7001, SlotRange.parseAll("0-16383"), "a"),
                    new ClusterNode("b", "127.0.0.1", 7002, List.of(), "a"))));
    HeldLog shared = closedAfterwards(new HeldLog(store, told));
    store.put(slice("a"), slice("1"));
    Client client = connect(serve(serverOptions().withWriteLog(shared).withMember(member)));
    told.held = false;
    assertThat(client.get(slice("a"), value)).isEqualTo(Status.SLOT_NOT_SERVED);
    assertThat(client.put(slice("a"), slice("2"))).isEqualTo(Status.SLOT_NOT_SERVED);
    member.follow("b", 2, true);
    assertThat(client.get(slice("a"), value)).isEqualTo(Status.MOVED);
    assertThat(client.put(slice("a"), slice("2"))).isEqualTo(Status.MOVED);
    assertThat(KeySlot.of(slice("a"))).isPositive();
    assertThat(shared.entries()).isZero();
    member.follow("a", 3, true);
    told.held = true;
    assertThat(client.put(slice("a"), slice("2"))).isIn((Object[]) WRITTEN);
    assertThat(stored("a")).isEqualTo("2");
  }
}
