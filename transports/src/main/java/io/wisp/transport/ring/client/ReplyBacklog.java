// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Reply;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Replies that had to be taken out of the ring before anybody asked for them, first in, first out,
 * in memory that grows as needed and is used again. It belongs to one thread.
 */
final class ReplyBacklog implements AutoCloseable {

  private static final long INITIAL_BYTES = 64 << 10;

  private Arena arena = Arena.ofShared();
  private MemorySegment memory = arena.allocate(INITIAL_BYTES, Long.BYTES);
  private long head;
  private long tail;

  boolean isEmpty() {
    return head == tail;
  }

  void add(MemorySegment segment, long offset, long length) {
    if (head == tail) {
      head = 0;
      tail = 0;
    }
    long size = size(length);
    if (tail + size > memory.byteSize()) {
      makeRoom(size);
    }
    memory.set(ValueLayout.JAVA_LONG, tail, length);
    MemorySegment.copy(segment, offset, memory, tail + Long.BYTES, length);
    tail += size;
  }

  private void makeRoom(long size) {
    long used = tail - head;
    if (used + size <= memory.byteSize() / 2) {
      MemorySegment.copy(memory, head, memory, 0, used);
    } else {
      Arena larger = Arena.ofShared();
      MemorySegment moved =
          larger.allocate(Math.max(2 * memory.byteSize(), used + size), Long.BYTES);
      MemorySegment.copy(memory, head, moved, 0, used);
      arena.close();
      arena = larger;
      memory = moved;
    }
    head = 0;
    tail = used;
  }

  /**
   * Takes the oldest out.
   *
   * @return whether it is a reply; it stays where it is until another is added
   */
  boolean next(Reply reply) {
    long length = memory.get(ValueLayout.JAVA_LONG, head);
    long offset = head + Long.BYTES;
    head += size(length);
    return reply.wrap(memory, offset, length);
  }

  private static long size(long length) {
    return Long.BYTES + ((length + 7) & -8);
  }

  @Override
  public void close() {
    arena.close();
  }
}
