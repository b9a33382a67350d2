// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordIndex;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;

/** The entries of the index: keeps their slots, their records and the counters in step. */
public final class Entries implements RecordIndex {

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final Heap heap;
  private final Counters counters;

  /** The entries of an index, whose records are in a heap. */
  public Entries(Index index, Stripes stripes, Heap heap, Counters counters) {
    memory = index.memory();
    this.index = index;
    this.stripes = stripes;
    this.heap = heap;
    this.counters = counters;
  }

  /**
   * Clears a slot and frees its record. The caller holds the stripe of the bucket. The bucket's
   * version stays: a reader who misses a key that is being removed has missed nothing.
   */
  public void remove(long slotAddress) {
    long slot = Words.getPlain(memory, slotAddress);
    heap.markDead(Bucket.recordOffset(slot));
    Words.setRelease(memory, slotAddress, Bucket.EMPTY);
    settle(slot, Bucket.EMPTY);
  }

  /** Counts what a slot holds now instead of before, and gives the record of before up. */
  public void settle(long oldSlot, long newSlot) {
    if (oldSlot == Bucket.EMPTY) {
      counters.added(newSlot);
      return;
    }
    heap.free(Bucket.recordOffset(oldSlot));
    if (newSlot == Bucket.EMPTY) {
      counters.removed(oldSlot);
    } else {
      counters.replaced(oldSlot, newSlot);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>It holds the stripes of the one key, so readers never wait and writers hardly.
   */
  @Override
  public boolean redirect(long from, long to) {
    long hash = index.hashOfRecord(from);
    stripes.lockKey(hash);
    try {
      long slotAddress = index.locateRecord(from, hash);
      if (slotAddress == Index.NONE) {
        return false;
      }
      swing(slotAddress, from, to);
      return true;
    } finally {
      stripes.unlockKey(hash);
    }
  }

  /*
   * The header is read under the stripes: who copied the record may have read the first word before
   * it was published, without its version, and the second after; and the record may have been given
   * another expiry, and with it a version, since its key and value were copied. A short one may be
   * given another value at any time before, and so all of it is copied here.
   */
  private void swing(long slotAddress, long from, long to) {
    long word0 = Words.getPlain(memory, from);
    long word1 = Words.getPlain(memory, from + Long.BYTES);
    int size = RecordLayout.size(word0, word1);
    if (RecordLayout.mayBeOverwritten(size)) {
      RecordLayout.copyContent(memory, from, to, size);
    }
    Words.setPlain(memory, to, word0);
    RecordLayout.setExpiry(memory, to, RecordLayout.expiry(memory, from));
    Words.setPlain(memory, to + Long.BYTES, RecordLayout.movedWord1(word1, from, to));
    index.announceDeparture(Index.bucketOfSlot(slotAddress));
    long slot = Words.getPlain(memory, slotAddress);
    Words.setRelease(memory, slotAddress, Bucket.slot(Bucket.tag(slot), to, Bucket.expires(slot)));
    // Before the stripes are free: then the copy may be replaced, and the old one must not count.
    heap.markDead(from);
  }
}
