// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Growth;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * In which order others see a writer's stores. A reader that goes by remembered addresses relies on
 * it: the record first, then the slot, or the other way round.
 */
class WriteOrderTest extends ConcurrencyTestBase {

  private static final long LEAST = 1000;
  private static final Slice KEY = Slice.of("key");
  private static final Slice VALUE = Slice.of(new byte[100]);

  /** Of another size, so that it is not written over the other. */
  private static final Slice SHORTER = Slice.of(new byte[50]);

  private final AtomicLong observed = new AtomicLong();

  @Test
  void shouldShowNoSlotWhosePredecessorLivesAndNoRecordAliveBeforeItsSlot() throws Exception {
    CuckooStore store = storeWithKey();
    long slotAddress = Locations.slotAddressOf(store, KEY);
    threads.runFor(
        2 * seconds(), List.of(() -> write(store), () -> observe(store.region(), slotAddress)));
    assertThat(store.statistics().relocations()).isZero();
    assertThat(observed).hasPositiveValue();
  }

  private static CuckooStore storeWithKey() {
    CuckooStore store = CuckooStore.open(4 * MEBIBYTE);
    store.put(KEY, VALUE);
    return store;
  }

  private void run(Runnable... tasks) throws Exception {
    threads.runFor(seconds(), () -> observed.get() > LEAST, List.of(tasks));
    assertThat(observed).hasPositiveValue();
  }

  private void write(CuckooStore store) {
    for (int i = 0; !threads.areToStop(); i++) {
      store.put(KEY, i % 2 == 0 ? VALUE : SHORTER);
      if (i % 4 == 0) {
        store.delete(KEY);
      }
    }
  }

  private void observe(MemorySegment region, long slotAddress) {
    while (!threads.areToStop()) {
      long slot = Words.getAcquire(region, slotAddress);
      if (slot != Bucket.EMPTY) {
        long offset = Bucket.recordOffset(slot);
        long word0 = Words.getAcquire(region, offset);
        long word1 = Words.getAcquire(region, offset + Long.BYTES);
        if (RecordLayout.isLive(word1)) {
          awaitSuccessor(region, slotAddress, slot, word0, word1);
        }
      }
    }
  }

  private void awaitSuccessor(
      MemorySegment region, long slotAddress, long slot, long word0, long word1) {
    long offset = Bucket.recordOffset(slot);
    long next = Math.min(offset + RecordLayout.size(word0, word1), region.byteSize() - 16);
    while (!threads.areToStop()) {
      boolean nextIsAlive =
          RecordLayout.isLive(Words.getAcquire(region, next + Long.BYTES))
              && RecordLayout.version(Words.getAcquire(region, next)) > RecordLayout.version(word0);
      if (Words.getAcquire(region, slotAddress) != slot) {
        boolean isAlive = RecordLayout.isLive(Words.getAcquire(region, offset + Long.BYTES));
        boolean isSame = Words.getAcquire(region, offset) == word0;
        assertThat(isAlive && isSame).as("alive though its slot was given up").isFalse();
        observed.incrementAndGet();
        return;
      }
      assertThat(nextIsAlive).as("alive though no slot has it yet").isFalse();
    }
  }

  @Test
  void shouldShowARecordAliveOnlyWithAllTheWordsOfOneExpiry() throws Exception {
    CuckooStore store = storeWithKey();
    long record = Locations.recordOf(store, KEY);
    run(() -> changeExpiry(store), () -> observeWords(store, record));
    assertThat(Locations.recordOf(store, KEY)).isEqualTo(record);
  }

  /** There the journal stores them. */
  @Test
  void shouldShowTheSameInAKeptTable(@TempDir Path folder) throws Exception {
    CuckooStore.Options options = options(4 * MEBIBYTE);
    try (CuckooStore store = CuckooStore.keep(options, folder.resolve("region"))) {
      store.put(KEY, VALUE);
      long record = Locations.recordOf(store, KEY);
      run(() -> changeExpiry(store), () -> observeWords(store, record));
    }
  }

  private void changeExpiry(CuckooStore store) {
    for (long n = 1; !threads.areToStop(); n++) {
      store.expire(KEY, Long.MAX_VALUE - n);
    }
  }

  private void observeWords(CuckooStore store, long record) {
    MemorySegment region = store.region();
    long first = Words.getAcquire(region, record);
    long second = Words.getAcquire(region, record + Long.BYTES);
    long seed = store.table().checksumSeed();
    long content = RecordLayout.contentHash(region, record, first, second, seed);
    long last = 0;
    while (!threads.areToStop()) {
      long word1 = Words.getAcquire(region, record + Long.BYTES);
      long word0 = Words.getAcquire(region, record);
      long expiry = RecordLayout.expiry(region, record);
      VarHandle.acquireFence();
      if (RecordLayout.isLive(word1) && Words.getAcquire(region, record + Long.BYTES) == word1) {
        assertThat(RecordLayout.isIntact(record, word0, word1, expiry, content))
            .as("alive, with words of several expiries")
            .isTrue();
        if (word0 != last) {
          observed.incrementAndGet();
        }
        last = word0;
      }
    }
  }

  @Test
  void shouldShowNoSlotWithTheDeadRecordOfOneThatWasMoved() throws Exception {
    CuckooStore store = storeWithKey();
    long slotAddress = Locations.slotAddressOf(store, KEY);
    run(() -> move(store), () -> observeMoves(store.region(), slotAddress));
  }

  private void move(CuckooStore store) {
    while (!threads.areToStop()) {
      assertThat(store.table().compactor().relocate(Locations.recordOf(store, KEY))).isTrue();
    }
  }

  private void observeMoves(MemorySegment region, long slotAddress) {
    long last = 0;
    while (!threads.areToStop()) {
      long slot = Words.getAcquire(region, slotAddress);
      long word1 = Words.getAcquire(region, Bucket.recordOffset(slot) + Long.BYTES);
      if (RecordLayout.isDead(word1)) {
        assertThat(Words.getAcquire(region, slotAddress)).as("of a dead record").isNotEqualTo(slot);
      }
      if (slot != last) {
        observed.incrementAndGet();
      }
      last = slot;
    }
  }

  @Test
  void shouldMarkAMovedRecordDeadBeforeAnybodyCanReplaceItsCopy() throws Exception {
    CuckooStore store = storeWithKey();
    // More than there are processors, so that the mover is interrupted wherever it is.
    List<Runnable> tasks = new ArrayList<>(List.of(() -> move(store)));
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      tasks.add(() -> observeUnderTheStripes(store));
    }
    threads.runFor(2 * seconds(), () -> observed.get() > LEAST, tasks);
    assertThat(observed).hasPositiveValue();
  }

  private void observeUnderTheStripes(CuckooStore store) {
    Table table = store.table();
    long hash = table.index().hash(KEY);
    long last = Locations.recordOf(store, KEY);
    while (!threads.areToStop()) {
      table.stripes().lockKey(hash);
      try {
        long record = Locations.recordOf(store, KEY);
        if (record != last) {
          long word1 = Words.getAcquire(store.region(), last + Long.BYTES);
          assertThat(RecordLayout.isLive(word1)).as("alive behind its copy").isFalse();
          observed.incrementAndGet();
        }
        last = record;
      } finally {
        table.stripes().unlockKey(hash);
      }
    }
  }

  @Test
  void shouldShowNoBucketWithoutAnEntryThatItsLevelSaysIsThere() throws Exception {
    CuckooStore store = open(4 * MEBIBYTE);
    long buckets = store.table().index().buckets();
    Slice key = keyOfBothHalves(store, buckets);
    store.put(key, VALUE);
    run(
        () -> splitAndMerge(store),
        () -> observeEntry(store, 0, buckets),
        () -> observeEntry(store, buckets, buckets));
  }

  /** A key that is in the first bucket until it is split, and then in the new one. */
  private static Slice keyOfBothHalves(CuckooStore store, long newBucket) {
    for (long i = 0; ; i++) {
      Slice key = Slice.of(Long.toString(i));
      long hash = store.table().index().hash(key);
      if (KeyHash.bucket(KeyHash.firstHalf(hash), newBucket + 1) == newBucket
          && KeyHash.bucket(KeyHash.secondHalf(hash), newBucket + 1) == newBucket) {
        return key;
      }
    }
  }

  private void splitAndMerge(CuckooStore store) {
    Growth growth = store.table().growth();
    while (!threads.areToStop()) {
      assertThat(growth.grow(Integer.MAX_VALUE)).isTrue();
      assertThat(growth.shrink(0)).isTrue();
    }
  }

  private void observeEntry(CuckooStore store, long bucket, long half) {
    MemorySegment region = store.region();
    long address = store.table().index().bucketAddress(bucket);
    long last = 0;
    while (!threads.areToStop()) {
      long word = Words.getAcquire(region, address);
      long slot = Words.getAcquire(region, Bucket.slotAddress(address, 0));
      if (Bucket.isAddressedBy(word, bucket, half) && Words.getAcquire(region, address) == word) {
        assertThat(slot).as("entry of bucket %d", bucket).isNotEqualTo(Bucket.EMPTY);
        if (word != last) {
          observed.incrementAndGet();
        }
        last = word;
      }
    }
  }
}
