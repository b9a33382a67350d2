package io.wisp.transport.tcp;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;

/** GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]. */
final class GetExCommand implements Command.Handler {

  private final ExpiryOption expiry = new ExpiryOption();
  private final Slice value = new Slice();
  private boolean persists;

  @Override
  public void execute(Request request) {
    Arguments arguments = request.arguments();
    if (arguments.count() == 2) {
      StringCommands.get(request);
      return;
    }
    if (!readOptions(arguments)) {
      request.reply().error(Errors.SYNTAX);
      return;
    }
    String error = expiry.isGiven() ? expiry.resolve(request, "getex") : "";
    if (error.isEmpty()) {
      readAndExpire(request, persists ? Store.NEVER : expiry.expiresAt());
    } else if (request.store().contains(request.key(1))) {
      request.reply().error(error);
    } else {
      // As in Redis, which looks at the number only where there is a key.
      request.reply().absent();
    }
  }

  private boolean readOptions(Arguments arguments) {
    expiry.begin();
    persists = false;
    for (int index = 2; index < arguments.count(); index++) {
      if (!persists && expiry.read(arguments, index)) {
        index++;
      } else if (arguments.is(index, "PERSIST") && !expiry.isGiven()) {
        persists = true;
      } else {
        return false;
      }
    }
    return true;
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
