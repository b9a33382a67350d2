// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;

/**
 * Heap for copies of keys and values that are pending: blocks that are filled one after another.
 * The first is kept, so that a few short writes allocate nothing.
 */
final class PendingMemory {

  private static final int BLOCK = 64 << 10;

  private final MemorySegment first = MemorySegment.ofArray(new byte[BLOCK]);
  private final Slice copy = new Slice();
  private MemorySegment block = first;
  private long used;

  /** Takes memory now, so that copies of so many bytes together need no more. */
  void reserve(int bytes) {
    if (bytes > block.byteSize() - used) {
      block = MemorySegment.ofArray(new byte[Math.max(BLOCK, bytes)]);
      used = 0;
    }
  }

  /** Copies bytes. The slice of the copy is pointed at another one by the next call. */
  Slice copyOf(Slice from) {
    int length = from.length();
    reserve(length);
    MemorySegment.copy(from.segment(), from.offset(), block, used, length);
    copy.set(block, used, length);
    used += length;
    return copy;
  }

  /** Forgets all copies. */
  void clear() {
    copy.set(MemorySegment.NULL, 0, 0);
    block = first;
    used = 0;
  }
}
