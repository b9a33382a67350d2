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
import io.wisp.transport.Refusals;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.tcp.client.OutstandingRequests.Kind;
import io.wisp.transport.tcp.resp.ReplyReader;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * A client of Wisp's server, and of Redis and its relatives: it uses their ordinary commands alone.
 */
public final class TcpClient implements Client {

  /** Submitted requests are sent when they take so many bytes, flushed or not. */
  private static final int SEND_AT = 32 << 10;

  private static final Slice NONE = new Slice();

  private final Endpoint endpoint;
  private final ClientOptions options;
  private final Conversation conversation;
  private final ReplyStream stream;
  private final RequestWriter requests;
  private final ReplyReader reply;
  private final OutstandingRequests outstanding;
  private final BatchCalls batches;
  private final Questions questions;
  private final RecordSink noValue = new RecordSink();

  private TcpClient(
      Endpoint endpoint, ClientOptions options, long deadline, LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.options = options;
    conversation = new Conversation(endpoint, options, deadline, nanoTime);
    stream = conversation.stream();
    requests = conversation.requests();
    reply = stream.reply();
    outstanding = conversation.outstanding();
    batches = new BatchCalls(conversation);
    questions = new Questions(conversation);
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
    try (CallGuard.Call _ = conversation.enterAlone()) {
      String password = options.password();
      if (password == null) {
        requests.words("PING");
      } else {
        requests.words("AUTH", password);
      }
      conversation.await("the greeting", deadline);
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
    try (CallGuard.Call _ = conversation.enterAlone()) {
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
    try (CallGuard.Call _ = conversation.enter()) {
      add(kind, key, value);
      sendIfMuch();
    }
  }

  private void sendIfMuch() {
    if (stream.output().size() >= SEND_AT) {
      conversation.send();
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
    try (CallGuard.Call _ = conversation.enter()) {
      requireRoom();
      Status refusal = BatchDescriptor.refusalOf(batch);
      if (refusal == null) {
        refusal = batches.prove(outstanding.repliesToAll(), conversation.deadline());
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
    try (CallGuard.Call _ = conversation.enter()) {
      conversation.send();
    }
  }

  @Override
  public Status complete(ValueSink sink) {
    sink.begin();
    try (CallGuard.Call _ = conversation.enter()) {
      if (outstanding.count() == 0) {
        throw new IllegalStateException("no request is outstanding");
      }
      return completeOldest(sink);
    }
  }

  @Override
  public boolean isReplyReady() {
    try (CallGuard.Call _ = conversation.enter()) {
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
      throw conversation.broken(e, "nothing");
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
      throw conversation.broken(e, outstanding.oldest().name());
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
      outstanding.deadlines().sent(conversation.deadline());
    }
    while (outstanding.repliesToOldest() > 1) {
      conversation.await(kind.name(), outstanding.deadlines().oldest());
      takeReplyBeforeLast();
    }
    conversation.await(kind.name(), outstanding.deadlines().oldest());
    try {
      return switch (kind) {
        case PUT -> conversation.expect('+', Status.STORED);
        case DELETE ->
            conversation.expect(':', reply.number() > 0 ? Status.DELETED : Status.ABSENT);
        case GET -> {
          Status status =
              conversation.expect('$', reply.number() < 0 ? Status.ABSENT : Status.FOUND);
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
    try (CallGuard.Call _ = conversation.enterAlone()) {
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
    try (CallGuard.Call _ = conversation.enterAlone()) {
      long deadline = conversation.deadline();
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
        deadline = conversation.deadline();
        held = batches.look(batch, deadline);
      }
      return held;
    } finally {
      if (!conversation.isBroken()) {
        batches.unwatchRefused(deadline);
      }
    }
  }

  private void requireTime(long end) {
    if (conversation.isPast(end)) {
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
    return questions.add(key, amount, sum);
  }

  @Override
  public boolean contains(Slice key) {
    return questions.number("EXISTS", RequestWriter::exists, key, 0) > 0;
  }

  @Override
  public long timeToLive(Slice key) {
    return questions.number("PTTL", RequestWriter::timeToLive, key, NO_KEY);
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    return questions.scan(cursor, atLeast, sink);
  }

  @Override
  public String information() {
    return questions.information();
  }

  @Override
  public String clusterInformation() {
    return questions.information("wisp_cluster");
  }

  @Override
  public void close() {
    conversation.close();
  }
}
