// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.Errors;

/** APPEND key value. */
final class AppendCommand implements Command.Handler, Update<WorkingCopy> {

  private final Slice more = new Slice();
  private final Slice whole = new Slice();
  private String error = "";

  @Override
  public void execute(CommandRequest request) {
    request.arguments().slice(2, more);
    error = "";
    WorkingCopy copy = request.copy(Limits.MAX_VALUE_LENGTH - more.length());
    Status status = request.update(request.key(1), copy, this);
    if (status.isError()) {
      request.fail(status);
    } else if (!error.isEmpty()) {
      request.fail(error);
    } else {
      request.reply().integer(whole.length());
    }
  }

  @Override
  public Change decide(WorkingCopy copy) {
    error = errorOf(copy);
    copy.pointAt(whole);
    return error.isEmpty() ? Change.WRITE : Change.NONE;
  }

  /** Appends, and returns why that is impossible, or nothing. */
  private String errorOf(WorkingCopy copy) {
    if (copy.isTooLong()) {
      return Errors.STRING_TOO_LONG;
    }
    return copy.isFull() || !copy.append(more) ? Errors.REQUEST_TOO_LARGE : "";
  }

  @Override
  public Slice value() {
    return whole;
  }
}
