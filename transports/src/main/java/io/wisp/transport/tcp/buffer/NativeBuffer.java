// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.buffer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.Supplier;

/**
 * A queue of bytes in native memory: appended at the end, consumed from the start, and grown when
 * they do not fit. Channels read into it and write from it without a copy in between.
 *
 * <pre>
 *   0            start                end              capacity
 *   | consumed   | readable bytes     | free           |
 * </pre>
 *
 * <p>It belongs to one thread. Its memory counts against a {@link BufferBudget}.
 */
public final class NativeBuffer implements AutoCloseable {

  /** No buffer grows beyond this; positions are ints. */
  public static final int MAX_CAPACITY = 1 << 30;

  /** How large a buffer is made by doubling it, and by how much of itself it grows behind that. */
  private static final long MOST_DOUBLED = 64L << 20;

  private static final int LARGE_PARTS = 16;

  /** Up to this capacity grown memory is kept for the next large request or reply. */
  private static final int RETAINED = 1 << 20;

  private final Supplier<Arena> arenas;
  private final BufferBudget budget;
  private final int baseCapacity;

  private Arena arena;
  private MemorySegment memory;
  private ByteBuffer bytes;
  private int capacity;
  private int start;
  private int end;

  /**
   * A buffer of a capacity to which {@link #shrink} returns.
   *
   * @param arenas where memory comes from: confined for a buffer that one thread owns for good
   * @throws BufferLimitException if the budget has not so much left
   */
  public NativeBuffer(int capacity, Supplier<Arena> arenas, BufferBudget budget) {
    this.arenas = arenas;
    this.budget = budget;
    this.baseCapacity = capacity;
    reserve(capacity);
    this.arena = arenas.get();
    this.memory = allocate(arena, capacity);
    this.bytes = memory.asByteBuffer();
    this.capacity = capacity;
  }

  private void reserve(int bytesNeeded) {
    if (!budget.reserve(bytesNeeded)) {
      throw new BufferLimitException(bytesNeeded, budget);
    }
  }

  private MemorySegment allocate(Arena from, int length) {
    try {
      return from.allocate(length, Long.BYTES);
    } catch (OutOfMemoryError e) {
      from.close();
      budget.release(length);
      throw new BufferLimitException(length, budget);
    }
  }

  /** The memory, until the buffer grows or shrinks. */
  public MemorySegment memory() {
    return memory;
  }

  /** Where the readable bytes begin. */
  public int start() {
    return start;
  }

  /** The position behind the readable bytes. */
  public int end() {
    return end;
  }

  /** How many bytes are readable. */
  public int size() {
    return end - start;
  }

  /** Whether no byte is readable. */
  public boolean isEmpty() {
    return start == end;
  }

  /** How many bytes there is memory for. */
  public int capacity() {
    return capacity;
  }

  /** Whether it has more memory than at first. */
  public boolean isGrown() {
    return capacity > baseCapacity;
  }

  /** Moves the start past bytes that are no longer needed. */
  public void consumeTo(int position) {
    start = position;
    if (start == end) {
      clear();
    }
  }

  /** Takes back what was appended after the buffer ended at a position. */
  public void truncate(int position) {
    end = position;
  }

  /** Consumes everything. */
  public void clear() {
    start = 0;
    end = 0;
  }

  /**
   * Makes sure that so many bytes can be appended. May move the bytes to other memory.
   *
   * @throws BufferLimitException if the memory may not grow so far
   */
  public void ensureWritable(int length) {
    if (length > capacity - end) {
      makeRoom(length);
    }
  }

  /** As {@link #ensureWritable}, and tells by its result that the memory may not grow so far. */
  public boolean tryEnsureWritable(int length) {
    if (length > capacity - end) {
      try {
        makeRoom(length);
      } catch (BufferLimitException e) {
        return false;
      }
    }
    return true;
  }

  private void makeRoom(int length) {
    long needed = (long) size() + length;
    if (needed <= capacity) {
      compact();
      return;
    }
    if (needed > MAX_CAPACITY) {
      throw new BufferLimitException(needed, budget);
    }
    long pages = (needed + 4095) & -4096L;
    resize((int) Math.min(MAX_CAPACITY, Math.max(pages, nextCapacity())));
  }

  /** Doubled up to a length, and a part more behind that, so that not each append copies all. */
  private long nextCapacity() {
    return Math.max(Math.min(2L * capacity, MOST_DOUBLED), capacity + capacity / LARGE_PARTS);
  }

  /** Moves the readable bytes to the beginning of the memory. */
  void compact() {
    if (start > 0) {
      MemorySegment.copy(memory, start, memory, 0, size());
      end -= start;
      start = 0;
    }
  }

  /**
   * Empties the buffer and gives grown memory back. The small memory is taken before the large is
   * given, so that there is always some; while there is no room for it the buffer stays grown.
   */
  void shrink() {
    clear();
    if (isGrown()) {
      try {
        resize(baseCapacity);
      } catch (BufferLimitException e) {
        // Whoever calls this does so again.
      }
    }
  }

  /** Gives grown memory back if the buffer is empty and has more than is kept for the next use. */
  public void trim() {
    if (isEmpty() && capacity > RETAINED) {
      shrink();
    }
  }

  private void resize(int newCapacity) {
    reserve(newCapacity);
    Arena newArena = arenas.get();
    MemorySegment newMemory = allocate(newArena, newCapacity);
    ByteBuffer newBytes = newMemory.asByteBuffer();
    int size = size();
    MemorySegment.copy(memory, start, newMemory, 0, size);
    arena.close();
    budget.release(capacity);
    arena = newArena;
    memory = newMemory;
    bytes = newBytes;
    capacity = newCapacity;
    start = 0;
    end = size;
  }

  /** Appends a byte. */
  public void append(byte value) {
    ensureWritable(1);
    memory.set(ValueLayout.JAVA_BYTE, end++, value);
  }

  /** Appends bytes. */
  public void append(byte[] source) {
    ensureWritable(source.length);
    MemorySegment.copy(source, 0, memory, ValueLayout.JAVA_BYTE, end, source.length);
    end += source.length;
  }

  /** Appends bytes that lie in a segment. */
  public void append(MemorySegment source, long offset, int length) {
    ensureWritable(length);
    MemorySegment.copy(source, offset, memory, end, length);
    end += length;
  }

  /** Appends what another buffer holds, which keeps it. */
  public void append(NativeBuffer source) {
    append(source.memory, source.start, source.size());
  }

  /** Says that bytes were written directly into {@link #memory()} behind the end. */
  public void advance(int newEnd) {
    end = newEnd;
  }

  /** Appends what the channel has, as far as there is room. */
  public int readFrom(ReadableByteChannel channel) throws IOException {
    bytes.limit(capacity).position(end);
    int count = channel.read(bytes);
    if (count > 0) {
      end += count;
    }
    return count;
  }

  /** Consumes what the channel takes. */
  public int writeTo(WritableByteChannel channel) throws IOException {
    bytes.limit(end).position(start);
    int count = channel.write(bytes);
    consumeTo(start + count);
    return count;
  }

  /** A copy of the readable bytes. */
  public byte[] toByteArray() {
    return memory.asSlice(start, size()).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() {
    arena.close();
    budget.release(capacity);
  }
}
