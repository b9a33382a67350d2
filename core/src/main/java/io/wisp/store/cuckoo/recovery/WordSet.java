// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import io.wisp.store.cuckoo.region.Region;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;

/**
 * A set of words of a region, named by their offsets: a bit for each, outside the heap. Any thread
 * may add and remove.
 */
final class WordSet implements AutoCloseable {

  /** A word of the set has a bit for each of so many bytes of the region, as a power of two. */
  private static final int SPAN_SHIFT = 9;

  private final Region bits;
  private final MemorySegment memory;

  /** An empty set for a region of so many bytes. */
  WordSet(long regionBytes) {
    bits = Region.reserve(Math.max(Long.BYTES, ((regionBytes >>> SPAN_SHIFT) + 1) << 3));
    memory = bits.memory();
  }

  void add(long offset) {
    long ignored = Words.getAndOr(memory, wordAt(offset), bit(offset));
  }

  void remove(long offset) {
    Words.and(memory, wordAt(offset), ~bit(offset));
  }

  boolean contains(long offset) {
    return (Words.getAcquire(memory, wordAt(offset)) & bit(offset)) != 0;
  }

  /**
   * The first word of the set from an offset on, a multiple of 8; {@code end} if none is before.
   */
  long next(long from, long end) {
    if (from >= end) {
      return end;
    }
    long at = wordAt(from);
    long word = Words.getAcquire(memory, at) & -bit(from);
    while (word == 0) {
      at += Long.BYTES;
      if (at << (SPAN_SHIFT - 3) >= end) {
        return end;
      }
      word = Words.getAcquire(memory, at);
    }
    return Math.min(end, (at << (SPAN_SHIFT - 3)) + ((long) Long.numberOfTrailingZeros(word) << 3));
  }

  private static long wordAt(long offset) {
    return offset >>> SPAN_SHIFT << 3;
  }

  private static long bit(long offset) {
    return 1L << (offset >>> 3);
  }

  @Override
  public void close() {
    bits.close();
  }
}
