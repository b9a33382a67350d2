// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wisp.store.ForwardingStore;
import io.wisp.store.HeapStore;
import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import java.util.ArrayList;
import java.util.List;

/** Keeps which keys were loaded together. */
public final class RecordingPrefetcher implements Prefetcher {

  private final List<List<String>> loads = new ArrayList<>();
  private final List<String> added = new ArrayList<>();
  private boolean useful = true;

  /** A store whose every prefetcher is this one. */
  public Store store() {
    Store store = new HeapStore();
    return new ForwardingStore() {
      @Override
      protected Store store() {
        return store;
      }

      @Override
      public Prefetcher prefetcher() {
        return RecordingPrefetcher.this;
      }
    };
  }

  /** The keys of each load that had any. */
  public List<List<String>> loads() {
    return loads;
  }

  public void useful(boolean useful) {
    this.useful = useful;
  }

  @Override
  public boolean isUseful() {
    return useful;
  }

  @Override
  public boolean add(Slice key) {
    if (added.size() == MAX_KEYS) {
      throw new IllegalStateException("more than " + MAX_KEYS + " keys");
    }
    added.add(new String(key.toByteArray(), UTF_8));
    return added.size() < MAX_KEYS;
  }

  @Override
  public void load() {
    if (!added.isEmpty()) {
      loads.add(List.copyOf(added));
      added.clear();
    }
  }
}
