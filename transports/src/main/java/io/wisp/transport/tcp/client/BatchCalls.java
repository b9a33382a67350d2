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
import org.jspecify.annotations.Nullable;

/**
 * Batches as transactions of Redis: MULTI, a SET or DEL for each key, EXEC. A server carries out
 * all of them at one moment; or none, if it refuses one of them when it is queued, or Wisp's has no
 * memory for all. What is required of keys is looked at before, and those keys are watched
 * meanwhile: if somebody has written one of them, EXEC does nothing.
 */
final class BatchCalls {

  /** Sends what was appended, and waits until a deadline for the next reply. */
  interface Waiter {
    void await(String request, long deadline);
  }

  private final Endpoint endpoint;
  private final RequestWriter requests;
  private final ReplyStream stream;
  private final ReplyReader reply;
  private final Waiter waiter;

  /** The first error among the replies to what is under way. */
  private @Nullable String error;

  BatchCalls(Endpoint endpoint, RequestWriter requests, ReplyStream stream, Waiter waiter) {
    this.endpoint = endpoint;
    this.requests = requests;
    this.stream = stream;
    this.waiter = waiter;
    reply = stream.reply();
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

  /** Appends a transaction; the answer is how many replies it will have. */
  int append(WriteBatch batch) {
    requests.reserve(batch.size() + 2, BatchDescriptor.length(batch));
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

  /** Takes note of a reply to a transaction, of which an error is the outcome. */
  void note() {
    if (error == null && reply.isError()) {
      error = reply.text();
    }
  }

  /** Why the transaction was refused whose last reply was noted; null if it was not. */
  @Nullable Status refusal() {
    String first = error;
    error = null;
    return first == null ? null : ErrorReply.status(endpoint, first);
  }

  /** Sees to it that each command of a transaction was done, by the reply to EXEC. */
  void requireAllDone() {
    String first = stream.firstError();
    if (first != null) {
      throw new TransportException(
          endpoint + " carried out a batch and answered a part of it with an error: " + first);
    }
  }

  /**
   * Watches the keys of which something is required, and looks whether it holds.
   *
   * @return {@link Status#DONE} if it does; else {@link Status#CONFLICT} or an error, and no key is
   *     watched any more
   */
  Status look(WriteBatch batch, long deadline) {
    reserveForLook(batch);
    for (int i = 0; i < batch.size(); i++) {
      if (isConditional(batch.get(i))) {
        Slice key = batch.get(i).key();
        requests.watch(key);
        requests.exists(key);
      }
    }
    boolean allHold = true;
    for (int i = 0; i < batch.size(); i++) {
      if (isConditional(batch.get(i))) {
        take("WATCH", deadline);
        boolean isThere = take("EXISTS", deadline) > 0;
        allHold &= isThere == (batch.get(i).condition() == WriteCondition.IF_PRESENT);
      }
    }
    if (allHold && error == null) {
      return Status.DONE;
    }
    requests.words("UNWATCH");
    take("UNWATCH", deadline);
    Status refusal = refusal();
    return refusal == null ? Status.CONFLICT : refusal;
  }

  private void reserveForLook(WriteBatch batch) {
    long keyBytes = 0;
    for (int i = 0; i < batch.size(); i++) {
      keyBytes += batch.get(i).key().length();
    }
    requests.reserve(2 * batch.size(), 2 * keyBytes);
  }

  /** Waits for a reply and notes it; the answer is its number, if it is one. */
  private long take(String request, long deadline) {
    waiter.await(request, deadline);
    note();
    long number = reply.type() == ':' ? reply.number() : 0;
    stream.consume();
    return number;
  }
}
