// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.BulkSink;
import io.wisp.transport.tcp.resp.Errors;

/** DELIFEQ key value, of Valkey: how a lock is released by none but who holds it. */
final class DeleteIfEqualCommand implements Command.Handler, Update<BulkSink> {

  private final Slice expected = new Slice();

  @Override
  public void execute(CommandRequest request) {
    request.arguments().slice(2, expected);
    BulkSink old = request.bulk();
    Status status = request.update(request.key(1), old, this);
    if (status.isError()) {
      request.fail(status);
    } else if (old.isFound() && old.isFull()) {
      request.fail(Errors.REQUEST_TOO_LARGE);
    } else {
      request.reply().bool(status == Status.DELETED);
    }
  }

  @Override
  public Change decide(BulkSink old) {
    return old.isFound() && old.holds(expected) ? Change.DELETE : Change.NONE;
  }
}
