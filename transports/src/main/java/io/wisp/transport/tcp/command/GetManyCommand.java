// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.transport.tcp.resp.BulkSink;

/** MGET key [key ...], a step for each key. What cannot be a key is absent. */
final class GetManyCommand implements Command.Handler {

  @Override
  public void begin(CommandRequest request) {
    request.reply().array(request.execution().remainingArguments());
  }

  @Override
  public void execute(CommandRequest request) {
    BulkSink bulk = request.bulk();
    Status status = request.store().get(request.key(0), bulk);
    StringCommands.reply(request, status.isError() ? Status.ABSENT : status, bulk);
  }
}
