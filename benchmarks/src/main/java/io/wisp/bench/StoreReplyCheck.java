// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import io.wisp.measure.loop.ReplyCheck;
import io.wisp.measure.workload.RequestKind;
import io.wisp.store.Slice;
import io.wisp.store.Status;

/**
 * Ends a benchmark at the first reply that a store which holds what was put cannot give: an error,
 * a miss where every key is there, or a value of another length.
 *
 * @param server what complaints call it
 * @param everyGetHits whether a get that misses is wrong
 * @param valueSize bytes of every value
 */
record StoreReplyCheck(String server, boolean everyGetHits, int valueSize) implements ReplyCheck {

  private static final int ANY_SIZE = -1;

  /** For the transport that does nothing, and remembers nothing: errors alone are wrong. */
  static StoreReplyCheck nowhere(String server) {
    return new StoreReplyCheck(server, false, ANY_SIZE);
  }

  @Override
  public void check(RequestKind kind, long keyNumber, Status status, Slice value) {
    if (status.isError()) {
      throw complaint(kind, status, "");
    }
    if (kind == RequestKind.GET && status == Status.ABSENT && everyGetHits) {
      throw complaint(kind, status, " though every key had been stored");
    }
    if (status == Status.FOUND && value.length() != valueSize && valueSize != ANY_SIZE) {
      throw complaint(
          kind, status, " of " + value.length() + " bytes where " + valueSize + " were stored");
    }
  }

  private IllegalStateException complaint(RequestKind kind, Status status, String rest) {
    return new IllegalStateException(
        server + " answered a " + kind.word() + " with " + status + rest);
  }
}
