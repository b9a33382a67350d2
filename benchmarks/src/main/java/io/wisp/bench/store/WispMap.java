// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.CuckooStore;

/** Wisp's table. */
final class WispMap implements MapUnderTest {

  private static final long SPARE_BYTES = 64L << 20;
  private static final long BYTES_PER_ENTRY = 2 * (MapEntries.KEY_SIZE + MapEntries.VALUE_SIZE);

  private final Store store;

  WispMap(long entries) {
    store = CuckooStore.open(SPARE_BYTES + entries * BYTES_PER_ENTRY);
  }

  @Override
  public Session session() {
    return new TableSession(store);
  }

  @Override
  public long memoryBytes() {
    StoreStatistics statistics = store.statistics();
    return statistics.capacityBytes() - statistics.freeBytes();
  }

  @Override
  public void close() {
    store.close();
  }

  private static final class TableSession implements Session {

    private final Store store;
    private final byte[] keyBytes = new byte[MapEntries.KEY_SIZE];
    private final Slice key = Slice.of(keyBytes);
    private final Slice value = Slice.of(MapEntries.value());
    private final ValueBuffer found = new ValueBuffer();
    private final Prefetcher prefetcher;

    TableSession(Store store) {
      this.store = store;
      prefetcher = store.prefetcher();
    }

    @Override
    public void prefetch(long[] numbers, int count) {
      if (prefetcher.isUseful()) {
        for (int i = 0; i < count; i++) {
          MapEntries.writeKey(numbers[i], keyBytes);
          prefetcher.add(key);
        }
        prefetcher.load();
      }
    }

    @Override
    public boolean put(long number) {
      MapEntries.writeKey(number, keyBytes);
      Status status = store.put(key, value);
      if (status.isError()) {
        throw new IllegalStateException("the table answered a put with " + status);
      }
      return status == Status.REPLACED;
    }

    @Override
    public boolean get(long number) {
      MapEntries.writeKey(number, keyBytes);
      return store.get(key, found) == Status.FOUND;
    }

    @Override
    public boolean delete(long number) {
      MapEntries.writeKey(number, keyBytes);
      return store.delete(key) == Status.DELETED;
    }

    @Override
    public void close() {
      found.close();
    }
  }
}
