// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;

/** MSET and MSETNX key value [key value ...]: all pairs, or none. */
final class SetManyCommand implements Command.Handler {

  private final WriteBatch batch = new WriteBatch();
  private final WriteCondition condition;

  private SetManyCommand(WriteCondition condition) {
    this.condition = condition;
  }

  /** MSET. */
  static SetManyCommand always() {
    return new SetManyCommand(WriteCondition.ALWAYS);
  }

  /** MSETNX, which replies whether it has set them. */
  static SetManyCommand ifAbsent() {
    return new SetManyCommand(WriteCondition.IF_ABSENT);
  }

  @Override
  public void execute(CommandRequest request) {
    try {
      for (int i = 1; i < request.arguments().count(); i += 2) {
        batch.put(request.key(i), request.value(i + 1), Store.NEVER, condition, 0);
      }
      Status status = request.store().writeAll(batch);
      if (status.isError()) {
        request.fail(status);
      } else if (condition == WriteCondition.ALWAYS) {
        request.reply().ok();
      } else {
        request.reply().bool(status == Status.DONE);
      }
    } finally {
      batch.clear();
    }
  }
}
