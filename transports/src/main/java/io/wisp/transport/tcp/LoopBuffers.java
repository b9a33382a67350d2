// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.tcp.buffer.BufferBudget;
import io.wisp.transport.tcp.buffer.BufferPool;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import io.wisp.transport.tcp.command.Execution;
import java.lang.foreign.Arena;

/**
 * The memory that the connections of one event loop work in, one after the other, so that an idle
 * connection has none and the memory in use stays in the processor's cache. A connection that has
 * something left over keeps it in a buffer of its own from the {@link #pool}.
 */
final class LoopBuffers implements AutoCloseable {

  /** The usual size: a good deal more than {@link Execution#OUTPUT_LIMIT}. */
  static final int CAPACITY = 64 << 10;

  private final BufferBudget budget;
  private final BufferPool pool;
  private final NativeBuffer input;
  private NativeBuffer output;
  private int holding;

  /** Buffers for the calling thread. */
  LoopBuffers(BufferBudget budget) {
    this.budget = budget;
    pool = new BufferPool(budget);
    input = create();
    output = create();
  }

  private NativeBuffer create() {
    return new NativeBuffer(CAPACITY, Arena::ofConfined, budget);
  }

  BufferPool pool() {
    return pool;
  }

  /** What connections read into. Empty between their turns. */
  NativeBuffer input() {
    return input;
  }

  /** What connections reply into. Empty between their turns. */
  NativeBuffer output() {
    return output;
  }

  /** Takes what is left in the output into a buffer of its own, and leaves the output empty. */
  NativeBuffer takeOutput() {
    if (output.isGrown()) {
      NativeBuffer replacement = create();
      NativeBuffer taken = output;
      output = replacement;
      return taken;
    }
    return copyOf(output);
  }

  /** Takes what is left in the input into a buffer of its own, and leaves the input empty. */
  NativeBuffer takeInput() {
    return copyOf(input);
  }

  private NativeBuffer copyOf(NativeBuffer buffer) {
    NativeBuffer copy = pool.take(buffer.size());
    copy.append(buffer);
    buffer.clear();
    return copy;
  }

  /** Counts connections that keep memory between their turns, which they may do for too long. */
  void countHolding(int more) {
    holding += more;
  }

  /** How many connections keep memory between their turns. */
  int holding() {
    return holding;
  }

  /** Ends the turn of a connection: nothing is left, and memory that it made grow is given back. */
  void reset() {
    input.clear();
    output.clear();
    output.trim();
  }

  @Override
  public void close() {
    input.close();
    output.close();
    pool.close();
  }
}
