// SPDX-License-Identifier: Apache-2.0
package io.wisp.linearizability;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What else goes on in a store: one thread writes and deletes many keys of many sizes, so that the
 * index grows and memory is compacted or, in a store that evicts, won by evicting; another calls
 * {@link Store#maintain}, as a server does.
 */
public final class Churn implements AutoCloseable {

  private static final int LONGEST_VALUE = 600;
  private static final int BYTES_PER_KEY = 250;

  /** The share of memory that is left to others, in a store that does not evict. */
  private static final double LEFT_FREE = 0.3;

  private final Store store;
  private final boolean evicts;
  private final Random random;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private volatile boolean stopping;
  private volatile @Nullable Throwable failure;

  public Churn(Store store, boolean evicts, long seed) {
    this.store = store;
    this.evicts = evicts;
    random = new Random(seed);
    threads.execute(() -> guard(this::write));
    threads.execute(() -> guard(this::keepHouse));
  }

  private void guard(Runnable work) {
    try {
      while (!stopping) {
        work.run();
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  private void write() {
    StoreStatistics statistics = store.statistics();
    int keys = (int) (statistics.capacityBytes() / BYTES_PER_KEY);
    boolean isFull =
        !evicts && statistics.recordBytes() > (1 - LEFT_FREE) * statistics.capacityBytes();
    for (int i = 0; i < 500 && !stopping; i++) {
      Slice key = Slice.of("churn" + random.nextInt(keys));
      // Also when it is full: what deletes leave behind is compacted only for want of room.
      if (isFull ? random.nextInt(4) != 0 : random.nextInt(8) == 0) {
        store.delete(key);
      } else {
        Status status = store.put(key, Slice.of(new byte[random.nextInt(LONGEST_VALUE)]));
        if (status.isError() && status != Status.OUT_OF_MEMORY) {
          throw new AssertionError("a put is answered with " + status);
        }
      }
    }
  }

  private void keepHouse() {
    if (!store.maintain(TimeUnit.MILLISECONDS.toNanos(1))) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Whether all that should go on beside a history has happened. */
  public boolean hasHappened() {
    if (failure != null) {
      throw new AssertionError(failure);
    }
    StoreStatistics statistics = store.statistics();
    return statistics.growths() > 0
        && (evicts ? statistics.evicted() > 0 : statistics.relocations() > 0);
  }

  @Override
  public void close() {
    stopping = true;
    threads.close();
    if (failure != null) {
      throw new AssertionError(failure);
    }
  }
}
