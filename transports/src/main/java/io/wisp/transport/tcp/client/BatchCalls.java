// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.codec.BatchDescriptor;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.transport.Endpoint;
import io.wisp.transport.TransportException;
import io.wisp.transport.tcp.resp.ReplyReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Batches as transactions of Redis: MULTI, a SET or DEL for each key, EXEC. A server carries out
 * all of them at one moment; or none, if it refuses one of them when it is queued, or Wisp's has no
 * memory for all. What is required of keys is looked at before, and those keys are watched
 * meanwhile: if somebody has written one of them, EXEC does nothing.
 */
final class BatchCalls {

  /** The answers to MULTI and EXEC, where nothing is between them. */
  private static final List<String> EMPTY_TRANSACTION = List.of("+OK", "*0");

  private final Conversation conversation;
  private final Endpoint endpoint;
  private final RequestWriter requests;
  private final ReplyStream stream;
  private final ReplyReader reply;
  private final TransactionReplies replies;

  /** Whether the server has carried out a transaction of this connection. */
  private boolean proven;

  /** Whether keys are watched, as far as is known. */
  private boolean watches;

  /** The first error among the replies to a look. */
  private @Nullable String lookError;

  BatchCalls(Conversation conversation) {
    this.conversation = conversation;
    endpoint = conversation.endpoint();
    requests = conversation.requests();
    stream = conversation.stream();
    reply = stream.reply();
    replies = conversation.transaction();
  }

  /** Whether something is required of a key. */
  static boolean isConditional(WriteBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      if (isConditional(batch.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isConditional(WriteBatch.Entry entry) {
    return entry.condition() != WriteCondition.ALWAYS;
  }

  /** Refuses what Redis' protocol has no word for. */
  static void requireNoVersions(WriteBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i).condition() == WriteCondition.IF_VERSION) {
        throw new UnsupportedOperationException(
            "Redis' protocol has no versions, so over tcp a batch cannot require one; zmq, shm and"
                + " rdma can");
      }
    }
  }

  /** Refuses to submit what takes more than one round trip. */
  static void requireNoConditions(WriteBatch batch) {
    requireNoVersions(batch);
    if (isConditional(batch)) {
      throw new UnsupportedOperationException(
          "over tcp the conditions of a batch take a round trip before it, so it cannot be"
              + " submitted; writeAll can do it");
    }
  }

  /**
   * Sees to it, once a connection, that the server carries out transactions, by one of nothing: for
   * a server that refuses MULTI would do each command of a batch by itself. Waits for the answer.
   *
   * @param earlier how many replies are to come before, which stay
   * @return null if it does; else why it does not, and the connection is as good as before
   */
  @Nullable Status prove(int earlier, long deadline) {
    if (proven) {
      return null;
    }
    requests.words("MULTI");
    requests.words("EXEC");
    List<String> lines = conversation.exchange("MULTI", earlier, 2, deadline);
    proven = lines.equals(EMPTY_TRANSACTION);
    return proven ? null : refusal(lines.getFirst(), lines.getLast());
  }

  private Status refusal(String multi, String exec) {
    String error = (multi.startsWith("-") ? multi : exec).substring(1);
    boolean isOver = multi.startsWith("-") || ErrorReply.endsTransaction(error);
    if (!isOver || !exec.startsWith("-")) {
      throw conversation.broken(
          new TransportException(
              endpoint
                  + " carries out no transactions: it answered MULTI with "
                  + multi
                  + " and EXEC with "
                  + exec),
          "MULTI");
    }
    return ErrorReply.isUnknownCommand(error)
        ? Status.UNKNOWN_OPERATION
        : ErrorReply.status(endpoint, error);
  }

  /** Appends a transaction, or nothing; the answer is how many replies it will have. */
  int append(WriteBatch batch) {
    requests.reserve(batch.size() + 2, BatchDescriptor.length(batch));
    int mark = requests.mark();
    try {
      return appendAll(batch);
    } catch (Throwable unreadable) {
      requests.takeBack(mark);
      throw unreadable;
    }
  }

  private int appendAll(WriteBatch batch) {
    requests.words("MULTI");
    int commands = 0;
    for (int i = 0; i < batch.size(); i++) {
      WriteBatch.Entry entry = batch.get(i);
      switch (entry.change()) {
        case PUT -> put(entry);
        case DELETE -> requests.delete(entry.key());
        case NONE -> {}
      }
      commands += entry.change() == WriteBatch.Change.NONE ? 0 : 1;
    }
    requests.words("EXEC");
    return commands + 2;
  }

  private void put(WriteBatch.Entry entry) {
    if (entry.expiresAt() == Store.NEVER) {
      requests.put(entry.key(), entry.value());
    } else {
      requests.putUntil(entry.key(), entry.value(), entry.expiresAt());
    }
  }

  /** Takes a reply to a transaction that is not its last one. */
  void take() {
    replies.take();
  }

  /** What became of a transaction, by the last reply to it. */
  Status complete() {
    try {
      Status status = replies.outcome();
      watches &= status.isError();
      return status;
    } catch (TransactionReplies.TornException e) {
      throw conversation.broken(e, "EXEC");
    }
  }

  /**
   * Watches the keys of which something is required, and looks whether it holds.
   *
   * @return {@link Status#DONE} if it does, and {@link #unwatch} must follow; else {@link
   *     Status#CONFLICT} or an error, and no key is watched any more
   */
  Status look(WriteBatch batch, long deadline) {
    appendLook(batch);
    watches = true;
    lookError = null;
    boolean allHold = true;
    for (int i = 0; i < batch.size(); i++) {
      if (isConditional(batch.get(i))) {
        take("WATCH", '+', deadline);
        boolean isThere = take("EXISTS", ':', deadline) > 0;
        allHold &= isThere == (batch.get(i).condition() == WriteCondition.IF_PRESENT);
      }
    }
    if (allHold && lookError == null) {
      return Status.DONE;
    }
    if (lookError == null) {
      unwatch(deadline);
    } else {
      unwatchRefused(deadline);
    }
    String error = lookError;
    return error == null ? Status.CONFLICT : ErrorReply.status(endpoint, error);
  }

  /** Watches no key any more; a transaction that was carried out has done so. */
  void unwatch(long deadline) {
    if (watches) {
      watches = false;
      requests.words("UNWATCH");
      take("UNWATCH", '+', deadline);
    }
  }

  /**
   * The same behind an error, which says what became of the batch: behind some the server ends the
   * connection, and that is for the next call to say.
   */
  void unwatchRefused(long deadline) {
    try {
      unwatch(deadline);
    } catch (TransportException e) {
      // The error counts.
    }
  }

  /** Appends all that a look asks for, or nothing. */
  private void appendLook(WriteBatch batch) {
    reserveForLook(batch);
    int mark = requests.mark();
    try {
      for (int i = 0; i < batch.size(); i++) {
        if (isConditional(batch.get(i))) {
          Slice key = batch.get(i).key();
          requests.watch(key);
          requests.exists(key);
        }
      }
    } catch (Throwable unreadable) {
      requests.takeBack(mark);
      throw unreadable;
    }
  }

  private void reserveForLook(WriteBatch batch) {
    long keyBytes = 0;
    for (int i = 0; i < batch.size(); i++) {
      keyBytes += batch.get(i).key().length();
    }
    requests.reserve(2 * batch.size(), 2 * keyBytes);
  }

  /** Waits for a reply, which is of a type or an error; the answer is its number, if it has one. */
  private long take(String request, char type, long deadline) {
    conversation.await(request, deadline);
    try {
      if (reply.isError()) {
        lookError = lookError == null ? reply.text() : lookError;
        return 0;
      }
      if (reply.type() != type) {
        throw conversation.broken(
            new TransportException(
                endpoint + " answered " + request + " with a reply of the wrong type"),
            request);
      }
      return reply.number();
    } finally {
      stream.consume();
    }
  }
}
