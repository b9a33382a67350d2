// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.RecordSink;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.util.concurrent.TimeUnit;

/** The commands about when a key expires. */
final class ExpiryCommands {

  private ExpiryCommands() {}

  static Command.Handler seconds() {
    return request -> expire(request, TimeUnit.SECONDS, true, "expire");
  }

  static Command.Handler millis() {
    return request -> expire(request, TimeUnit.MILLISECONDS, true, "pexpire");
  }

  static Command.Handler secondsAt() {
    return request -> expire(request, TimeUnit.SECONDS, false, "expireat");
  }

  static Command.Handler millisAt() {
    return request -> expire(request, TimeUnit.MILLISECONDS, false, "pexpireat");
  }

  private static void expire(
      CommandRequest request, TimeUnit unit, boolean relative, String command) {
    Arguments arguments = request.arguments();
    ExpiryCondition condition = new ExpiryCondition();
    String error = condition.read(arguments, 3);
    if (!error.isEmpty()) {
      request.fail(error);
      return;
    }
    if (!arguments.isNumber(2)) {
      request.fail(Errors.NOT_AN_INTEGER);
      return;
    }
    long millis = Expiry.millis(arguments.number(), unit);
    long base = relative ? request.now() : 0;
    if (millis == Expiry.INVALID || millis > Long.MAX_VALUE - base) {
      request.fail(Errors.invalidExpiry(command));
      return;
    }
    // A time in the past is allowed here and means now; the store has its own use for 0 and -1.
    long expiresAt = Math.max(1, base + millis);
    if (arguments.count() == 3) {
      reply(request, request.store().expire(request.key(1), expiresAt));
    } else {
      rewrite(request, expiresAt, condition);
    }
  }

  static void persist(CommandRequest request) {
    rewrite(request, Store.NEVER, ExpiryCondition.EXPIRES);
  }

  /** Gives a record another expiry if its own fulfils a condition. */
  private static void rewrite(CommandRequest request, long expiresAt, ExpiryCondition condition) {
    ConditionalExpiry update = new ConditionalExpiry(expiresAt, condition);
    Status status = request.store().update(request.key(1), request.found(), update);
    reply(request, update.refused ? Status.ABSENT : status);
  }

  private static final class ConditionalExpiry implements Update<RecordSink> {

    private final long expiresAt;
    private final ExpiryCondition condition;
    private boolean refused;

    ConditionalExpiry(long expiresAt, ExpiryCondition condition) {
      this.expiresAt = expiresAt;
      this.condition = condition;
    }

    @Override
    public Change decide(RecordSink old) {
      refused = old.isFound() && !condition.allows(old.expiresAt(), expiresAt);
      return old.isFound() && !refused ? Change.EXPIRE : Change.NONE;
    }

    @Override
    public long expiresAt() {
      return expiresAt;
    }
  }

  private static void reply(CommandRequest request, Status status) {
    if (status.isError()) {
      request.fail(status);
    } else {
      request.reply().bool(status != Status.ABSENT);
    }
  }

  static void timeToLive(CommandRequest request) {
    reply(request, TimeUnit.SECONDS, request.now());
  }

  static void millisToLive(CommandRequest request) {
    reply(request, TimeUnit.MILLISECONDS, request.now());
  }

  static void expiryTime(CommandRequest request) {
    reply(request, TimeUnit.SECONDS, 0);
  }

  static void expiryMillis(CommandRequest request) {
    reply(request, TimeUnit.MILLISECONDS, 0);
  }

  /** Replies with when the key expires, from a time on; -1 if it does not, -2 if it is absent. */
  private static void reply(CommandRequest request, TimeUnit unit, long from) {
    RecordSink found = request.found();
    Status status = request.get(request.key(1), found);
    if (status.isError()) {
      request.fail(status);
    } else if (status == Status.ABSENT) {
      request.reply().integer(-2);
    } else if (found.expiresAt() == Store.NEVER) {
      request.reply().integer(-1);
    } else {
      long millis = Math.max(0, found.expiresAt() - from);
      request.reply().integer(unit == TimeUnit.SECONDS ? roundedSeconds(millis) : millis);
    }
  }

  /** Without a sum that the latest time would overflow. */
  private static long roundedSeconds(long millis) {
    return millis / 1000 + (millis % 1000 < 500 ? 0 : 1);
  }
}
