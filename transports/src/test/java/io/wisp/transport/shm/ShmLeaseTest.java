// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static io.wisp.testing.Eventually.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.cluster.SlotRange;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.Endpoint;
import io.wisp.transport.GetPath;
import io.wisp.transport.HeldLog;
import io.wisp.transport.Leadership;
import io.wisp.transport.Patient;
import io.wisp.transport.Server;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.ring.handshake.ClientFabric;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Gets that read the table of a server which stands behind a log. The test says how long a lease
 * is, and sets the clock of the clients.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmLeaseTest {

  private static final long LEASE = Duration.ofMillis(200).toNanos();
  private static final Slice KEY = Slice.of("key");
  private static final ShmTransport SHM = new ShmTransport();

  /** Of a welcome: type, version, length of the rings, clock and idle time. */
  private static final int BEFORE_FLAGS = 1 + 4 + 4 + 8 + 8;

  /** What the test says of who leads. */
  private static final class Told implements Leadership {

    private volatile boolean held = true;

    @Override
    public boolean isHeld() {
      return held;
    }

    @Override
    public long leaseNanos() {
      return held ? LEASE : 0;
    }
  }

  private final CuckooStore store =
      OneSidedServer.openTable(CuckooStore.Options.ofCapacity(16L << 20));
  private final Told told = new Told();
  private final HeldLog log = new HeldLog(store, told).leasingTable(LEASE);
  private final ValueBuffer value = new ValueBuffer();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong looks = new AtomicLong();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Server server = serve(null);
  private final Client writer = connect(GetPath.RING);

  private static ServerOptions options() {
    return ServerOptions.at(new Endpoint("127.0.0.1", 0));
  }

  private Server serve(@Nullable ClusterMember member) {
    Server started = SHM.serve(store, options().withWriteLog(log).withMember(member));
    opened.push(started);
    return started;
  }

  private Client connect(GetPath path) {
    return connect(server, path, UnaryOperator.identity());
  }

  private Client connect(Server chosen, GetPath path, UnaryOperator<ClientFabric> fabric) {
    Client client =
        SHM.connect(chosen.endpoint(), Patient.options().withGetPath(path), fabric, this::nanoTime);
    opened.push(client);
    return client;
  }

  private long nanoTime() {
    looks.incrementAndGet();
    return nanos.get();
  }

  @AfterEach
  void close() throws Exception {
    log.letGo();
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
    log.close();
    store.close();
    value.close();
  }

  private String got(Client client, String key) {
    return text(client.get(Slice.of(key), value));
  }

  private String completed(Client client) {
    return text(client.complete(value));
  }

  private String text(Status status) {
    return status == Status.FOUND ? new String(value.toByteArray(), UTF_8) : status.toString();
  }

  private static long counter(Client client, String name) {
    return client
        .information()
        .lines()
        .filter(line -> line.startsWith("client_" + name + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** What is done takes so many reads, and so many requests. It begins with a new lease. */
  private void taking(int reads, int requests, Client client, Runnable done) {
    long readsBefore = counter(client, "lookup_reads");
    long requestsBefore = server.statistics().requests();
    done.run();
    assertThat(server.statistics().requests() - requestsBefore).isEqualTo(requests);
    assertThat(counter(client, "lookup_reads") - readsBefore).isEqualTo(reads);
  }

  /** A client that has a lease, and knows where the record of the key is. */
  private Client warm(GetPath path) {
    return warm(path, UnaryOperator.identity());
  }

  private Client warm(GetPath path, UnaryOperator<ClientFabric> fabric) {
    writer.put(KEY, Slice.of("old"));
    Client client = connect(server, path, fabric);
    assertThat(got(client, "key")).isEqualTo("old");
    return client;
  }

  @ParameterizedTest
  @EnumSource(
      value = GetPath.class,
      names = {"AUTO", "ONE_SIDED"})
  void shouldTakeOneReadAndNoRequestWhileALeaseHolds(GetPath path) {
    Client client = warm(path);
    taking(
        100,
        0,
        client,
        () -> {
          for (int i = 0; i < 100; i++) {
            assertThat(got(client, "key")).isEqualTo("old");
          }
        });
    assertThat(server.description()).contains("table readable by clients, by leases");
  }

  @ParameterizedTest
  @EnumSource(
      value = GetPath.class,
      names = {"AUTO", "ONE_SIDED"})
  void shouldAskOnceTheLeaseIsOverAndReadByTheNext(GetPath path) {
    Client client = warm(path);
    for (int round = 0; round < 3; round++) {
      // The first finds out by its read that the lease is over, and that is all that it costs.
      nanos.addAndGet(LEASE);
      long before = server.statistics().requests();
      assertThat(got(client, "key")).isEqualTo("old");
      assertThat(server.statistics().requests()).isEqualTo(before + 1);
      nanos.addAndGet(LEASE - 1);
      assertThat(got(client, "key")).isEqualTo("old");
      assertThat(server.statistics().requests()).isEqualTo(before + 1);
    }
    assertThat(counter(client, "lookup_lapsed_leases")).isEqualTo(3);
    assertThat(counter(client, "gets_read")).isEqualTo(3);
  }

  private static ClusterMember member(String otherShard) {
    return new ClusterMember("a", map(otherShard, 1));
  }

  private static ClusterMap map(String otherShard, long epoch) {
    return new ClusterMap(
        epoch,
        List.of(
            new ClusterNode(
                "a",
                "127.0.0.1",
                7001,
                SlotRange.parseAll(otherShard.equals("a") ? "0-16383" : "0-16382"),
                "a"),
            new ClusterNode(
                "b",
                "127.0.0.1",
                7002,
                SlotRange.parseAll(otherShard.equals("a") ? "" : "16383"),
                otherShard)));
  }

  /** The memory can still be read, and says what it said before. */
  @ParameterizedTest
  @EnumSource(
      value = GetPath.class,
      names = {"AUTO", "ONE_SIDED"})
  void shouldTakeNothingFromTheTableOfWhoLeadsNoMore(GetPath path) {
    ClusterMember member = member("a");
    member.follow("a", 2, true);
    Server leader = serve(member);
    writer.put(KEY, Slice.of("old"));
    Client client = connect(leader, path, UnaryOperator.identity());
    assertThat(got(client, "key")).isEqualTo("old");
    log.leasingTable(0);
    told.held = false;
    member.follow("b", 3, true);
    nanos.addAndGet(LEASE - 1);
    assertThat(got(client, "key")).isEqualTo("old");
    nanos.addAndGet(1);
    for (int i = 0; i < 3; i++) {
      assertThat(got(client, "key")).isEqualTo("MOVED");
    }
    for (int i = 0; i < 3; i++) {
      client.submitGet(KEY);
    }
    for (int i = 0; i < 3; i++) {
      assertThat(completed(client)).isEqualTo("MOVED");
    }
  }

  @Test
  void shouldTakeNothingFromTheTableOfWhoNeverLed() {
    log.leasingTable(0);
    Client client = warm(GetPath.ONE_SIDED);
    taking(
        0,
        100,
        client,
        () -> {
          for (int i = 0; i < 100; i++) {
            assertThat(got(client, "key")).isEqualTo("old");
          }
        });
  }

  /** Slots move between shards, and a lease does not say of which slots it is. */
  @Test
  void shouldOfferNoTableAmongSeveralShards() {
    assertThat(serve(member("b")).description()).endsWith("requests only");
  }

  /** As soon as the server hears of them, from others. */
  @Test
  void shouldGrantNoLeaseAmongSeveralShards() {
    ClusterMember member = member("a");
    member.follow("a", 2, true);
    Server node = serve(member);
    assertThat(node.description()).endsWith("by leases");
    member.replace(map("b", 9));
    member.follow("a", 10, true);
    writer.put(KEY, Slice.of("old"));
    Client client = connect(node, GetPath.ONE_SIDED, UnaryOperator.identity());
    for (int i = 0; i < 10; i++) {
      assertThat(got(client, "key")).isEqualTo("old");
    }
    assertThat(counter(client, "lookups")).isZero();
  }

  /** A fabric that, once it is told to, has something happen when the next read has arrived. */
  private static ClientFabric behindRead(ClientFabric fabric, AtomicBoolean armed, Runnable then) {
    return OverriddenMemory.in(
        fabric,
        memory ->
            Map.of(
                "completedReads",
                ignored -> {
                  int token = memory.completedReads();
                  if (token >= 0 && armed.getAndSet(false)) {
                    then.run();
                  }
                  return token;
                }));
  }

  /** It was there when the value was read, so the value may be old when the get ends. */
  @ParameterizedTest
  @EnumSource(
      value = GetPath.class,
      names = {"AUTO", "ONE_SIDED"})
  void shouldThrowAwayWhatWasReadWhenTheLeaseEndsMeanwhile(GetPath path) {
    AtomicBoolean armed = new AtomicBoolean();
    Runnable ends = () -> nanos.addAndGet(LEASE);
    Client client = warm(path, fabric -> behindRead(fabric, armed, ends));
    writer.put(KEY, Slice.of("new"));
    assertThat(got(client, "key")).isEqualTo("new");
    assertThat(got(client, "key")).isEqualTo("new");
    armed.set(true);
    taking(1, 1, client, () -> assertThat(got(client, "key")).isEqualTo("new"));
    assertThat(armed).isFalse();
    assertThat(counter(client, "lookup_lapsed_leases")).isOne();
  }

  @Test
  void shouldThrowAwayMissesLikewise() {
    AtomicBoolean armed = new AtomicBoolean();
    Runnable ends =
        () -> {
          nanos.addAndGet(LEASE);
          store.put(Slice.of("absent"), Slice.of("by another"));
        };
    Client client = warm(GetPath.ONE_SIDED, fabric -> behindLast(fabric, armed, ends));
    assertThat(got(client, "absent")).isEqualTo("ABSENT");
    long before = server.statistics().requests();
    assertThat(got(client, "absent")).isEqualTo("ABSENT");
    assertThat(server.statistics().requests()).isEqualTo(before);
    armed.set(true);
    assertThat(got(client, "absent")).isEqualTo("by another");
    assertThat(server.statistics().requests()).isEqualTo(before + 1);
  }

  /** A fabric as {@link #behindRead}, of the last read by which a key is found to be absent. */
  private static ClientFabric behindLast(ClientFabric fabric, AtomicBoolean armed, Runnable then) {
    AtomicLong reads = new AtomicLong();
    AtomicBoolean inner = new AtomicBoolean(true);
    return behindRead(
        fabric,
        inner,
        () -> {
          if (armed.get() && reads.incrementAndGet() == 2) {
            armed.set(false);
            then.run();
          }
          inner.set(true);
        });
  }

  @ParameterizedTest
  @EnumSource(
      value = GetPath.class,
      names = {"AUTO", "ONE_SIDED"})
  void shouldJudgeGetsThatAreSentTogetherByTheSameLease(GetPath path) {
    AtomicBoolean armed = new AtomicBoolean();
    Runnable ends = () -> nanos.addAndGet(LEASE);
    Client client = warm(path, fabric -> behindRead(fabric, armed, ends));
    taking(16, 0, client, () -> getTogether(client));
    armed.set(true);
    // All of them, for the first is judged behind its read.
    taking(16, 16, client, () -> getTogether(client));
    assertThat(armed).isFalse();
    taking(16, 0, client, () -> getTogether(client));
    nanos.addAndGet(LEASE);
    long before = server.statistics().requests();
    getTogether(client);
    assertThat(server.statistics().requests()).isEqualTo(before + 16);
    getTogether(client);
    assertThat(server.statistics().requests()).isEqualTo(before + 16);
  }

  /** Between both leases the server may not have led, and the read was made then. */
  @Test
  void shouldThrowAwayWhatWasReadBeforeTheLeaseByWhichItIsJudged() {
    writer.put(Slice.of("unknown"), Slice.of("value"));
    Client client = warm(GetPath.AUTO);
    taking(
        1,
        2,
        client,
        () -> {
          nanos.addAndGet(LEASE);
          client.submitGet(Slice.of("unknown"));
          client.submitGet(KEY);
          client.flush();
          assertThat(completed(client)).isEqualTo("value");
          assertThat(completed(client)).isEqualTo("old");
        });
    assertThat(counter(client, "lookup_lapsed_leases")).isOne();
  }

  private void getTogether(Client client) {
    for (int i = 0; i < 16; i++) {
      client.submitGet(KEY);
    }
    for (int i = 0; i < 16; i++) {
      assertThat(completed(client)).isEqualTo("old");
    }
  }

  @Test
  void shouldCountALeaseFromWhenItsRequestWasSent() throws Exception {
    Client client = warm(GetPath.ONE_SIDED);
    nanos.addAndGet(LEASE);
    log.hold();
    client.submitPut(KEY, Slice.of("new"));
    client.flush();
    await(log::isHolding);
    nanos.addAndGet(LEASE - 1);
    log.letGo();
    assertThat(completed(client)).isEqualTo("REPLACED");
    long before = server.statistics().requests();
    assertThat(got(client, "key")).isEqualTo("new");
    assertThat(server.statistics().requests()).isEqualTo(before);
    nanos.addAndGet(1);
    assertThat(got(client, "key")).isEqualTo("new");
    assertThat(server.statistics().requests()).isEqualTo(before + 1);
  }

  @Test
  void shouldSeeNothingInTheTableThatTheLogDoesNotHave() throws Exception {
    Client client = warm(GetPath.ONE_SIDED);
    log.hold();
    writer.submitPut(KEY, Slice.of("new"));
    writer.submitPut(Slice.of("other"), Slice.of("new"));
    writer.flush();
    await(log::isHolding);
    long before = server.statistics().requests();
    assertThat(got(client, "key")).isEqualTo("old");
    assertThat(got(client, "other")).isEqualTo("ABSENT");
    assertThat(server.statistics().requests()).isEqualTo(before);
    log.letGo();
    assertThat(completed(writer)).isEqualTo("REPLACED");
    assertThat(got(client, "key")).isEqualTo("new");
    assertThat(got(client, "other")).isEqualTo("new");
  }

  @Test
  void shouldBeginWithoutALeaseOnEachConnection() {
    Client client = warm(GetPath.ONE_SIDED);
    assertThat(got(client, "key")).isEqualTo("old");
    long before = server.statistics().requests();
    Client second = connect(GetPath.ONE_SIDED);
    assertThat(got(second, "key")).isEqualTo("old");
    assertThat(server.statistics().requests()).isEqualTo(before + 1);
  }

  @Test
  void shouldBringALeaseWithAReplyThatIsTooLongForTheRing() {
    Client client = warm(GetPath.ONE_SIDED);
    writer.put(Slice.of("long"), Slice.of(new byte[1_000_000]));
    nanos.addAndGet(LEASE);
    assertThat(client.get(KEY, value)).isEqualTo(Status.FOUND);
    nanos.addAndGet(LEASE);
    assertThat(client.get(Slice.of("long"), value)).isEqualTo(Status.FOUND);
    assertThat(value.valueLength()).isEqualTo(1_000_000);
    long before = server.statistics().requests();
    assertThat(client.get(Slice.of("long"), value)).isEqualTo(Status.FOUND);
    assertThat(client.get(KEY, value)).isEqualTo(Status.FOUND);
    assertThat(server.statistics().requests()).isEqualTo(before);
  }

  @Test
  void shouldNotNeedALeaseToGetByTheRing() {
    Client client = warm(GetPath.RING);
    assertThat(client.description()).contains("get=ring");
    nanos.addAndGet(LEASE);
    assertThat(got(client, "key")).isEqualTo("old");
    assertThat(client.information()).doesNotContain("client_lookups");
  }

  /** What a server says to a hello, and then to an answer, of which the type is given. */
  private List<ByteBuffer> shakeHands(int answer) throws IOException {
    ServerFiles files = new ServerFiles(OneSidedServer.folder(server.endpoint().port()));
    try (SocketChannel control = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      control.connect(UnixDomainSocketAddress.of(files.control()));
      send(control, "11000000" + "01" + "5749535052494e47" + "02000000" + "ffffffff");
      ByteBuffer welcome = receive(control);
      send(control, "01000000" + "0" + answer);
      return List.of(welcome, receive(control));
    }
  }

  private static void send(SocketChannel control, String hex) throws IOException {
    control.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
  }

  private static ByteBuffer receive(SocketChannel control) throws IOException {
    ByteBuffer length = fill(control, Integer.BYTES);
    return fill(control, length.getInt());
  }

  private static ByteBuffer fill(SocketChannel control, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      assertThat(control.read(bytes)).isNotNegative();
    }
    return bytes.flip();
  }

  @Test
  void shouldOfferNoTableToAClientThatKnowsNoLeases() throws IOException {
    List<ByteBuffer> said = shakeHands(4);
    ByteBuffer welcome = said.getFirst();
    assertThat(welcome.getInt(BEFORE_FLAGS) & 8).isEqualTo(8);
    byte[] table = new byte[24];
    welcome.get(BEFORE_FLAGS + Integer.BYTES, table);
    assertThat(table).containsOnly(0);
    assertThat(said.getLast()).isEqualTo(ByteBuffer.wrap(new byte[] {5}));
  }

  @Test
  void shouldNameTheTableToAClientThatKeepsLeases() throws IOException {
    ByteBuffer ready = shakeHands(6).getLast();
    assertThat(ready.remaining()).isEqualTo(25);
    assertThat(ready.getLong(1 + Long.BYTES)).isEqualTo(store.region().byteSize());
  }

  /** One look a get is for whether the server is still there. */
  @Test
  void shouldLookAtTheClockNoMoreOftenWhereThereIsNoLog() {
    int gets = 40;
    Server plain = SHM.serve(store, options());
    opened.push(plain);
    Client without = connect(plain, GetPath.ONE_SIDED, UnaryOperator.identity());
    Client with = warm(GetPath.ONE_SIDED);
    assertThat(got(without, "key")).isEqualTo("old");
    for (Client client : List.of(without, with)) {
      long before = looks.get();
      for (int i = 0; i < gets; i++) {
        assertThat(got(client, "key")).isEqualTo("old");
      }
      assertThat(looks.get() - before).isEqualTo(client.equals(with) ? 2 * gets : gets);
    }
  }
}
