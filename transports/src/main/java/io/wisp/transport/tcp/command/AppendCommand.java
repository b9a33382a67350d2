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
  private boolean tooLong;

  @Override
  public void execute(CommandRequest request) {
    request.arguments().slice(2, more);
    tooLong = false;
    WorkingCopy copy = request.copy(Limits.MAX_VALUE_LENGTH - more.length());
    Status status = request.store().update(request.key(1), copy, this);
    if (status.isError()) {
      request.fail(status);
    } else if (tooLong) {
      request.fail(Errors.STRING_TOO_LONG);
    } else {
      request.reply().integer(whole.length());
    }
  }

  @Override
  public Change decide(WorkingCopy copy) {
    tooLong = copy.isFull() || !copy.append(more);
    copy.pointAt(whole);
    return tooLong ? Change.NONE : Change.WRITE;
  }

  @Override
  public Slice value() {
    return whole;
  }
}
