package io.wisp.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A {@link ValueSink} that keeps the last value it was given in memory of its own, which grows as
 * needed and is used again, so that a reader who keeps one allocates nothing in the long run. It
 * belongs to one thread.
 */
public final class ValueBuffer implements ValueSink, AutoCloseable {

  private static final int INITIAL_CAPACITY = 1024;

  private Arena arena = Arena.ofShared();
  private MemorySegment memory = arena.allocate(INITIAL_CAPACITY, Long.BYTES);
  private int length;
  private long version;
  private long expiresAt = Store.NEVER;

  @Override
  public void accept(MemorySegment segment, long offset, int length, long version, long expiresAt) {
    if (length > memory.byteSize()) {
      grow(length);
    }
    MemorySegment.copy(segment, offset, memory, 0, length);
    this.length = length;
    this.version = version;
    this.expiresAt = expiresAt;
  }

  private void grow(int needed) {
    Arena larger = Arena.ofShared();
    memory = larger.allocate(Math.max(needed, 2 * memory.byteSize()), Long.BYTES);
    arena.close();
    arena = larger;
  }

  /** Points {@code slice} at the value, until the next value arrives or this buffer is closed. */
  public Slice pointAt(Slice slice) {
    return slice.set(memory, 0, length);
  }

  /** The length of the value in bytes. */
  public int length() {
    return length;
  }

  /** The version of the record that the value came from; 0 where the transport does not tell. */
  public long version() {
    return version;
  }

  /** When the record expires, in milliseconds since the epoch, or {@link Store#NEVER}. */
  public long expiresAt() {
    return expiresAt;
  }

  /** A copy of the value. */
  public byte[] toByteArray() {
    return memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() {
    arena.close();
  }
}
