// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.cuckoo.region.Geometry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;

/** The stores of a test: at its end everything in each must fit together, and they are closed. */
abstract class StoreTestBase {

  static final long MEBIBYTE = 1 << 20;

  /** What {@link #clock} says, in milliseconds. */
  final AtomicLong now = new AtomicLong(1000);

  final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
  private final List<CuckooStore> sound = new ArrayList<>();
  private final List<CuckooStore> opened = new ArrayList<>();

  final CuckooStore open(long capacity) {
    return open(options(capacity));
  }

  final CuckooStore open(CuckooStore.Options options) {
    CuckooStore store = openToSpoil(options);
    sound.add(store);
    return store;
  }

  /** A store that the test leaves in a state in which no writer would. */
  final CuckooStore openToSpoil(CuckooStore.Options options) {
    CuckooStore store = CuckooStore.open(options);
    opened.add(store);
    return store;
  }

  static CuckooStore.Options options(long capacity) {
    return CuckooStore.Options.ofCapacity(capacity);
  }

  @AfterEach
  final void checkAndCloseStores() {
    try {
      sound.stream()
          .filter(store -> store.region().scope().isAlive())
          .forEach(StoreInspector::check);
    } finally {
      opened.forEach(CuckooStore::close);
    }
  }

  static Slice key(int number) {
    return Slice.of(String.format(Locale.ROOT, "%016d", number));
  }

  static void putAll(CuckooStore store, int from, int to, Slice value) {
    for (int i = from; i < to; i++) {
      store.put(key(i), value);
    }
  }

  /** Creates entries, from key 0 on, until one is refused; the answer is how many there are. */
  static int fill(CuckooStore store, Slice value) {
    int count = 0;
    while (store.put(key(count), value) == Status.CREATED) {
      count++;
    }
    return count;
  }

  static void finishMaintenance(CuckooStore store) {
    while (store.maintain(1_000_000)) {
      Thread.onSpinWait();
    }
  }

  /**
   * The bytes that records may have in a store with the index of now before a write is refused, as
   * {@code FORMAT.md} states it.
   *
   * @param largest the size of the largest record, less than an eighth of a segment
   * @param writers threads that write at the same time
   */
  static long usableMemory(CuckooStore store, int largest, int writers) {
    Geometry geometry = store.table().geometry();
    long segment = geometry.segmentSize();
    long heap =
        geometry.bytes(geometry.pages())
            - store.table().indexMemory().bytes()
            - (2L + writers) * segment;
    return heap - heap / 128 - heap / segment * largest;
  }
}
