// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Loads and stores of the region's words: 8 bytes, aligned, little-endian. The memory order is in
 * the name of each method.
 */
public final class Words {

  private static final VarHandle WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final ValueLayout.OfLong UNALIGNED =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Words() {}

  /**
   * A word that nobody else stores to now, or that is loaded in the order which fences give.
   *
   * <p>By the layout that asks for no alignment: words are aligned, so it is one load all the same,
   * without a check each time that they are.
   */
  public static long getPlain(MemorySegment memory, long offset) {
    return memory.get(UNALIGNED, offset);
  }

  /** A word; what was stored before it with release is seen. */
  public static long getAcquire(MemorySegment memory, long offset) {
    return (long) WORD.getAcquire(memory, offset);
  }

  /** A word of a copy that no other thread writes, wherever it lies. */
  public static long getUnaligned(MemorySegment memory, long offset) {
    return memory.get(UNALIGNED, offset);
  }

  /** Stores a word of a copy that no other thread reads, wherever it lies. */
  public static void setUnaligned(MemorySegment memory, long offset, long value) {
    memory.set(UNALIGNED, offset, value);
  }

  /** Stores a word that others see with a later release. */
  public static void setPlain(MemorySegment memory, long offset, long value) {
    WORD.set(memory, offset, value);
  }

  /** Sets bits of a word, whoever else does; the answer is what it held before. */
  public static long getAndOr(MemorySegment memory, long offset, long bits) {
    return (long) WORD.getAndBitwiseOr(memory, offset, bits);
  }

  /** Clears all but some bits of a word, whoever else does. */
  public static void and(MemorySegment memory, long offset, long bits) {
    long ignored = (long) WORD.getAndBitwiseAnd(memory, offset, bits);
  }

  /** Stores a word behind all stores so far. */
  public static void setRelease(MemorySegment memory, long offset, long value) {
    WORD.setRelease(memory, offset, value);
  }
}
