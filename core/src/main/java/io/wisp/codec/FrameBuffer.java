// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueSink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Where a reply is written: memory that grows to the largest reply and is used again for the next,
 * so that in the long run nothing is allocated. Memory that a rare large reply needed is given back
 * after {@value #REPLIES_BEFORE_SHRINKING} replies in a row that would have done without. It
 * belongs to one thread.
 */
public final class FrameBuffer extends ValueSink implements KeySink, AutoCloseable {

  /** The least capacity in bytes, which is never given back. */
  public static final int INITIAL_CAPACITY = 64 << 10;

  static final int REPLIES_BEFORE_SHRINKING = 1_024;

  private final Slice room = new Slice();
  private Arena arena = Arena.ofShared();
  private MemorySegment memory = arena.allocate(INITIAL_CAPACITY, Long.BYTES);
  private int length;
  private int keyCount;
  private int smallReplies;

  /** Starts the next reply. */
  void start() {
    smallReplies = length > INITIAL_CAPACITY ? 0 : smallReplies + 1;
    if (smallReplies >= REPLIES_BEFORE_SHRINKING) {
      smallReplies = 0;
      if (memory.byteSize() > INITIAL_CAPACITY) {
        replaceMemory(INITIAL_CAPACITY, 0);
      }
    }
    length = ReplyDescriptor.HEADER_LENGTH;
    keyCount = 0;
  }

  /** Completes the reply with its header. */
  Status finish(Status status, long argument) {
    int bytesLength = length - ReplyDescriptor.HEADER_LENGTH;
    ReplyDescriptor.encodeHeader(memory, 0, status, bytesLength, argument);
    return status;
  }

  /** Completes the reply with the value that a get found. */
  Status finishFound() {
    length = ReplyDescriptor.HEADER_LENGTH + valueLength();
    return finish(Status.FOUND, version());
  }

  /** Completes the reply with a header and a text for people. */
  Status finish(Status status, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    length = ReplyDescriptor.HEADER_LENGTH;
    append(MemorySegment.ofArray(bytes), 0, bytes.length);
    return finish(status, 0);
  }

  /** Behind the header, of which the bytes become part with {@link #finishFound}. */
  @Override
  protected Slice room(int length) {
    ensureRoomFor(length);
    return room.set(memory, ReplyDescriptor.HEADER_LENGTH, length);
  }

  /** Takes one more key, with its length before it. */
  @Override
  public void accept(MemorySegment segment, long offset, int length) {
    ensureRoomFor(Short.BYTES + (long) length);
    memory.set(RequestDescriptor.U16, this.length, (short) length);
    this.length += Short.BYTES;
    append(segment, offset, length);
    keyCount++;
  }

  /** How many keys the reply has so far. */
  int keyCount() {
    return keyCount;
  }

  void append(MemorySegment segment, long offset, int count) {
    ensureRoomFor(count);
    MemorySegment.copy(segment, offset, memory, length, count);
    length += count;
  }

  private void ensureRoomFor(long count) {
    long needed = length + count;
    if (needed > memory.byteSize()) {
      if (needed > Integer.MAX_VALUE) {
        throw new IllegalStateException("a reply of " + needed + " bytes, and 2 GiB is the limit");
      }
      replaceMemory(Math.max(needed, Math.min(2 * memory.byteSize(), Integer.MAX_VALUE)), length);
    }
  }

  private void replaceMemory(long capacity, long kept) {
    Arena replacement = Arena.ofShared();
    MemorySegment moved = replacement.allocate(capacity, Long.BYTES);
    MemorySegment.copy(memory, 0, moved, 0, kept);
    arena.close();
    arena = replacement;
    memory = moved;
  }

  /** The memory whose first {@link #length} bytes are the reply, until the next one is started. */
  public MemorySegment memory() {
    return memory;
  }

  /** The length of the reply, header included, in bytes. */
  public int length() {
    return length;
  }

  /** Points {@code slice} at the reply, until the next one is started. */
  public Slice pointAt(Slice slice) {
    return slice.set(memory, 0, length);
  }

  /** A copy of the reply. */
  public byte[] toByteArray() {
    return pointAt(new Slice()).toByteArray();
  }

  /** How many bytes of memory it holds now. */
  public long capacity() {
    return memory.byteSize();
  }

  @Override
  public void close() {
    arena.close();
  }
}
