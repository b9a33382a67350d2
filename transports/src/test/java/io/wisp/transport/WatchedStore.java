// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.ForwardingStore;
import io.wisp.store.HeapStore;
import io.wisp.store.Store;
import java.util.concurrent.atomic.AtomicLong;

/** A store that counts its calls. */
final class WatchedStore extends ForwardingStore {

  private final Store store = new HeapStore();
  private final AtomicLong calls = new AtomicLong();

  long calls() {
    return calls.get();
  }

  @Override
  protected Store store() {
    calls.incrementAndGet();
    return store;
  }
}
