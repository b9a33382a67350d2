// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import java.util.ArrayList;
import java.util.List;

/**
 * A walk over the keys of a store, which are copied some at a time, so that between two steps they
 * can be read and removed. A key that is there all the time is among them, some more than once.
 */
final class StoreWalk {

  private final Store store;
  private final List<byte[]> keys = new ArrayList<>();
  private final KeySink sink =
      (segment, offset, length) -> keys.add(new Slice().set(segment, offset, length).toByteArray());
  private long cursor;
  private boolean atEnd;

  /** One that is still to begin. */
  StoreWalk(Store store) {
    this.store = store;
  }

  /** Whether there may be more keys. */
  boolean hasMore() {
    return !atEnd;
  }

  /**
   * The keys of the next step, about so many; there may be none. The list is used again by the step
   * after it.
   */
  List<byte[]> next(int wanted) {
    keys.clear();
    cursor = store.scan(cursor, wanted, sink);
    atEnd = cursor == 0;
    return keys;
  }
}
