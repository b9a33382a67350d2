// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.store.KeySink;
import io.wisp.store.Limits;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.tcp.client.OutstandingRequests.Kind;
import io.wisp.transport.tcp.resp.ReplyReader;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of Wisp's server, and of Redis and its relatives: it uses their ordinary commands alone.
 */
public final class TcpClient implements Client {

  /** Submitted requests are sent when they take so many bytes, flushed or not. */
  private static final int SEND_AT = 32 << 10;

  /** Who may touch the connection. */
  private enum Use {
    NOBODY,
    A_CALL,
    /** A call, which has to clean up on its way out. */
    A_CALL_AFTER_CLOSE,
    CLOSED
  }

  private final Endpoint endpoint;
  private final ClientOptions options;
  private final LongSupplier nanoTime;
  private final ReplyStream stream;
  private final RequestWriter requests;
  private final ReplyReader reply;
  private final OutstandingRequests outstanding;
  private final RecordSink noValue = new RecordSink();
  private final AtomicReference<Use> use = new AtomicReference<>(Use.NOBODY);

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
    outstanding = new OutstandingRequests(options.maxOutstanding());
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
    enterAlone();
    try {
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
    } finally {
      exit();
    }
  }

  @Override
  public String description() {
    return "tcp to " + endpoint + (options.busyPoll() ? ", busy polling" : "");
  }

  @Override
  public Status put(Slice key, Slice value) {
    enterAlone();
    try {
      addPut(key, value);
      return completeOldest(noValue);
    } finally {
      exit();
    }
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    sink.begin();
    enterAlone();
    try {
      addGet(key);
      return completeOldest(sink);
    } finally {
      exit();
    }
  }

  @Override
  public Status delete(Slice key) {
    enterAlone();
    try {
      addDelete(key);
      return completeOldest(noValue);
    } finally {
      exit();
    }
  }

  @Override
  public void submitPut(Slice key, Slice value) {
    enter();
    try {
      addPut(key, value);
      sendIfMany();
    } finally {
      exit();
    }
  }

  @Override
  public void submitGet(Slice key) {
    enter();
    try {
      addGet(key);
      sendIfMany();
    } finally {
      exit();
    }
  }

  @Override
  public void submitDelete(Slice key) {
    enter();
    try {
      addDelete(key);
      sendIfMany();
    } finally {
      exit();
    }
  }

  private void addPut(Slice key, Slice value) {
    Status refusal = refusalOf(key);
    if (refusal == null && value.length() > Limits.MAX_VALUE_LENGTH) {
      refusal = Status.VALUE_TOO_LARGE;
    }
    requireRoom();
    if (refusal == null) {
      requests.put(key, value);
    }
    outstanding.add(refusal == null ? Kind.PUT : Kind.REFUSED, refusal);
  }

  private void addGet(Slice key) {
    Status refusal = refusalOf(key);
    requireRoom();
    if (refusal == null) {
      requests.get(key);
    }
    outstanding.add(refusal == null ? Kind.GET : Kind.REFUSED, refusal);
  }

  private void addDelete(Slice key) {
    Status refusal = refusalOf(key);
    requireRoom();
    if (refusal == null) {
      requests.delete(key);
    }
    outstanding.add(refusal == null ? Kind.DELETE : Kind.REFUSED, refusal);
  }

  private void requireRoom() {
    if (outstanding.count() == outstanding.capacity()) {
      throw new IllegalStateException(
          outstanding.count() + " requests are outstanding, and maxOutstanding allows no more");
    }
  }

  private static @Nullable Status refusalOf(Slice key) {
    if (key.length() == 0) {
      return Status.KEY_EMPTY;
    }
    return key.length() > Limits.MAX_KEY_LENGTH ? Status.KEY_TOO_LARGE : null;
  }

  private void sendIfMany() {
    if (stream.output().size() >= SEND_AT) {
      send();
    }
  }

  @Override
  public void flush() {
    enter();
    try {
      send();
    } finally {
      exit();
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
    enter();
    try {
      if (outstanding.count() == 0) {
        throw new IllegalStateException("no request is outstanding");
      }
      return completeOldest(sink);
    } finally {
      exit();
    }
  }

  @Override
  public boolean isReplyReady() {
    enter();
    try {
      return outstanding.count() > 0 && (outstanding.oldestStatus() != null || hasReply());
    } finally {
      exit();
    }
  }

  private boolean hasReply() {
    try {
      return stream.hasReply();
    } catch (TransportException e) {
      throw broken(e, outstanding.oldest().name());
    }
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
        case REFUSED -> throw new AssertionError("a refused request has its status");
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
    String text = reply.text();
    return switch (text.substring(0, Math.max(0, text.indexOf(' ')))) {
      case "KEYEMPTY" -> Status.KEY_EMPTY;
      case "KEYTOOLARGE" -> Status.KEY_TOO_LARGE;
      case "VALUETOOLARGE" -> Status.VALUE_TOO_LARGE;
      case "OOM" -> Status.OUT_OF_MEMORY;
      case "NOAUTH" -> Status.NOT_AUTHENTICATED;
      default -> throw new TransportException(endpoint + " answered with an error: " + text);
    };
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
    enterAlone();
    try {
      Status refusal = refusalOf(key);
      if (refusal != null || value.length() > Limits.MAX_VALUE_LENGTH) {
        return refusal != null ? refusal : Status.VALUE_TOO_LARGE;
      }
      requests.put(key, value, timeToLiveMillis);
      await("PUT");
      try {
        return expect('+', Status.STORED);
      } finally {
        stream.consume();
      }
    } finally {
      exit();
    }
  }

  @Override
  public boolean contains(Slice key) {
    enterAlone();
    try {
      if (refusalOf(key) != null) {
        return false;
      }
      requests.exists(key);
      return awaitNumber("EXISTS") > 0;
    } finally {
      exit();
    }
  }

  @Override
  public long timeToLive(Slice key) {
    enterAlone();
    try {
      if (refusalOf(key) != null) {
        return NO_KEY;
      }
      requests.timeToLive(key);
      return awaitNumber("PTTL");
    } finally {
      exit();
    }
  }

  private long awaitNumber(String request) {
    await(request);
    try {
      requireDone(expect(':', Status.DONE), request);
      return reply.number();
    } finally {
      stream.consume();
    }
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    enterAlone();
    try {
      requests.words(
          "SCAN", Long.toUnsignedString(cursor), "COUNT", Integer.toString(Math.max(1, atLeast)));
      await("SCAN");
      try {
        requireDone(expect('*', Status.DONE), "SCAN");
        return stream.giveKeys(sink);
      } finally {
        stream.consume();
      }
    } finally {
      exit();
    }
  }

  @Override
  public String information() {
    enterAlone();
    try {
      requests.words("INFO");
      await("INFO");
      try {
        requireDone(expect('$', Status.DONE), "INFO");
        return reply.text();
      } finally {
        stream.consume();
      }
    } finally {
      exit();
    }
  }

  private void requireDone(Status status, String request) {
    if (status != Status.DONE) {
      throw new TransportException(endpoint + " answered " + request + " with " + status);
    }
  }

  /** Until when a request is waited for that is sent now. */
  private long deadline() {
    return nanoTime.getAsLong() + options.timeout().toNanos();
  }

  private void await(String request) {
    await(request, deadline());
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
    String message = cause.getMessage() + "; under way: " + requests;
    stream.closeSocket();
    failure = message;
    return cause instanceof TransportTimeoutException
        ? new TransportTimeoutException(message)
        : new TransportException(message, cause);
  }

  private void enterAlone() {
    enter();
    if (outstanding.count() > 0) {
      exit();
      throw new IllegalStateException(
          outstanding.count() + " requests are outstanding, and have to be completed first");
    }
  }

  private void enter() {
    if (!use.compareAndSet(Use.NOBODY, Use.A_CALL)) {
      throw new IllegalStateException(
          use.get() == Use.A_CALL
              ? "the client is in use by another thread"
              : "the client is closed");
    }
    if (failure != null) {
      exit();
      throw new TransportException(failure);
    }
  }

  private void exit() {
    if (!use.compareAndSet(Use.A_CALL, Use.NOBODY)) {
      use.set(Use.CLOSED);
      stream.close();
    }
  }

  @Override
  public void close() {
    // Again if a call has begun or ended in between.
    while (isOpen()) {
      if (use.compareAndSet(Use.NOBODY, Use.CLOSED)) {
        stream.close();
      } else if (use.compareAndSet(Use.A_CALL, Use.A_CALL_AFTER_CLOSE)) {
        stream.closeSocket();
      }
    }
  }

  private boolean isOpen() {
    Use now = use.get();
    return now == Use.NOBODY || now == Use.A_CALL;
  }
}
