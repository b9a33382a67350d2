// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.Transaction;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The store as the commands of one thread see it: the store itself, or a transaction of it while
 * what they do is to happen at one moment.
 */
final class StoreView {

  private final Store store;
  private final Transaction transaction;
  private final Traffic traffic;
  private final ReplyWriter reply;
  private final Runnable attempt = this::attempt;
  private Store current;
  private @Nullable Runnable work;
  private int replied;
  private int hits;
  private int misses;

  /**
   * A view of a store.
   *
   * @param traffic counts what is read
   * @param reply where commands reply
   */
  StoreView(Store store, Traffic traffic, ReplyWriter reply) {
    this.store = store;
    this.traffic = traffic;
    this.reply = reply;
    transaction = new Transaction(store);
    current = store;
  }

  /** The store, or the transaction. */
  Store current() {
    return current;
  }

  /** Whether it is the transaction. */
  boolean isTransaction() {
    return current == transaction;
  }

  /** The transaction of this thread, for work within it. */
  Transaction transaction() {
    return transaction;
  }

  /**
   * Runs work that reads and writes through {@link #current}; to everybody else it happens at one
   * moment. Within such work it is a part of it. It runs again if others write what it reads; what
   * it replied, and which reads it counted, is then forgotten. It does nothing else that another
   * run does not replace.
   *
   * @return as {@link Store#transact}; unless that is {@link Status#DONE}, nothing was replied
   */
  Status transact(Runnable work) {
    if (isTransaction()) {
      return transaction.transact(transaction, work);
    }
    this.work = work;
    replied = reply.output().size();
    current = transaction;
    Status status = Status.CONFLICT;
    try {
      status = store.transact(transaction, attempt);
    } finally {
      current = store;
      this.work = null;
      if (status == Status.DONE) {
        traffic.countReads(hits, misses);
      } else {
        takeBackReply();
      }
    }
    return status;
  }

  private void attempt() {
    takeBackReply();
    hits = 0;
    misses = 0;
    Objects.requireNonNull(work).run();
  }

  private void takeBackReply() {
    reply.output().truncate(reply.output().start() + replied);
  }

  /** Counts a key that was looked for on behalf of a reader. */
  void countRead(boolean found) {
    if (!isTransaction()) {
      traffic.countRead(found);
    } else if (found) {
      hits++;
    } else {
      misses++;
    }
  }
}
