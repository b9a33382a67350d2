package io.wisp.transport.tcp;

import io.wisp.store.Slice;
import io.wisp.store.Status;

/**
 * MSET key value [key value ...], a step for each pair. It is not one step in the eyes of others,
 * as it is in Redis: the store has no writes of many keys. If one fails, the later ones are not
 * tried, and the error says how many were set before.
 */
final class SetManyCommand implements Command.Handler {

  @Override
  public void execute(Request request) {
    if (request.session().failure() != null) {
      return;
    }
    Slice key = request.key(0);
    Status status = request.store().put(key, request.value(1));
    if (status.isError()) {
      request.session().fail(Errors.of(status, request.session().tally()));
    } else {
      request.session().count(1);
    }
  }

  @Override
  public void end(Request request) {
    String failure = request.session().failure();
    if (failure == null) {
      request.reply().ok();
    } else {
      request.reply().error(failure);
    }
  }
}
