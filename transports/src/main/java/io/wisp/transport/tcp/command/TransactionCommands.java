// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.transport.tcp.buffer.BufferLimitException;
import io.wisp.transport.tcp.resp.Errors;

/** MULTI, DISCARD, WATCH and UNWATCH. */
final class TransactionCommands {

  private TransactionCommands() {}

  static void multi(CommandRequest request) {
    ClientTransaction transaction = request.execution().transaction();
    if (transaction.isOpen()) {
      request.fail(Errors.NESTED_MULTI);
    } else {
      transaction.begin();
      request.reply().ok();
    }
  }

  static void discard(CommandRequest request) {
    ClientTransaction transaction = request.execution().transaction();
    if (transaction.isOpen()) {
      transaction.close();
      request.reply().ok();
    } else {
      request.fail(Errors.DISCARD_WITHOUT_MULTI);
    }
  }

  static void watch(CommandRequest request) {
    ClientTransaction transaction = request.execution().transaction();
    if (transaction.isOpen()) {
      request.fail(Errors.WATCH_INSIDE_MULTI);
      return;
    }
    String error = watchAll(transaction.watched(), request);
    if (error.isEmpty()) {
      request.reply().ok();
    } else {
      request.fail(error);
    }
  }

  /** Watches all keys, or none of them; the answer is why, or nothing. */
  private static String watchAll(WatchedKeys watched, CommandRequest request) {
    int count = watched.count();
    int bytes = watched.bytes();
    String error = "";
    try {
      for (int i = 1; i < request.arguments().count() && error.isEmpty(); i++) {
        error = watch(watched, request.key(i), request) ? "" : WatchedKeys.TOO_MANY;
      }
    } catch (BufferLimitException e) {
      error = Errors.REQUEST_TOO_LARGE;
    }
    if (!error.isEmpty()) {
      watched.truncate(count, bytes);
    }
    return error;
  }

  /** What cannot be a key is absent. */
  private static boolean watch(WatchedKeys watched, Slice key, CommandRequest request) {
    Status status = request.store().get(key, request.found());
    return watched.add(key, status == Status.FOUND ? request.found().version() : 0);
  }

  /** Within EXEC there is nothing to forget: that forgets at its end, and may run it twice. */
  static void unwatch(CommandRequest request) {
    if (!request.isInTransaction()) {
      request.execution().transaction().watched().close();
    }
    request.reply().ok();
  }
}
