// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.buffer;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;

/**
 * The buffers of one thread. Small ones are kept when they are given back, so that a connection
 * that now and then needs one allocates nothing; larger ones are freed at once.
 */
public final class BufferPool implements AutoCloseable {

  /** Holds the rest of an ordinary request. */
  public static final int SMALL = 4 << 10;

  private static final int MAX_KEPT = 256;

  private final BufferBudget budget;
  private final ArrayDeque<NativeBuffer> kept = new ArrayDeque<>();

  /** Buffers whose memory counts against a budget. */
  public BufferPool(BufferBudget budget) {
    this.budget = budget;
  }

  /**
   * An empty buffer for the calling thread.
   *
   * @throws BufferLimitException if the budget has not so much left
   */
  public NativeBuffer take(int capacity) {
    if (capacity > SMALL) {
      return new NativeBuffer(capacity, Arena::ofConfined, budget);
    }
    NativeBuffer buffer = kept.pollLast();
    return buffer != null ? buffer : new NativeBuffer(SMALL, Arena::ofConfined, budget);
  }

  /** What is thrown where a buffer may not grow by so many bytes. */
  public BufferLimitException shortage(long needed) {
    return new BufferLimitException(needed, budget);
  }

  /** Takes a buffer back, whatever it still holds. */
  public void give(NativeBuffer buffer) {
    if (buffer.capacity() == SMALL && kept.size() < MAX_KEPT) {
      buffer.clear();
      kept.addLast(buffer);
    } else {
      buffer.close();
    }
  }

  @Override
  public void close() {
    while (!kept.isEmpty()) {
      kept.removeLast().close();
    }
  }
}
