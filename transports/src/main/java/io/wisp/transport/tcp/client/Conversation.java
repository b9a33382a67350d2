// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.store.Status;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.tcp.resp.ReplyReader;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection as the calls of a client use it: one call at a time, which appends requests and
 * waits for replies until a deadline. What fails on the way ends the connection, and says what was
 * under way; every later call is told the same.
 */
final class Conversation {

  private final Endpoint endpoint;
  private final ClientOptions options;
  private final LongSupplier nanoTime;
  private final ReplyStream stream;
  private final RequestWriter requests;
  private final ReplyReader reply;
  private final TransactionReplies transaction;
  private final OutstandingRequests outstanding;
  private final CallGuard guard;

  /** Why the connection cannot be used any more. */
  private @Nullable String failure;

  /** Connects until a deadline, by a clock of nanoseconds. */
  Conversation(Endpoint endpoint, ClientOptions options, long deadline, LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.options = options;
    this.nanoTime = nanoTime;
    stream = new ReplyStream(ClientSocket.connect(endpoint, options, deadline, nanoTime), endpoint);
    requests = new RequestWriter(stream.output());
    reply = stream.reply();
    transaction = new TransactionReplies(endpoint, stream);
    outstanding = new OutstandingRequests(options.maxOutstanding());
    guard = new CallGuard(stream);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  ReplyStream stream() {
    return stream;
  }

  RequestWriter requests() {
    return requests;
  }

  /** The replies to transactions. */
  TransactionReplies transaction() {
    return transaction;
  }

  OutstandingRequests outstanding() {
    return outstanding;
  }

  /** Begins a call that must wait for no reply of an earlier one. */
  CallGuard.Call enterAlone() {
    CallGuard.Call call = enter();
    if (outstanding.count() > 0) {
      call.close();
      throw new IllegalStateException(
          outstanding.count() + " requests are outstanding, and have to be completed first");
    }
    return call;
  }

  /** Begins a call. */
  CallGuard.Call enter() {
    CallGuard.Call call = guard.enter();
    if (failure != null) {
      call.close();
      throw new TransportException(failure);
    }
    return call;
  }

  /** Until when a request is waited for that is sent now. */
  long deadline() {
    return nanoTime.getAsLong() + options.timeout().toNanos();
  }

  boolean isPast(long deadline) {
    return deadline - nanoTime.getAsLong() <= 0;
  }

  /** Sends what was appended. */
  void send() {
    long deadline = deadline();
    try {
      stream.send(deadline);
      outstanding.deadlines().sent(deadline);
    } catch (TransportException e) {
      throw broken(e, "sending");
    }
  }

  /** Sends what was appended, and waits until a deadline for the next reply. */
  void await(String request, long deadline) {
    try {
      stream.await(deadline);
    } catch (TransportException e) {
      throw broken(e, request);
    }
  }

  /** As {@link ReplyStream#exchange}. */
  List<String> exchange(String request, int earlier, int count, long deadline) {
    outstanding.deadlines().sent(deadline);
    try {
      return stream.exchange(earlier, count, deadline);
    } catch (TransportException e) {
      throw broken(e, request);
    }
  }

  /** The status, if the reply is of the type that means it; else that of the error it is. */
  Status expect(char type, Status status) {
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

  /** Notes that the connection cannot be used any more, and says what was under way. */
  TransportException broken(TransportException cause, String underWay) {
    int more = outstanding.count() - 1;
    String requests = underWay + (more > 0 ? " and " + more + " more requests" : "");
    String error = transaction.firstError();
    String said = error == null ? "" : "; before that it said: " + error;
    String message = cause.getMessage() + said + "; under way: " + requests;
    stream.closeSocket();
    failure = message;
    return cause instanceof TransportTimeoutException
        ? new TransportTimeoutException(message)
        : new TransportException(message, cause);
  }

  boolean isBroken() {
    return failure != null;
  }

  /** Ends the connection, and the call that uses it. */
  void close() {
    guard.close();
  }
}
