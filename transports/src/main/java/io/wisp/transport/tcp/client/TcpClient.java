// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.codec.BatchDescriptor;
import io.wisp.store.KeySink;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.MovedException;
import io.wisp.transport.Refusals;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.tcp.client.OutstandingRequests.Kind;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyReader;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of Wisp's server, and of Redis and its relatives: it uses their ordinary commands alone.
 */
public final class TcpClient implements Client {

  /** Submitted requests are sent when they take so many bytes, flushed or not. */
  private static final int SEND_AT = 32 << 10;

  private static final Slice NONE = new Slice();

  private static final Set<String> NO_SUM = Set.of(Errors.NOT_AN_INTEGER, Errors.OVERFLOW);

  private final Endpoint endpoint;
  private final ClientOptions options;
  private final LongSupplier nanoTime;
  private final ReplyStream stream;
  private final RequestWriter requests;
  private final ReplyReader reply;
  private final OutstandingRequests outstanding;
  private final BatchCalls batches;
  private final RecordSink noValue = new RecordSink();
  private final CallGuard guard;

  /** Why the connection cannot be used any more. */
  private @Nullable String failure;

  private TcpClient(
      Endpoint endpoint, ClientOptions options, long deadline, LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.options = options;
    this.nanoTime = nanoTime;
    stream = new ReplyStream(ClientSocket.connect(endpoint, options, deadline, nanoTime), endpoint);
    requests = new RequestWriter(stream.output());
    reply = stream.reply();
    guard = new CallGuard(stream);
    outstanding = new OutstandingRequests(options.maxOutstanding());
    batches = new BatchCalls(endpoint, requests, stream, new Connection());
  }

  /** What batches wait for, and give up. */
  private final class Connection implements BatchCalls.Connection {

    @Override
    public void await(String request, long deadline) {
      TcpClient.this.await(request, deadline);
    }

    @Override
    public List<String> exchange(String request, int earlier, int count, long deadline) {
      outstanding.deadlines().sent(deadline);
      try {
        return stream.exchange(earlier, count, deadline);
      } catch (TransportException e) {
        throw broken(e, request);
      }
    }

    @Override
    public TransportException broken(TransportException cause, String underWay) {
      return TcpClient.this.broken(cause, underWay);
    }
  }

  /** Connects, and makes sure that a server answers and lets this client in. */
  public static TcpClient connect(Endpoint endpoint, ClientOptions options) {
    return connect(endpoint, options, System::nanoTime);
  }

  /** Connects a client of which tests set the clock. */
  public static TcpClient connect(Endpoint endpoint, ClientOptions options, LongSupplier nanoTime) {
    long deadline = nanoTime.getAsLong() + options.timeout().toNanos();
    TcpClient client = new TcpClient(endpoint, options, deadline, nanoTime);
    try {
      client.greet(deadline);
      return client;
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private void greet(long deadline) {
    try (CallGuard.Call _ = enterAlone()) {
      String password = options.password();
      if (password == null) {
        requests.words("PING");
      } else {
        requests.words("AUTH", password);
      }
      await("the greeting", deadline);
      if (reply.isError()) {
        String hint = reply.text().startsWith("NOAUTH") ? "a password is needed: " : "";
        throw new TransportException(endpoint + " refused the connection: " + hint + reply.text());
      }
      stream.consume();
    }
  }

  @Override
  public String description() {
    return "tcp to " + endpoint + (options.busyPoll() ? ", busy polling" : "");
  }

  @Override
  public Status put(Slice key, Slice value) {
    return call(Kind.PUT, key, value, noValue);
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    sink.begin();
    return call(Kind.GET, key, NONE, sink);
  }

  @Override
  public Status delete(Slice key) {
    return call(Kind.DELETE, key, NONE, noValue);
  }

  private Status call(Kind kind, Slice key, Slice value, ValueSink sink) {
    try (CallGuard.Call _ = enterAlone()) {
      add(kind, key, value);
      return completeOldest(sink);
    }
  }

  @Override
  public void submitPut(Slice key, Slice value) {
    submit(Kind.PUT, key, value);
  }

  @Override
  public void submitGet(Slice key) {
    submit(Kind.GET, key, NONE);
  }

  @Override
  public void submitDelete(Slice key) {
    submit(Kind.DELETE, key, NONE);
  }

  private void submit(Kind kind, Slice key, Slice value) {
    try (CallGuard.Call _ = enter()) {
      add(kind, key, value);
      sendIfMuch();
    }
  }

  private void sendIfMuch() {
    if (stream.output().size() >= SEND_AT) {
      send();
    }
  }

  private void add(Kind kind, Slice key, Slice value) {
    requireRoom();
    Status refusal = Refusals.of(key, value);
    if (refusal == null) {
      switch (kind) {
        case PUT -> requests.put(key, value);
        case GET -> requests.get(key);
        case DELETE -> requests.delete(key);
        case WRITE_ALL -> throw new IllegalArgumentException("a batch has more than one key");
      }
    }
    outstanding.add(kind, refusal);
  }

  @Override
  public void submitWriteAll(WriteBatch batch) {
    BatchCalls.requireNoConditions(batch);
    try (CallGuard.Call _ = enter()) {
      requireRoom();
      Status refusal = BatchDescriptor.refusalOf(batch);
      if (refusal == null) {
        refusal = batches.prove(outstanding.repliesToAll(), deadline());
      }
      int replies = refusal == null ? batches.append(batch) : 1;
      outstanding.add(Kind.WRITE_ALL, refusal, replies);
      sendIfMuch();
    }
  }

  private void requireRoom() {
    if (outstanding.count() == outstanding.capacity()) {
      throw new IllegalStateException(
          outstanding.count() + " requests are outstanding, and maxOutstanding allows no more");
    }
  }

  @Override
  public void flush() {
    try (CallGuard.Call _ = enter()) {
      send();
    }
  }

  private void send() {
    long deadline = deadline();
    try {
      stream.send(deadline);
      outstanding.deadlines().sent(deadline);
    } catch (TransportException e) {
      throw broken(e, "sending");
    }
  }

  @Override
  public Status complete(ValueSink sink) {
    sink.begin();
    try (CallGuard.Call _ = enter()) {
      if (outstanding.count() == 0) {
        throw new IllegalStateException("no request is outstanding");
      }
      return completeOldest(sink);
    }
  }

  @Override
  public boolean isReplyReady() {
    try (CallGuard.Call _ = enter()) {
      if (outstanding.count() == 0) {
        requireOpen();
        return false;
      }
      return outstanding.oldestStatus() != null || hasReply();
    }
  }

  /** Looks whether the server has ended the connection, as it does behind some errors. */
  private void requireOpen() {
    try {
      var _ = stream.hasReply();
    } catch (TransportException e) {
      throw broken(e, "nothing");
    }
  }

  /** Whether the last reply to the oldest request is there; those before it are taken. */
  private boolean hasReply() {
    try {
      while (outstanding.repliesToOldest() > 1 && stream.hasReply()) {
        takeReplyBeforeLast();
      }
      return outstanding.repliesToOldest() == 1 && stream.hasReply();
    } catch (TransportException e) {
      throw broken(e, outstanding.oldest().name());
    }
  }

  private void takeReplyBeforeLast() {
    batches.take();
    stream.consume();
    outstanding.takeReply();
  }

  private Status completeOldest(ValueSink sink) {
    Kind kind = outstanding.oldest();
    Status refusal = outstanding.oldestStatus();
    if (refusal != null) {
      outstanding.removeOldest();
      return refusal;
    }
    if (outstanding.deadlines().anyUnsent()) {
      outstanding.deadlines().sent(deadline());
    }
    while (outstanding.repliesToOldest() > 1) {
      await(kind.name(), outstanding.deadlines().oldest());
      takeReplyBeforeLast();
    }
    await(kind.name(), outstanding.deadlines().oldest());
    try {
      return switch (kind) {
        case PUT -> expect('+', Status.STORED);
        case DELETE -> expect(':', reply.number() > 0 ? Status.DELETED : Status.ABSENT);
        case GET -> {
          Status status = expect('$', reply.number() < 0 ? Status.ABSENT : Status.FOUND);
          if (status == Status.FOUND) {
            stream.give(sink);
          }
          yield status;
        }
        case WRITE_ALL -> batches.complete();
      };
    } finally {
      outstanding.removeOldest();
      stream.consume();
    }
  }

  /** The status, if the reply is of the type that means it; else that of the error it is. */
  private Status expect(char type, Status status) {
    if (reply.type() == type) {
      return status;
    }
    if (!reply.isError()) {
      throw broken(
          new TransportException(endpoint + " sent a reply of the wrong type: " + reply.text()),
          "reading");
    }
    return ErrorReply.status(endpoint, reply.text());
  }

  @Override
  public int outstanding() {
    return outstanding.count();
  }

  @Override
  public Status put(Slice key, Slice value, long timeToLiveMillis) {
    if (timeToLiveMillis < 1) {
      throw new IllegalArgumentException(
          "timeToLiveMillis=" + timeToLiveMillis + ", and 1 is the least");
    }
    try (CallGuard.Call _ = enterAlone()) {
      Status refusal = Refusals.of(key, value);
      if (refusal == null) {
        requests.put(key, value, timeToLiveMillis);
      }
      outstanding.add(Kind.PUT, refusal);
      return completeOldest(noValue);
    }
  }

  @Override
  public Status writeAll(WriteBatch batch) {
    BatchCalls.requireNoVersions(batch);
    try (CallGuard.Call _ = enterAlone()) {
      long deadline = deadline();
      Status refusal = BatchDescriptor.refusalOf(batch);
      if (refusal == null) {
        refusal = batches.prove(0, deadline);
      }
      if (refusal != null) {
        return refusal;
      }
      return BatchCalls.isConditional(batch)
          ? transactIfAllHolds(batch, deadline)
          : transact(batch, deadline);
    }
  }

  private Status transact(WriteBatch batch, long deadline) {
    outstanding.add(Kind.WRITE_ALL, null, batches.append(batch));
    outstanding.deadlines().sent(deadline);
    return completeOldest(noValue);
  }

  /** Looks again if somebody has written between the look and the transaction. */
  private Status transactIfAllHolds(WriteBatch batch, long end) {
    // Of each attempt, for a server that answers the last one is as good as before.
    long deadline = end;
    try {
      Status held = batches.look(batch, deadline);
      while (held == Status.DONE) {
        Status status = transact(batch, deadline);
        if (status != Status.CONFLICT) {
          return status;
        }
        requireTime(end);
        deadline = deadline();
        held = batches.look(batch, deadline);
      }
      return held;
    } finally {
      if (failure == null) {
        batches.unwatchRefused(deadline);
      }
    }
  }

  private void requireTime(long end) {
    if (end - nanoTime.getAsLong() <= 0) {
      throw new TransportTimeoutException(
          "for "
              + options.timeout().toMillis()
              + " ms others have written keys of the batch on "
              + endpoint
              + " before it could be; it has changed nothing");
    }
  }

  @Override
  public Status add(Slice key, long amount, LongConsumer sum) {
    try (CallGuard.Call _ = enterAlone()) {
      Status refusal = Refusals.of(key);
      if (refusal != null) {
        return refusal;
      }
      requests.add(key, amount);
      await("INCRBY", deadline());
      try {
        if (reply.isError() && NO_SUM.contains(reply.text())) {
          return Status.CONFLICT;
        }
        Status status = expect(':', Status.STORED);
        if (status == Status.STORED) {
          sum.accept(reply.number());
        }
        return status;
      } finally {
        stream.consume();
      }
    }
  }

  @Override
  public boolean contains(Slice key) {
    return askNumber("EXISTS", RequestWriter::exists, key, 0) > 0;
  }

  @Override
  public long timeToLive(Slice key) {
    return askNumber("PTTL", RequestWriter::timeToLive, key, NO_KEY);
  }

  private long askNumber(
      String name, BiConsumer<RequestWriter, Slice> request, Slice key, long ifRefused) {
    try (CallGuard.Call _ = enterAlone()) {
      if (Refusals.of(key) != null) {
        return ifRefused;
      }
      request.accept(requests, key);
      await(name, deadline());
      try {
        requireDone(expect(':', Status.DONE), name);
        return reply.number();
      } finally {
        stream.consume();
      }
    }
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    try (CallGuard.Call _ = enterAlone()) {
      requests.words(
          "SCAN", Long.toUnsignedString(cursor), "COUNT", Integer.toString(Math.max(1, atLeast)));
      return ask("SCAN", '*', () -> stream.giveKeys(sink));
    }
  }

  @Override
  public String information() {
    try (CallGuard.Call _ = enterAlone()) {
      requests.words("INFO");
      return ask("INFO", '$', reply::text);
    }
  }

  @Override
  public String clusterInformation() {
    try (CallGuard.Call _ = enterAlone()) {
      requests.words("INFO", "wisp_cluster");
      return ask("INFO", '$', reply::text);
    }
  }

  /** Sends what was appended, waits for its reply, which is of a type, and takes what it tells. */
  private <T> T ask(String name, char type, Supplier<T> take) {
    await(name, deadline());
    try {
      requireDone(expect(type, Status.DONE), name);
      return take.get();
    } finally {
      stream.consume();
    }
  }

  private void requireDone(Status status, String name) {
    if (status.isElsewhere()) {
      throw new MovedException(endpoint + " answered " + name + " with " + reply.text(), status);
    }
    if (status != Status.DONE) {
      throw new TransportException(endpoint + " answered " + name + " with " + status);
    }
  }

  /** Until when a request is waited for that is sent now. */
  private long deadline() {
    return nanoTime.getAsLong() + options.timeout().toNanos();
  }

  private void await(String request, long deadline) {
    try {
      stream.await(deadline);
    } catch (TransportException e) {
      throw broken(e, request);
    }
  }

  /** Notes that the connection cannot be used any more, and says what was under way. */
  private TransportException broken(TransportException cause, String underWay) {
    int more = outstanding.count() - 1;
    String requests = underWay + (more > 0 ? " and " + more + " more requests" : "");
    String error = batches.firstError();
    String said = error == null ? "" : "; before that it said: " + error;
    String message = cause.getMessage() + said + "; under way: " + requests;
    stream.closeSocket();
    failure = message;
    return cause instanceof TransportTimeoutException
        ? new TransportTimeoutException(message)
        : new TransportException(message, cause);
  }

  private CallGuard.Call enterAlone() {
    CallGuard.Call call = enter();
    if (outstanding.count() > 0) {
      call.close();
      throw new IllegalStateException(
          outstanding.count() + " requests are outstanding, and have to be completed first");
    }
    return call;
  }

  private CallGuard.Call enter() {
    CallGuard.Call call = guard.enter();
    if (failure != null) {
      call.close();
      throw new TransportException(failure);
    }
    return call;
  }

  @Override
  public void close() {
    guard.close();
  }
}
