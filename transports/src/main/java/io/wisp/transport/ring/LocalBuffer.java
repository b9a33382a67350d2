// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import java.lang.foreign.MemorySegment;

/**
 * Memory of this side that reads of the other side's memory arrive in, and that the other side may
 * read. It belongs to the connections of the {@link BufferSource} that allocated it, and to their
 * thread.
 */
public interface LocalBuffer extends AutoCloseable {

  /** The bytes, at an address that is a multiple of 64. */
  MemorySegment memory();

  /** Whether the memory is still there, where the other side can take it away. */
  default boolean isWhole() {
    return true;
  }

  /** What the other side must know to read this. */
  RemoteBuffer remote();

  /** Frees the memory. No read may be under way into it, by this side or from it, by the other. */
  @Override
  void close();
}
