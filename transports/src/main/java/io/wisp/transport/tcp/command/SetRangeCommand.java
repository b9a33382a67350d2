// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;

/** SETRANGE key offset value. */
final class SetRangeCommand implements Command.Handler, Update<WorkingCopy> {

  private final Slice part = new Slice();
  private final Slice whole = new Slice();
  private int offset;
  private boolean full;

  @Override
  public void execute(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (!arguments.isNumber(2)) {
      request.fail(Errors.NOT_AN_INTEGER);
      return;
    }
    long at = arguments.number();
    arguments.slice(3, part);
    if (at < 0) {
      request.fail("ERR offset is out of range");
    } else if (part.length() == 0) {
      StringCommands.length(request);
    } else if (at > Limits.MAX_VALUE_LENGTH - part.length()) {
      request.fail(Errors.STRING_TOO_LONG);
    } else {
      offset = (int) at;
      overwrite(request);
    }
  }

  private void overwrite(CommandRequest request) {
    full = false;
    WorkingCopy copy = request.copy(Limits.MAX_VALUE_LENGTH);
    Status status = request.update(request.key(1), copy, this);
    if (status.isError()) {
      request.fail(status);
    } else if (full) {
      request.fail(Errors.REQUEST_TOO_LARGE);
    } else {
      request.reply().integer(whole.length());
    }
  }

  @Override
  public Change decide(WorkingCopy copy) {
    full = copy.isFull() || !copy.extend(offset + part.length());
    if (full) {
      return Change.NONE;
    }
    copy.overwrite(offset, part);
    copy.pointAt(whole);
    return Change.WRITE;
  }

  @Override
  public Slice value() {
    return whole;
  }
}
