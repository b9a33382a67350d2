// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.wisp.store.Status;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.resp.ReplyReader;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The replies to transactions, one transaction after the other: OK to MULTI, QUEUED to each
 * command, and to EXEC an array of what each command did. A server that does not keep to that may
 * have done a part.
 */
final class TransactionReplies {

  /** A batch may have been done in part, or the server may still be inside its transaction. */
  static final class TornException extends TransportException {

    private static final long serialVersionUID = 1L;

    TornException(String message) {
      super(message);
    }
  }

  private static final MemorySegment OK = MemorySegment.ofArray("OK".getBytes(US_ASCII));
  private static final MemorySegment QUEUED = MemorySegment.ofArray("QUEUED".getBytes(US_ASCII));

  private final Endpoint endpoint;
  private final ReplyStream stream;
  private final ReplyReader reply;

  /** Of the transaction under way: the replies so far, and how many of them were QUEUED. */
  private int taken;

  private int queued;

  /** Whether MULTI was answered with OK. */
  private boolean begun;

  /** Whether a command was answered as if there were no transaction. */
  private boolean doneAlone;

  private @Nullable String firstError;

  TransactionReplies(Endpoint endpoint, ReplyStream stream) {
    this.endpoint = endpoint;
    this.stream = stream;
    reply = stream.reply();
  }

  /** Takes a reply that is not the last one. */
  void take() {
    noteError();
    if (taken++ == 0) {
      begun = reply.isLine(OK);
    } else if (reply.isLine(QUEUED)) {
      queued++;
    } else {
      doneAlone |= !reply.isError();
    }
  }

  private void noteError() {
    if (firstError == null && reply.isError()) {
      firstError = reply.text();
    }
  }

  /** The first error of the transaction under way, or null. */
  @Nullable String firstError() {
    return firstError;
  }

  /**
   * What became of the transaction, by its last reply.
   *
   * @throws TornException if not even the server may know
   * @throws TransportException if it was refused by an error that has no status, or a command
   *     failed although it was carried out; the connection is as good as before
   */
  Status outcome() {
    noteError();
    try {
      return reply.isError() ? refusal() : doneOrConflict(taken - 1);
    } finally {
      taken = 0;
      queued = 0;
      begun = false;
      doneAlone = false;
      firstError = null;
    }
  }

  /*
   * Without an OK to MULTI the server is in no transaction; nothing was done if it refused all
   * commands as well. Else EXEC must say that it has ended the transaction.
   */
  private Status refusal() {
    String error = reply.text();
    boolean isOver = begun ? ErrorReply.endsTransaction(error) : queued == 0;
    if (!isOver || doneAlone) {
      throw torn("it answered EXEC with: " + error);
    }
    return ErrorReply.status(endpoint, String.valueOf(firstError));
  }

  private Status doneOrConflict(int commands) {
    if (reply.type() != '*') {
      throw torn("it answered EXEC with: " + reply.text());
    } else if (!begun || doneAlone) {
      throw torn("it carried out what was in no transaction");
    } else if (reply.number() < 0) {
      return firstError == null ? Status.CONFLICT : ErrorReply.status(endpoint, firstError);
    } else if (queued != commands || reply.number() != commands) {
      throw torn("it answered for " + reply.number() + " of " + commands + " commands");
    }
    String error = stream.firstError();
    if (error != null) {
      throw new TransportException(
          endpoint + " carried out a batch and answered a part of it with an error: " + error);
    }
    return Status.DONE;
  }

  private TornException torn(String what) {
    String first = firstError == null ? "" : "; the first error was: " + firstError;
    return new TornException(endpoint + " may have done a part of a batch: " + what + first);
  }
}
