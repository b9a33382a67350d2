// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.BulkSink;

/** GETDEL key. */
final class GetDeleteCommand implements Command.Handler, Update<BulkSink> {

  @Override
  public void execute(CommandRequest request) {
    BulkSink old = request.bulk();
    Status status = request.update(request.key(1), old, this);
    StringCommands.reply(request, status, old);
  }

  @Override
  public Change decide(BulkSink old) {
    return old.isFound() && !old.isFull() ? Change.DELETE : Change.NONE;
  }
}
