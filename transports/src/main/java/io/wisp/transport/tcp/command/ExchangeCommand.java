// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.Update;
import io.wisp.store.WriteCondition;
import io.wisp.transport.tcp.resp.BulkSink;

/** GETSET key value, and what SET does with the option GET. */
final class ExchangeCommand implements Command.Handler, Update<BulkSink> {

  private final Slice value = new Slice();
  private WriteCondition condition = WriteCondition.ALWAYS;
  private long expiresAt;

  @Override
  public void execute(CommandRequest request) {
    execute(request, WriteCondition.ALWAYS, Store.NEVER);
  }

  /**
   * Replies with the old value of the key in the first argument, and writes that in the second if
   * the condition holds.
   */
  void execute(CommandRequest request, WriteCondition condition, long expiresAt) {
    this.condition = condition;
    this.expiresAt = expiresAt;
    request.arguments().slice(2, value);
    BulkSink old = request.bulk();
    Status status = request.update(request.key(1), old, this);
    StringCommands.reply(request, status, old);
  }

  @Override
  public Change decide(BulkSink old) {
    boolean holds =
        old.isFound()
            ? condition != WriteCondition.IF_ABSENT && !old.isFull()
            : condition != WriteCondition.IF_PRESENT;
    return holds ? Change.WRITE : Change.NONE;
  }

  @Override
  public Slice value() {
    return value;
  }

  @Override
  public long expiresAt() {
    return expiresAt;
  }
}
