// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;

/** SET key value [NX | XX | IFEQ value] [GET] [EX s | PX ms | EXAT s | PXAT ms | KEEPTTL]. */
final class SetCommand implements Command.Handler {

  private final ExpiryOption expiry = new ExpiryOption();
  private final ExchangeCommand exchange = new ExchangeCommand();
  private final SetIfEqual setIfEqual = new SetIfEqual();
  private WriteCondition condition = WriteCondition.ALWAYS;

  /** The argument with the value that there must be; 0 if none was named. */
  private int expectedAt;

  private boolean keepsExpiry;
  private boolean returnsOld;

  @Override
  public void execute(CommandRequest request) {
    if (request.arguments().count() == 3) {
      Slice key = request.key(1);
      reply(request, request.store().put(key, request.value(2)));
      return;
    }
    String error = readOptions(request);
    if (!error.isEmpty()) {
      request.fail(error);
      return;
    }
    long expiresAt = expiry.isGiven() ? expiry.expiresAt() : Store.NEVER;
    if (keepsExpiry) {
      expiresAt = Store.KEEP_EXPIRY;
    }
    if (expectedAt > 0) {
      setIfEqual.execute(request, expectedAt, expiresAt, returnsOld);
    } else if (returnsOld) {
      exchange.execute(request, condition, expiresAt);
    } else {
      Slice key = request.key(1);
      reply(request, request.store().write(key, request.value(2), condition, 0, expiresAt));
    }
  }

  private static void reply(CommandRequest request, Status status) {
    switch (status) {
      case CREATED, REPLACED -> request.reply().ok();
      case CONFLICT -> request.reply().absent();
      default -> request.fail(status);
    }
  }

  private String readOptions(CommandRequest request) {
    Arguments arguments = request.arguments();
    expiry.begin();
    condition = WriteCondition.ALWAYS;
    expectedAt = 0;
    keepsExpiry = false;
    returnsOld = false;
    for (int index = 3; index < arguments.count(); index++) {
      if (!keepsExpiry && expiry.read(arguments, index)) {
        index++;
      } else if (arguments.is(index, "NX") && mayHaveCondition(WriteCondition.IF_ABSENT)) {
        condition = WriteCondition.IF_ABSENT;
      } else if (arguments.is(index, "XX") && mayHaveCondition(WriteCondition.IF_PRESENT)) {
        condition = WriteCondition.IF_PRESENT;
      } else if (arguments.is(index, "IFEQ")
          && index + 1 < arguments.count()
          && mayHaveCondition(WriteCondition.ALWAYS)) {
        expectedAt = ++index;
      } else if (arguments.is(index, "GET")) {
        returnsOld = true;
      } else if (arguments.is(index, "KEEPTTL") && !expiry.isGiven()) {
        keepsExpiry = true;
      } else {
        return Errors.SYNTAX;
      }
    }
    return expiry.isGiven() ? expiry.resolve(request, "set") : "";
  }

  /** Whether there is no other condition so far than this one. */
  private boolean mayHaveCondition(WriteCondition wanted) {
    return expectedAt == 0 && (condition == WriteCondition.ALWAYS || condition == wanted);
  }
}
