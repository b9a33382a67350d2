// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.BulkSink;
import io.wisp.transport.tcp.resp.Errors;

/** GETEX key [EX s | PX ms | EXAT s | PXAT ms | PERSIST]. */
final class GetExCommand implements Command.Handler, Update<BulkSink> {

  private final ExpiryOption expiry = new ExpiryOption();
  private boolean persists;
  private long expiresAt;

  @Override
  public void execute(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (arguments.count() == 2) {
      StringCommands.get(request);
      return;
    }
    if (!readOptions(arguments)) {
      request.fail(Errors.SYNTAX);
      return;
    }
    String error = expiry.isGiven() ? expiry.resolve(request, "getex") : "";
    if (error.isEmpty()) {
      readAndExpire(request, persists ? Store.NEVER : expiry.expiresAt());
    } else if (request.store().contains(request.key(1))) {
      request.fail(error);
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

  private void readAndExpire(CommandRequest request, long expiresAt) {
    this.expiresAt = expiresAt;
    BulkSink found = request.bulk();
    Status status = request.update(request.key(1), found, this);
    StringCommands.reply(request, status, found);
  }

  @Override
  public Change decide(BulkSink found) {
    // To let a key last that lasts changes nothing, for those who watch it.
    boolean changes =
        found.isFound() && !found.isFull() && !(persists && found.expiresAt() == Store.NEVER);
    return changes ? Change.EXPIRE : Change.NONE;
  }

  @Override
  public long expiresAt() {
    return expiresAt;
  }
}
