// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts how often a store is asked for its statistics. */
public final class LookedAtStore extends ForwardingStore {

  private final Store store;
  private final AtomicInteger looks = new AtomicInteger();

  /** Hands all on to a store. */
  public LookedAtStore(Store store) {
    this.store = store;
  }

  /** How often it was asked. */
  public int looks() {
    return looks.get();
  }

  @Override
  public StoreStatistics statistics() {
    looks.incrementAndGet();
    return store.statistics();
  }

  @Override
  protected Store store() {
    return store;
  }
}
