// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;

/** GETRANGE key start end. */
final class GetRangeCommand implements Command.Handler {

  private final ValueRange range = new ValueRange();
  private final PartSink part = new PartSink(range);

  @Override
  public void execute(CommandRequest request) {
    Arguments arguments = request.arguments();
    range.begin();
    if (!range.readStart(arguments, 2) || !range.readEnd(arguments, 3)) {
      request.fail(Errors.NOT_AN_INTEGER);
      return;
    }
    if (range.isBackwards()) {
      range.setEmpty();
    }
    Status status = part.read(request);
    if (status.isError()) {
      request.fail(status);
    } else if (status == Status.ABSENT) {
      request.reply().bulk("");
    } else if (part.isFull()) {
      throw request.buffers().shortage(part.valueLength());
    } else {
      part.replyTo(request.reply());
    }
  }
}
