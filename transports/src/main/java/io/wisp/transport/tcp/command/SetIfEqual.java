// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Update;
import io.wisp.transport.tcp.resp.BulkSink;
import io.wisp.transport.tcp.resp.Errors;

/** What SET does with the option IFEQ of Valkey: it writes over one value and no other. */
final class SetIfEqual implements Update<BulkSink> {

  private final Slice value = new Slice();
  private final Slice expected = new Slice();
  private long expiresAt;

  /**
   * Writes the value in the second argument.
   *
   * @param expectedAt the argument with the value that there must be
   * @param returnsOld whether to reply with the old value, or else with whether it was replaced
   */
  void execute(CommandRequest request, int expectedAt, long expiresAt, boolean returnsOld) {
    this.expiresAt = expiresAt;
    request.arguments().slice(2, value);
    request.arguments().slice(expectedAt, expected);
    BulkSink old = request.bulk();
    Status status = request.update(request.key(1), old, this);
    if (returnsOld) {
      StringCommands.reply(request, status, old);
    } else if (status.isError()) {
      request.fail(status);
    } else if (old.isFound() && old.isFull()) {
      request.fail(Errors.REQUEST_TOO_LARGE);
    } else if (status == Status.REPLACED) {
      request.reply().ok();
    } else {
      request.reply().absent();
    }
  }

  @Override
  public Change decide(BulkSink old) {
    return old.isFound() && old.holds(expected) ? Change.WRITE : Change.NONE;
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
