// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.nio.charset.StandardCharsets;

/** INCRBYFLOAT key increment. */
final class AddFloatCommand implements Command.Handler, Update<WorkingCopy> {

  private final Slice value = new Slice();
  private LongDouble increment = LongDouble.ZERO;
  private String error = "";

  @Override
  public void execute(CommandRequest request) {
    Arguments arguments = request.arguments();
    LongDouble read =
        arguments.length(2) > LongDouble.MAX_TEXT_LENGTH
            ? null
            : LongDouble.read(new String(arguments.bytes(2), StandardCharsets.ISO_8859_1));
    if (read == null) {
      request.fail(Errors.NOT_A_FLOAT);
      return;
    }
    increment = read;
    error = "";
    WorkingCopy copy = request.copy(LongDouble.MAX_TEXT_LENGTH);
    Status status = request.update(request.key(1), copy, this);
    if (status.isError()) {
      request.fail(status);
    } else if (!error.isEmpty()) {
      request.fail(error);
    } else {
      request.reply().bulk(value.segment(), value.offset(), value.length());
    }
  }

  @Override
  public Change decide(WorkingCopy copy) {
    error = errorOf(copy);
    copy.pointAt(value);
    return error.isEmpty() ? Change.WRITE : Change.NONE;
  }

  /** Adds, and returns why that is impossible, or nothing. */
  private String errorOf(WorkingCopy copy) {
    if (copy.isFull()) {
      return Errors.REQUEST_TOO_LARGE;
    }
    LongDouble old = LongDouble.ZERO;
    if (copy.isFound()) {
      old = copy.isTooLong() ? null : LongDouble.read(copy.text());
    }
    if (old == null) {
      return Errors.NOT_A_FLOAT;
    }
    LongDouble sum = old.plus(increment);
    if (sum == null) {
      return "ERR increment would produce NaN or Infinity";
    }
    return copy.setText(sum.toString()) ? "" : Errors.REQUEST_TOO_LARGE;
  }

  @Override
  public Slice value() {
    return value;
  }
}
