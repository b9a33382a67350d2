// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import io.wisp.transport.RequestCounters;
import io.wisp.transport.tcp.buffer.BufferBudget;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.ClientState;
import io.wisp.transport.tcp.command.ServerView;
import io.wisp.transport.tcp.session.RespSession.Progress;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
  private final RespSession session;
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
    store = given != null ? given : new HeapStore(storeCapacity, () -> nowMillis);
    NativeBuffer scratch = new NativeBuffer(256, Arena::ofConfined, budget);
    context = new SessionContext(store, view(password), scratch, buffers, counters);
    session =
        new RespSession(context, new ClientState(7, "127.0.0.1:5", START_MILLIS, password == null));
  }

  private ServerView view(@Nullable String password) {
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
      public Map<String, String> configuration() {
        return Map.of("maxclients", "10", "maxmemory", "0", "save", "");
      }

      @Override
      public Stream<String> clients() {
        return Stream.generate(() -> "id=7").limit(clients);
      }
    };
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

  /** Lets CLIENT LIST have so many lines. */
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
