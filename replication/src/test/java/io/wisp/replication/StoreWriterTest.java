// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.ForwardingStore;
import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import org.junit.jupiter.api.Test;

class StoreWriterTest {

  /** A store that notes when it was emptied. */
  private static final class Watched extends ForwardingStore {

    private final HeapStore store = new HeapStore();
    private long clearedAt;

    @Override
    protected Store store() {
      return store;
    }

    @Override
    public void clear() {
      clearedAt = System.nanoTime();
      super.clear();
    }
  }

  /** A deposed leader is sent a snapshot while clients read its table. No machine is too fast. */
  @Test
  void shouldEmptyTheStoreForASnapshotWhenNobodyMayReadItAnyMore() {
    try (Watched store = new Watched()) {
      store.put(Slice.of("key"), Slice.of("value"));
      StoreWriter writer = new StoreWriter(store);
      long began = System.nanoTime();
      writer.startAnew();
      assertThat(store.clearedAt - began).isGreaterThanOrEqualTo(Reign.CLOSED_NANOS);
      assertThat(store.delete(Slice.of("key"))).isEqualTo(Status.ABSENT);
    }
  }
}
