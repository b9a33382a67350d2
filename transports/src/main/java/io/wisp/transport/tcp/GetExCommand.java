package io.wisp.transport.tcp;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;

/** GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]. */
final class GetExCommand implements Command.Handler {

  private final ExpiryOption expiry = new ExpiryOption();
  private final Slice value = new Slice();

  @Override
  public void execute(Request request) {
    Arguments arguments = request.arguments();
    if (arguments.count() == 2) {
      StringCommands.get(request);
      return;
    }
    expiry.begin();
    boolean persist = arguments.count() == 3 && arguments.is(2, "PERSIST");
    if (!persist && (arguments.count() != 4 || !expiry.read(request, 2, "getex"))) {
      request.reply().error(Errors.SYNTAX);
    } else if (!expiry.error().isEmpty()) {
      request.reply().error(expiry.error());
    } else {
      readAndExpire(request, persist ? Store.NEVER : expiry.expiresAt());
    }
  }

  private void readAndExpire(Request request, long expiresAt) {
    Store store = request.store();
    Slice key = request.key(1);
    while (true) {
      BulkSink found = request.bulk();
      Status status = store.get(key, found);
      if (status != Status.FOUND || found.isFull()) {
        found.rollBack();
        StringCommands.refuse(request, status);
        return;
      }
      value.set(request.reply().output().memory(), found.valueOffset(), found.valueLength());
      Status written =
          store.write(key, value, WriteCondition.IF_VERSION, found.version(), expiresAt);
      if (written == Status.REPLACED) {
        return;
      }
      found.rollBack();
      if (written.isError()) {
        request.fail(written);
        return;
      }
    }
  }
}
