// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import java.lang.foreign.MemorySegment;

/** Takes entries out of the index. The caller holds the stripe of the bucket. */
final class Remover {

  private final MemorySegment memory;
  private final Heap heap;
  private final Ledger ledger;

  Remover(MemorySegment memory, Heap heap, Ledger ledger) {
    this.memory = memory;
    this.heap = heap;
    this.ledger = ledger;
  }

  /**
   * Clears a slot and frees its record. The bucket's version stays: a reader who misses a key that
   * is being removed has missed nothing.
   */
  void remove(long slotAddress) {
    long slot = Words.getPlain(memory, slotAddress);
    heap.markDead(Bucket.recordOffset(slot));
    Words.setRelease(memory, slotAddress, Bucket.EMPTY);
    heap.free(Bucket.recordOffset(slot));
    ledger.removed(slot);
  }
}
