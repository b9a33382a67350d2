// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A {@link ValueSink} that copies a value into the memory of a transaction. */
final class CopySink extends ValueSink {

  private final TransactionMemory memory;
  private final Slice room = new Slice();
  private boolean hasRoom;

  CopySink(TransactionMemory memory) {
    this.memory = memory;
  }

  /** Lets go of the memory of the last value. */
  void forget() {
    hasRoom = false;
    room.set(MemorySegment.NULL, 0, 0);
  }

  /** Begins with memory of its own for the next value. */
  CopySink anew() {
    hasRoom = false;
    return this;
  }

  @Override
  protected @Nullable Slice room(int length) {
    if (!hasRoom || room.length() != length) {
      hasRoom = memory.tryReserve(length, room) != null;
    }
    return hasRoom ? room : null;
  }

  /** The copy of the value that was found, or null if there was no memory for it. */
  @Nullable Slice value() {
    requireFound();
    return hasRoom ? room : null;
  }
}
