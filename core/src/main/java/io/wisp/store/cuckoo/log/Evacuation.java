// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Moves what lives in a segment to elsewhere, or evicts it. Used by one thread at a time.
 *
 * <p>A record moves like this: copy it, make its slot point to the copy, mark the old one dead. So
 * it can be found at every moment. Its version stays; its checksum is bound to the new place. One
 * that may be overwritten meanwhile is copied under the stripes of its key, a longer one before.
 */
public final class Evacuation {

  private final MemorySegment memory;
  private final Heap heap;
  private final RecordIndex index;
  private final @Nullable Eviction eviction;
  private final LongAdder relocations = new LongAdder();
  private final LongAdder relocatedBytes = new LongAdder();
  private final LongAdder wonBytes = new LongAdder();

  Evacuation(MemorySegment memory, Heap heap, RecordIndex index, @Nullable Eviction eviction) {
    this.memory = memory;
    this.heap = heap;
    this.index = index;
    this.eviction = eviction;
  }

  /** Records moved so far. */
  public long relocations() {
    return relocations.sum();
  }

  /** Bytes of those records. */
  public long relocatedBytes() {
    return relocatedBytes.sum();
  }

  /** Bytes of segments that were freed, without those of the records that were moved for it. */
  public long wonBytes() {
    return wonBytes.sum();
  }

  /**
   * Whether no record in a sealed segment is still being written. That stays so, because nobody
   * appends to it.
   */
  boolean isSettled(Segment segment) {
    long offset = segment.start();
    while (offset < segment.top()) {
      long word0 = Words.getAcquire(memory, offset);
      long word1 = Words.getAcquire(memory, offset + Long.BYTES);
      if (RecordLayout.isPending(word1)) {
        return false;
      }
      offset += RecordLayout.size(word0, word1);
    }
    return true;
  }

  /**
   * Moves or evicts what lives in a segment.
   *
   * @param mostToMove the bytes that may be moved; then all that is left is evicted
   * @param mayTakeSpare whether the spare may be copied to, because what is freed replaces it
   * @return whether there was room for all that was to be moved
   */
  boolean evacuate(Segment segment, boolean evict, long mostToMove, boolean mayTakeSpare) {
    long moved = move(segment, evict, mostToMove, mayTakeSpare);
    wonBytes.add(segment.isFree() ? segment.capacity() - moved : 0);
    return moved >= 0;
  }

  /** Moves what lives in the spare back to where it came from, which counts as nothing won. */
  void moveBack(Segment spare) {
    move(spare, false, Long.MAX_VALUE, false);
  }

  /** {@link #evacuate}; the answer is how many bytes were moved, or -1 if there was no room. */
  private long move(Segment segment, boolean evict, long mostToMove, boolean mayTakeSpare) {
    if (!segment.beginEvacuation()) {
      return 0;
    }
    long moved = 0;
    try {
      long offset = segment.start();
      while (offset < segment.top()) {
        long word0 = Words.getAcquire(memory, offset);
        long word1 = Words.getAcquire(memory, offset + Long.BYTES);
        int size = RecordLayout.size(word0, word1);
        // Not isLive: it must not leave behind a record that is being changed in place.
        if (!RecordLayout.isDead(word1)) {
          boolean moves = !evict || (size <= mostToMove - moved && isSpared(offset));
          if (moves && relocate(offset, word0, word1, mayTakeSpare)) {
            moved += size;
          } else if (evict) {
            evict(offset);
          } else {
            return -1;
          }
        }
        offset += size;
      }
      return moved;
    } finally {
      relocatedBytes.add(moved);
      heap.seal(segment);
    }
  }

  private boolean isSpared(long offset) {
    return eviction != null && eviction.sparesRecord(offset);
  }

  private void evict(long offset) {
    if (eviction != null) {
      eviction.evictRecord(offset);
    }
  }

  /** Moves a record that is alive, wherever there is room; the answer is whether there was. */
  boolean relocate(long offset) {
    long word0 = Words.getAcquire(memory, offset);
    return relocate(offset, word0, Words.getAcquire(memory, offset + Long.BYTES), false);
  }

  /** Moves a record, unless it dies meanwhile. */
  private boolean relocate(long offset, long word0, long word1, boolean mayTakeSpare) {
    int valueLength = RecordLayout.valueLength(word1);
    long copy =
        heap.allocateForCompaction(
            RecordLayout.word0(0, RecordLayout.keyLength(word0)),
            RecordLayout.pendingWord1(valueLength),
            mayTakeSpare);
    if (copy == Heap.NONE) {
      return false;
    }
    int size = RecordLayout.size(word0, word1);
    if (!RecordLayout.mayBeOverwritten(size)) {
      RecordLayout.copyContent(memory, offset, copy, size);
    }
    boolean moved = index.redirect(offset, copy);
    heap.free(moved ? offset : copy);
    if (moved) {
      relocations.increment();
    }
    return true;
  }
}
