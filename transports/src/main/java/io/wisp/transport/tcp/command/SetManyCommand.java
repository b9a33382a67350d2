// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.store.WriteBatch;

/** MSET key value [key value ...]: all pairs, or none. */
final class SetManyCommand implements Command.Handler {

  private final WriteBatch batch = new WriteBatch();

  @Override
  public void execute(CommandRequest request) {
    try {
      for (int i = 1; i < request.arguments().count(); i += 2) {
        batch.put(request.key(i), request.value(i + 1));
      }
      Status status = request.store().writeAll(batch);
      if (status.isError()) {
        request.fail(status);
      } else {
        request.reply().ok();
      }
    } finally {
      batch.clear();
    }
  }
}
