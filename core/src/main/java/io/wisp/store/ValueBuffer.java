// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A {@link ValueSink} that keeps the value in memory of its own, which grows as needed and is used
 * again, so that a reader who keeps one allocates nothing in the long run. It belongs to one
 * thread.
 */
public final class ValueBuffer extends ValueSink implements AutoCloseable {

  private static final int INITIAL_CAPACITY = 1024;

  private final Slice room = new Slice();
  private Arena arena = Arena.ofShared();
  private MemorySegment memory = arena.allocate(INITIAL_CAPACITY, Long.BYTES);

  @Override
  protected Slice room(int length) {
    if (length > memory.byteSize()) {
      grow(length);
    }
    return room.set(memory, 0, length);
  }

  private void grow(int needed) {
    Arena larger = Arena.ofShared();
    memory = larger.allocate(Math.max(needed, 2 * memory.byteSize()), Long.BYTES);
    arena.close();
    arena = larger;
  }

  /** Points {@code slice} at the value, until the next get begins or this buffer is closed. */
  public Slice pointAt(Slice slice) {
    return slice.set(memory, 0, valueLength());
  }

  /** A copy of the value. */
  public byte[] toByteArray() {
    requireFound();
    return room.toByteArray();
  }

  @Override
  public void close() {
    arena.close();
  }
}
