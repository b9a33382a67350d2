package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * In which order others see a writer's stores. A reader that goes by remembered addresses relies on
 * it: the record first, then the slot, or the other way round.
 */
class WriteOrderTest {

  private static final long MILLISECONDS = 2000;

  private final ConcurrentTasks threads = new ConcurrentTasks();
  private final AtomicLong observed = new AtomicLong();

  @Test
  void shouldShowNoSlotWhosePredecessorLivesAndNoRecordAliveBeforeItsSlot() throws Exception {
    try (CuckooStore store = CuckooStore.open(4 << 20)) {
      Slice key = Slice.of("key");
      store.put(key, Slice.of(new byte[100]));
      long slotAddress = store.table().index().locate(key, store.table().index().hash(key));
      threads.runFor(
          MILLISECONDS, List.of(() -> write(store), () -> observe(store.region(), slotAddress)));
      assertThat(store.statistics().relocations()).isZero();
    }
    assertThat(observed).hasPositiveValue();
  }

  private void write(CuckooStore store) {
    Slice key = Slice.of("key");
    Slice value = Slice.of(new byte[100]);
    for (int i = 0; !threads.areToStop(); i++) {
      store.put(key, value);
      if (i % 4 == 0) {
        store.delete(key);
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
}
