// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.Decimal;
import io.wisp.transport.tcp.resp.Errors;

/** The commands that take a value for a number and change it. */
final class CounterCommands implements Update<WorkingCopy> {

  private final Slice value = new Slice();
  private long amount;
  private long sum;
  private String error = "";

  void increment(CommandRequest request) {
    add(request, 1);
  }

  void decrement(CommandRequest request) {
    add(request, -1);
  }

  void incrementBy(CommandRequest request) {
    if (request.arguments().isNumber(2)) {
      add(request, request.arguments().number());
    } else {
      request.fail(Errors.NOT_AN_INTEGER);
    }
  }

  void decrementBy(CommandRequest request) {
    if (!request.arguments().isNumber(2)) {
      request.fail(Errors.NOT_AN_INTEGER);
    } else if (request.arguments().number() == Long.MIN_VALUE) {
      request.fail("ERR decrement would overflow");
    } else {
      add(request, -request.arguments().number());
    }
  }

  private void add(CommandRequest request, long amount) {
    this.amount = amount;
    error = "";
    Status status = request.update(request.key(1), request.copy(Decimal.MAX_LENGTH), this);
    if (status.isError()) {
      request.fail(status);
    } else if (error.isEmpty()) {
      request.reply().integer(sum);
    } else {
      request.fail(error);
    }
  }

  @Override
  public Change decide(WorkingCopy copy) {
    error = errorOf(copy);
    if (!error.isEmpty()) {
      return Change.NONE;
    }
    copy.setNumber(sum);
    copy.pointAt(value);
    return Change.WRITE;
  }

  /** Adds, and returns why that is impossible, or nothing. */
  private String errorOf(WorkingCopy copy) {
    if (copy.isFull()) {
      return Errors.REQUEST_TOO_LARGE;
    }
    if (copy.isFound() && (copy.isTooLong() || !copy.isNumber())) {
      return Errors.NOT_AN_INTEGER;
    }
    long old = copy.isFound() ? copy.number() : 0;
    sum = old + amount;
    return ((old ^ sum) & (amount ^ sum)) < 0 ? Errors.OVERFLOW : "";
  }

  @Override
  public Slice value() {
    return value;
  }
}
