// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.wisp.cluster.ClusterMember;
import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.tcp.buffer.BufferBudget;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.ClientState;
import io.wisp.transport.tcp.command.Commands;
import io.wisp.transport.tcp.command.Configuration;
import io.wisp.transport.tcp.command.ConnectedSocket;
import io.wisp.transport.tcp.command.LatencyHistory;
import io.wisp.transport.tcp.command.MemoryFigures;
import io.wisp.transport.tcp.command.ServerView;
import io.wisp.transport.tcp.command.SlowLog;
import io.wisp.transport.tcp.command.Traffic;
import io.wisp.transport.tcp.session.RespSession.Progress;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A session without sockets: what is sent to it is executed at once, and its replies are kept. */
public final class SessionHarness implements AutoCloseable {

  public static final long START_MILLIS = 1_000_000_000_000L;

  private final BufferBudget budget = BufferBudget.shared(1L << 30);
  private final BufferPool buffers = new BufferPool(budget);
  private final RequestCounters counters = new RequestCounters();
  private final NativeBuffer input = new NativeBuffer(1024, Arena::ofConfined, budget);
  private final NativeBuffer output = new NativeBuffer(64 << 10, Arena::ofConfined, budget);
  private final Store store;
  private final SessionContext context;
  private final ClientState client;
  private final RespSession session;
  private final Traffic traffic = new Traffic(Commands.names().size());
  private final SlowLog slowLog = new SlowLog();
  private final LatencyHistory latency = new LatencyHistory();
  private final List<Long> ended = new ArrayList<>();
  private final AtomicLong mostUsed = new AtomicLong();
  private long mostClients = 10;
  private int resets;
  private long nowMillis = START_MILLIS;
  private long largestInput;
  private long largestOutput;
  private long clients = 1;
  private int turns;
  private Progress progress = Progress.NEED_INPUT;

  public SessionHarness() {
    this(null);
  }

  public SessionHarness(@Nullable String password) {
    this(password, Long.MAX_VALUE);
  }

  public SessionHarness(@Nullable String password, long storeCapacity) {
    this(password, storeCapacity, null);
  }

  public SessionHarness(@Nullable String password, long storeCapacity, @Nullable Store given) {
    this(password, storeCapacity, given, null);
  }

  /** A session of a node of a cluster. */
  public static SessionHarness of(ClusterMember member) {
    return new SessionHarness(null, Long.MAX_VALUE, null, member);
  }

  /** Likewise, over a store that is given. */
  public static SessionHarness of(ClusterMember member, Store given) {
    return new SessionHarness(null, Long.MAX_VALUE, given, member);
  }

  private SessionHarness(
      @Nullable String password,
      long storeCapacity,
      @Nullable Store given,
      @Nullable ClusterMember member) {
    store = given != null ? given : new HeapStore(storeCapacity, () -> nowMillis);
    NativeBuffer scratch = new NativeBuffer(256, Arena::ofConfined, budget);
    context =
        new SessionContext(
            store, view(password, member), traffic, scratch, buffers, counters, null);
    ConnectedSocket connection =
        new ConnectedSocket("127.0.0.1:5", "127.0.0.1:3994", () -> ended.add(7L));
    client = new ClientState(7, connection, START_MILLIS, 0, password == null);
    session = new RespSession(context, client);
  }

  private ServerView view(@Nullable String password, @Nullable ClusterMember member) {
    Configuration configuration = new Configuration();
    configuration.fixed("maxmemory", () -> "0");
    configuration.fixed("save", () -> "");
    configuration.number("maxclients", 1, 4_294_967_295L, () -> mostClients, n -> mostClients = n);
    configuration.number(
        "slowlog-max-len", 0, SlowLog.MOST, slowLog::maxLength, slowLog::maxLength);
    return new ServerView() {
      @Override
      @SuppressWarnings("ReturnsNullArray")
      public byte @Nullable [] password() {
        return password == null ? null : password.getBytes(UTF_8);
      }

      @Override
      public String information(Set<String> sections) {
        return "sections:" + new TreeSet<>(sections);
      }

      @Override
      public MemoryFigures memory() {
        return MemoryFigures.of(store.statistics(), mostUsed, OptionalLong.empty());
      }

      @Override
      public void resetStatistics() {
        resets++;
      }

      @Override
      public Configuration configuration() {
        return configuration;
      }

      @Override
      public Stream<ClientState> clients() {
        return Stream.concat(
            LongStream.range(1, clients).mapToObj(i -> otherClient(100 + i)), Stream.of(client));
      }

      @Override
      public long startedAtMillis() {
        return START_MILLIS;
      }

      @Override
      public int second() {
        return (int) ((nowMillis - START_MILLIS) / 1000);
      }

      @Override
      public @Nullable ClusterMember member() {
        return member;
      }

      @Override
      public SlowLog slowLog() {
        return slowLog;
      }

      @Override
      public LatencyHistory latency() {
        return latency;
      }
    };
  }

  /** A client that is not this session's; {@link #ended} tells whether it was killed. */
  private ClientState otherClient(long id) {
    ConnectedSocket connection =
        new ConnectedSocket("127.0.0.1:" + id, "127.0.0.1:3994", () -> ended.add(id));
    return new ClientState(id, connection, START_MILLIS, 0, true);
  }

  /** The numbers of the clients that were killed, beside this session's. */
  public List<Long> ended() {
    return ended;
  }

  /** How often the statistics were reset. */
  public int resets() {
    return resets;
  }

  public SlowLog slowLog() {
    return slowLog;
  }

  public LatencyHistory latency() {
    return latency;
  }

  public Traffic traffic() {
    return traffic;
  }

  /** Executes a request of words, and returns the reply as Latin-1. */
  public String call(String... words) {
    return send(request(words));
  }

  /** The bytes of a request, as Latin-1. */
  public static String request(String... words) {
    StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return text.toString();
  }

  /** Sends Latin-1 bytes, and returns all that was replied. */
  public String send(String text) {
    return new String(send(text.getBytes(ISO_8859_1)), ISO_8859_1);
  }

  public byte[] send(byte[] bytes) {
    ByteArrayOutputStream replies = new ByteArrayOutputStream();
    input.append(MemorySegment.ofArray(bytes), 0, bytes.length);
    largestInput = Math.max(largestInput, input.size());
    do {
      turns++;
      progress = session.execute(input, output);
      largestOutput = Math.max(largestOutput, output.size());
      replies.writeBytes(output.toByteArray());
      output.clear();
    } while (progress == Progress.OUTPUT_FULL || progress == Progress.TURN_OVER);
    return replies.toByteArray();
  }

  /** Gives the session one turn with Latin-1 bytes; what it replies is not kept. */
  public Progress sendForOneTurn(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    input.append(MemorySegment.ofArray(bytes), 0, bytes.length);
    progress = session.execute(input, output);
    output.clear();
    return progress;
  }

  /** How many turns the session has had. */
  public int turns() {
    return turns;
  }

  /** Lets there be so many clients, the others with numbers from 101 on. */
  public void clients(long clients) {
    this.clients = clients;
  }

  /** Lets the clock go on. */
  public void pass(long millis) {
    nowMillis += millis;
  }

  public boolean isClosed() {
    return progress == Progress.CLOSE;
  }

  public Store store() {
    return store;
  }

  public RequestCounters counters() {
    return counters;
  }

  public RespSession session() {
    return session;
  }

  /** How many bytes were sent and not yet consumed. */
  int unconsumed() {
    return input.size();
  }

  public long largestOutput() {
    return largestOutput;
  }

  @Override
  public void close() {
    session.close();
    context.close();
    input.close();
    output.close();
    buffers.close();
    store.close();
    if (budget.used() != 0) {
      throw new AssertionError(budget.used() + " bytes of buffers were not given back");
    }
  }
}
