// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.codec.BatchBuffer;
import io.wisp.codec.Operation;
import io.wisp.codec.RequestDescriptor;
import io.wisp.codec.RequestExecutor;
import io.wisp.store.HeapStore;
import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import io.wisp.testing.Eventually;
import io.wisp.transport.CommitToken;
import io.wisp.transport.Endpoint;
import io.wisp.transport.HeldLog;
import io.wisp.transport.Overridden;
import io.wisp.transport.ServerOptions;
import io.wisp.transport.Waiting;
import io.wisp.transport.ring.BufferSource;
import io.wisp.transport.ring.DelayedLink;
import io.wisp.transport.ring.FabricCounters;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.OutgoingRing;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.RingFaultException;
import io.wisp.transport.ring.RingLimits;
import io.wisp.transport.ring.handshake.ControlMessage;
import io.wisp.transport.ring.handshake.ControlSession;
import io.wisp.transport.ring.handshake.ServerFabric;
import io.wisp.transport.ring.handshake.ServerHandshake;
import io.wisp.transport.ring.handshake.ServerOffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A serving thread whose turns, clock and port are the test's. */
class IoThreadTest {

  private static final Duration IDLE = Duration.ofSeconds(2);
  private static final Duration STALL = Duration.ofSeconds(30);
  private static final RingLimits RINGS = new RingLimits(1 << 20);

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicReference<Throwable> lost = new AtomicReference<>();
  private final ServerOptions options =
      ServerOptions.at(new Endpoint("127.0.0.1", 0))
          .withWaiting(Waiting.SLEEP)
          .withIdleTimeout(IDLE)
          .withMaxClients(3)
          .withOnThreadLost((thread, cause) -> lost.set(cause));
  private final ServerLimits limits =
      new ServerLimits(RINGS, 1 << 20, Duration.ofSeconds(30), STALL);
  private final HeapStore store = new HeapStore();
  private final OneMemoryAtATime fabric = new OneMemoryAtATime();
  private final List<IoThread> threads = new ArrayList<>();
  private final ServerHandshake handshake =
      new ServerHandshake(store, options, fabric, RINGS, threads);
  private final ScriptedPort port = new ScriptedPort();
  private final BufferSource buffers = OfferedBuffer::new;
  private Runnable request = () -> {};
  private String information = "";
  private boolean closesBadly;
  private final IoThread thread =
      new IoThread(
          "served",
          port,
          new RequestExecutor(store, null, this::executed),
          null,
          limits,
          options,
          nanos::get);
  private final List<SocketChannel> channels = new ArrayList<>();

  IoThreadTest() {
    threads.add(thread);
  }

  private String executed() {
    request.run();
    return information;
  }

  @AfterEach
  void close() throws IOException {
    thread.close();
    for (SocketChannel each : channels) {
      each.close();
    }
    store.close();
  }

  /** A client and what it is made of. */
  private final class Connected {

    private final ControlSession control;

    /** There is nothing left of a client when the thread has nothing left of it. */
    private int closes;

    private boolean isCut;
    private final DelayedLink.Side client;
    private final DelayedLink.Side server;
    private final OutgoingRing requests;

    Connected() throws IOException {
      SocketChannel socket;
      SocketChannel accepted;
      try (ServerSocketChannel listener = ServerSocketChannel.open()) {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket = SocketChannel.open(listener.getLocalAddress());
        accepted = listener.accept();
      }
      accepted.configureBlocking(false);
      channels.addAll(List.of(socket, accepted));
      control = new ControlSession(accepted, handshake, Long.MAX_VALUE);
      DelayedLink link = new DelayedLink(RINGS.ringBytes());
      client = link.left();
      server = link.right();
      requests = new OutgoingRing(client, RINGS);
      fabric.next =
          Overridden.in(
              RemoteMemory.class,
              server,
              Map.of(
                  "close",
                  original -> countClose(),
                  "isWhole",
                  original -> !isCut,
                  "buffers",
                  original -> buffers));
      socket.write(new ControlMessage.Hello(ControlMessage.VERSION, null).encode());
      socket.write(new ControlMessage.Answer(ByteBuffer.allocate(0)).encode());
      while (fabric.next != null) {
        control.serve();
      }
    }

    private @Nullable Object countClose() {
      closes++;
      if (closesBadly) {
        throw new IllegalStateException("it does not close");
      }
      return null;
    }

    /** Sends a request that is executed by {@link #request}. */
    void ask() {
      send(RecordAddress.NONE, OutgoingRing.NO_LEASE);
    }

    /** Sends the same in a frame that has an address and a lease, if these are some. */
    void send(long address, long lease) {
      Slice none = new Slice();
      long offset = claim(address, lease);
      RequestDescriptor.encode(requests.segment(), offset, Operation.INFORMATION, none, none, 0);
      requests.commit(0);
      deliver();
    }

    private void deliver() {
      requests.publish();
      while (client.hasWrites()) {
        client.deliverWrite(0);
      }
      port.ready.add(control.number());
    }

    /** Sends a batch of so many keys, with the next {@link #ask}. */
    void writeAll(int keys) throws RingFaultException {
      WriteBatch batch = new WriteBatch();
      for (int i = 0; i < keys; i++) {
        batch.put(Slice.of("key" + i), Slice.of("value"));
      }
      Slice value = new BatchBuffer().write(batch);
      int length = (int) RequestDescriptor.frameLength(0, value.length());
      long offset = requests.claim(length);
      RequestDescriptor.encode(
          requests.segment(), offset, Operation.WRITE_ALL, new Slice(), value, 0);
      requests.commit(0);
    }

    /** Puts a value, with the next {@link #ask}. */
    void put(Slice key, Slice value) throws RingFaultException {
      int length = (int) RequestDescriptor.frameLength(key.length(), value.length());
      long offset = requests.claim(length);
      RequestDescriptor.encode(requests.segment(), offset, Operation.PUT, key, value, 0);
      requests.commit(0);
    }

    private long claim(long address, long lease) {
      try {
        return requests.claimReply(RequestDescriptor.HEADER_LENGTH, address, lease);
      } catch (RingFaultException e) {
        throw new AssertionError(e);
      }
    }

    boolean isServed() {
      return !control.hasEnded();
    }
  }

  private Connected connect() throws IOException {
    Connected connected = new Connected();
    thread.turn();
    return connected;
  }

  @Test
  void shouldServeOthersBetweenTheLongBatchesOfAClient() throws Exception {
    Connected first = connect();
    Connected second = connect();
    for (int i = 0; i < 3; i++) {
      first.writeAll(300);
    }
    List<Long> executedBefore = new ArrayList<>();
    request = () -> executedBefore.add(thread.counters().executed());
    first.ask();
    second.ask();
    for (int i = 0; i < 4; i++) {
      thread.turn();
    }
    assertThat(executedBefore).containsExactly(1L, 4L);
    assertThat(store.size()).isEqualTo(300);
  }

  @Test
  void shouldNotTakeTheLengthOfATurnForSilenceOfItsClients() throws Exception {
    Connected first = connect();
    Connected second = connect();
    request = () -> nanos.addAndGet(IDLE.toNanos() + 1);
    for (int round = 0; round < 5; round++) {
      first.ask();
      second.ask();
      thread.turn();
      for (int i = 0; i < 3; i++) {
        nanos.addAndGet(IDLE.toNanos() / 10);
        thread.turn();
      }
      assertThat(first.isServed()).as("the first, after round %d", round).isTrue();
      assertThat(second.isServed()).as("the second, after round %d", round).isTrue();
    }
    assertThat(thread.counters().executed()).isEqualTo(10);
  }

  /**
   * A busy thread looks at the clock after every 64th turn. Each round has three such turns, so one
   * of 64 rounds has the long one end with that look.
   */
  @Test
  void shouldServeBeforeItJudgesWhatArrivesWhileOthersAreServed() throws Exception {
    Connected first = connect();
    Connected second = connect();
    for (int round = 0; round < 64; round++) {
      for (int i = 0; i < 2; i++) {
        nanos.addAndGet(IDLE.toNanos() / 10);
        thread.turn();
      }
      first.ask();
      thread.turn();
      request =
          () -> {
            nanos.addAndGet(IDLE.toNanos() + 1);
            request = () -> {};
            second.ask();
          };
      first.ask();
      thread.turn();
      thread.turn();
      assertThat(second.isServed()).as("after round %d", round).isTrue();
    }
  }

  @Test
  void shouldEndAConnectionThatIsSilentAndKeepOneThatIsNot() throws Exception {
    Connected silent = connect();
    Connected busy = connect();
    for (int i = 0; i < 10; i++) {
      nanos.addAndGet(IDLE.toNanos() / 3);
      busy.ask();
      thread.turn();
      thread.turn();
    }
    assertThat(silent.isServed()).isFalse();
    assertThat(busy.isServed()).isTrue();
    assertThat(silent.closes).isOne();
    assertThat(thread.load()).isOne();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldEndAConnectionWhoseRequestHasAnAddressOrALease(boolean isLease) throws Exception {
    Connected bad = connect();
    Connected good = connect();
    bad.send(
        isLease ? RecordAddress.NONE : RecordAddress.of(4_096, 64),
        isLease ? 1 : OutgoingRing.NO_LEASE);
    good.ask();
    thread.turn();
    assertThat(bad.isServed()).isFalse();
    assertThat(good.isServed()).isTrue();
    assertThat(thread.counters().executed()).isOne();
    assertThat(thread.counters().malformed()).isOne();
  }

  @Test
  void shouldFreeWhatAClientHadThatCouldNotBeBegunWith() throws Exception {
    port.failsToAttach = new OutOfMemoryError("no memory for one more connection");
    Connected refused = connect();
    assertThat(refused.isServed()).isFalse();
    assertThat(refused.closes).isOne();
    assertThat(thread.load()).isZero();
    port.failsToAttach = null;
    Connected next = connect();
    next.ask();
    thread.turn();
    assertThat(next.isServed()).isTrue();
    assertThat(thread.counters().executed()).isOne();
  }

  @Test
  void shouldEndOneConnectionAloneWhateverItsRequestThrows() throws Exception {
    Connected bad = connect();
    Connected good = connect();
    for (Runnable failing : List.<Runnable>of(IoThreadTest::overflow, IoThreadTest::fail)) {
      request = failing;
      bad.ask();
      thread.turn();
      assertThat(bad.isServed()).isFalse();
      assertThat(bad.closes).isOne();
      request = () -> {};
      good.ask();
      thread.turn();
      assertThat(good.isServed()).isTrue();
      assertThat(thread.load()).isOne();
      bad = connect();
    }
    assertThat(thread.counters().executed()).isEqualTo(2);
    assertThat(lost.get()).isNull();
  }

  private static void overflow() {
    throw new StackOverflowError("deep");
  }

  private static void fail() {
    throw new IllegalStateException("odd");
  }

  /**
   * Both have more to do than one turn, so the second waits for its next when the first ends it.
   */
  @Test
  void shouldGoOnWhenAClientEndsTogetherWithOneThatWaitsForItsTurn() throws Exception {
    Connected first = connect();
    Connected second = connect();
    request =
        () -> {
          first.isCut = true;
          second.isCut = true;
          throw new InternalError("a page is gone");
        };
    for (Connected each : List.of(first, second)) {
      for (int i = 0; i < 3; i++) {
        each.writeAll(300);
      }
      each.ask();
    }
    for (int i = 0; i < 8; i++) {
      thread.turn();
    }
    assertThat(first.isServed()).isFalse();
    assertThat(second.isServed()).isFalse();
    assertThat(thread.load()).isZero();
  }

  @Test
  void shouldEndWhoseMemoryIsGoneAndNotWhoIsServedNextWhereWritesAreLogged() throws Exception {
    try (HeldLog log = new HeldLog(store)) {
      RingCommit commit = new RingCommit(new CommitToken(log, store), store, port, null);
      RequestExecutor executor = new RequestExecutor(commit.store(), null, this::executed);
      try (IoThread logged =
          new IoThread("logged", port, executor, commit, limits, options, nanos::get)) {
        threads.set(0, logged);
        Connected bad = new Connected();
        Connected good = new Connected();
        logged.turn();
        bad.isCut = true;
        good.ask();
        port.failsToSettle = new InternalError("a page is gone");
        logged.turn();
        assertThat(bad.isServed()).isFalse();
        assertThat(good.isServed()).isTrue();
        assertThat(logged.counters().executed()).isOne();
      }
    }
  }

  /** Has so many tenths of the time pass in which a client must have read a long reply. */
  private void turnForTenths(IoThread turning, int tenths) {
    for (int i = 0; i < tenths; i++) {
      nanos.addAndGet(STALL.toNanos() / 10);
      turning.turn();
    }
  }

  /** The long reply counts at once, and lies behind one that the log holds up. */
  @Test
  void shouldNotTakeTheTimeOfTheLogForThatInWhichALongReplyIsNotRead() throws Exception {
    try (HeldLog log = new HeldLog(store)) {
      RingCommit commit = new RingCommit(new CommitToken(log, store), store, port, null);
      RequestExecutor executor = new RequestExecutor(commit.store(), null, this::executed);
      try (IoThread logged =
          new IoThread("logged", port, executor, commit, limits, options, nanos::get)) {
        threads.set(0, logged);
        Connected client = new Connected();
        logged.turn();
        log.hold();
        information = "x".repeat(2 * RINGS.maxPayload());
        client.put(Slice.of("key"), Slice.of("value"));
        client.ask();
        logged.turn();
        assertThat(log.isHolding()).isTrue();
        nanos.addAndGet(2 * STALL.toNanos());
        logged.turn();
        log.letGo();
        Eventually.await(
            () -> {
              logged.turn();
              return client.server.hasWrites();
            });
        assertThat(client.isServed()).isTrue();
        turnForTenths(logged, 5);
        assertThat(client.isServed()).isTrue();
        turnForTenths(logged, 10);
        assertThat(client.isServed()).isFalse();
      }
    }
  }

  @Test
  void shouldFreeAClientsNumberAndTellItTheEndThoughItsMemoryClosesBadly() throws Exception {
    Connected bad = connect();
    closesBadly = true;
    thread.abandon(bad.control);
    thread.turn();
    assertThat(bad.isServed()).isFalse();
    assertThat(thread.load()).isZero();
  }

  @Test
  void shouldEndEverythingAndTellTheOwnerWhenThePortFails() throws Exception {
    Connected served = connect();
    Connected onItsWay = new Connected();
    port.failsToPoll = new InternalError("the device is gone");
    thread.run();
    assertThat(lost.get()).hasMessage("the device is gone");
    Connected late = new Connected();
    for (Connected each : List.of(served, onItsWay, late)) {
      assertThat(each.isServed()).isFalse();
      assertThat(each.closes).isOne();
    }
    assertThat(thread.load()).isZero();
    assertThat(port.closed).as("the port, before what was made on it is freed").isFalse();
  }

  /** Clients that cut their files short and go, over a long time. */
  @Test
  void shouldNotEndForFaultsThatItGoesOnAfter() {
    InternalError fault = new InternalError("a page is gone");
    port.onPoll =
        polls -> {
          port.failsToPoll = polls % 3 == 0 ? null : fault;
          if (polls == 1_000) {
            thread.stop();
          }
        };
    thread.run();
    assertThat(port.polls).isEqualTo(1_000);
    assertThat(lost.get()).isNull();
  }

  /** What is offered for reading, by nobody. */
  private record OfferedBuffer(MemorySegment memory) implements LocalBuffer {

    OfferedBuffer(long bytes) {
      this(Arena.ofAuto().allocate(bytes, 8));
    }

    @Override
    public RemoteBuffer remote() {
      return new RemoteBuffer(0, 1, memory.byteSize());
    }

    @Override
    public void close() {}
  }

  private static final class ScriptedPort implements Port {

    private final Queue<Integer> ready = new ArrayDeque<>();
    private final Queue<Integer> taken = new ArrayDeque<>();
    private @Nullable Error failsToAttach;
    private @Nullable Error failsToPoll;
    private @Nullable Error failsToSettle;
    private IntConsumer onPoll = polls -> {};
    private int polls;
    private boolean closed;

    @Override
    public void attach(RemoteMemory connection) {
      fail(failsToAttach);
    }

    private static void fail(@Nullable Error error) {
      if (error != null) {
        throw error;
      }
    }

    @Override
    public boolean poll() {
      onPoll.accept(++polls);
      fail(failsToPoll);
      taken.addAll(ready);
      ready.clear();
      return !taken.isEmpty();
    }

    @Override
    public int nextReady() {
      Integer next = taken.poll();
      return next == null ? -1 : next;
    }

    @Override
    public void settle() {
      Error fault = failsToSettle;
      failsToSettle = null;
      fail(fault);
    }

    @Override
    public void await(long nanoseconds) {}

    @Override
    public void wake() {}

    @Override
    public FabricCounters counters() {
      return new FabricCounters();
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Offers the memory of the next client, whatever that answers. */
  private static final class OneMemoryAtATime implements ServerFabric {

    private @Nullable RemoteMemory next;

    @Override
    public String description() {
      return "none";
    }

    @Override
    public boolean offersTable() {
      return false;
    }

    @Override
    public Port openPort(Waiting waiting) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServerOffer offer(Port port, int ringBytes, SocketAddress reached) {
      return new ServerOffer() {
        @Override
        public RemoteBuffer table() {
          return RemoteBuffer.NONE;
        }

        @Override
        public ByteBuffer encoded() {
          return ByteBuffer.allocate(0);
        }

        @Override
        public RemoteMemory accept(int number, ByteBuffer answer) {
          RemoteMemory memory = Objects.requireNonNull(next);
          next = null;
          return memory;
        }

        @Override
        public void withdraw() {}
      };
    }

    @Override
    public void close() {}
  }
}
