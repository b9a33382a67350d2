// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.codec.Reply;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Replies that had to be taken out of the ring before anybody asked for them, by the numbers of
 * their requests, in memory that grows as needed and is used again. It belongs to one thread.
 */
final class ReplyBacklog implements AutoCloseable {

  private static final long INITIAL_BYTES = 64 << 10;

  // An entry: length of the reply, number of the request, address of the record, the reply, padding
  // to 8 bytes.
  private static final long NUMBER = 8;
  private static final long ADDRESS = 16;
  private static final long HEADER = 24;

  private static final long TAKEN = -1;

  private Arena arena = Arena.ofShared();
  private MemorySegment memory = arena.allocate(INITIAL_BYTES, Long.BYTES);
  private long head;
  private long tail;
  private long address;

  /** Adds a reply, whose number is above all before it. */
  void add(long number, MemorySegment segment, long offset, long length, long address) {
    if (head == tail) {
      head = 0;
      tail = 0;
    }
    long size = size(length);
    if (tail + size > memory.byteSize()) {
      makeRoom(size);
    }
    memory.set(ValueLayout.JAVA_LONG, tail, length);
    memory.set(ValueLayout.JAVA_LONG, tail + NUMBER, number);
    memory.set(ValueLayout.JAVA_LONG, tail + ADDRESS, address);
    MemorySegment.copy(segment, offset, memory, tail + HEADER, length);
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
   * Takes the reply with a number out, which is here. Almost always it is the oldest.
   *
   * @return whether it is a reply; it stays where it is until another is added
   */
  boolean take(long number, Reply reply) {
    long entry = head;
    while (number(entry) != number) {
      entry += size(length(entry));
    }
    memory.set(ValueLayout.JAVA_LONG, entry + NUMBER, TAKEN);
    long offset = entry + HEADER;
    long length = length(entry);
    address = memory.get(ValueLayout.JAVA_LONG, entry + ADDRESS);
    while (head < tail && number(head) == TAKEN) {
      head += size(length(head));
    }
    return reply.wrap(memory, offset, length);
  }

  /** The address that came with the reply that was last taken out. */
  long address() {
    return address;
  }

  private long number(long entry) {
    return memory.get(ValueLayout.JAVA_LONG, entry + NUMBER);
  }

  private long length(long entry) {
    return memory.get(ValueLayout.JAVA_LONG, entry);
  }

  private static long size(long length) {
    return HEADER + ((length + 7) & -8);
  }

  @Override
  public void close() {
    arena.close();
  }
}
