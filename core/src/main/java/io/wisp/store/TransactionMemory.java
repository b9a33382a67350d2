// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Memory for copies that live as long as a transaction: blocks that are filled one after another.
 * The first is kept for the next transaction, so that short ones allocate nothing.
 */
final class TransactionMemory {

  private static final int BLOCK = 64 << 10;

  /** What all may have together, beyond the first blocks: others need the heap as well. */
  private static final long MOST = Runtime.getRuntime().maxMemory() / 4;

  private static final AtomicLong TAKEN = new AtomicLong();

  private final MemorySegment first = MemorySegment.ofArray(new byte[BLOCK]);
  private final List<MemorySegment> others = new ArrayList<>();
  private MemorySegment block = first;
  private long used;

  /** Memory of so many bytes, at which the slice is pointed; or null if there is none. */
  @Nullable Slice tryReserve(int length, Slice slice) {
    if (length > block.byteSize() - used) {
      MemorySegment next = tryTake(Math.max(BLOCK, length));
      if (next == null) {
        return null;
      }
      block = next;
      others.add(block);
      used = 0;
    }
    slice.set(block, used, length);
    // Words of copies are aligned, so that comparing them is quick.
    used = Math.min(block.byteSize(), used + length + Long.BYTES - 1 & -Long.BYTES);
    return slice;
  }

  private static @Nullable MemorySegment tryTake(int bytes) {
    if (TAKEN.addAndGet(bytes) <= MOST) {
      try {
        return MemorySegment.ofArray(new byte[bytes]);
      } catch (OutOfMemoryError e) {
        // Others have it.
      }
    }
    TAKEN.addAndGet(-bytes);
    return null;
  }

  /** Copies bytes, and points a slice at the copy; or null if there is no memory. */
  @Nullable Slice tryCopy(Slice from, Slice slice) {
    MemorySegment memory = from.segment();
    long offset = from.offset();
    if (tryReserve(from.length(), slice) == null) {
      return null;
    }
    MemorySegment.copy(memory, offset, slice.segment(), slice.offset(), slice.length());
    return slice;
  }

  /** Gives all up. */
  void clear() {
    // Without an iterator, which compilers do not always do away with.
    for (int i = 0; i < others.size(); i++) {
      TAKEN.addAndGet(-others.get(i).byteSize());
    }
    others.clear();
    block = first;
    used = 0;
  }
}
