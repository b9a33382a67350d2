// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import io.wisp.store.Slice;
import io.wisp.store.WriteBatch;
import java.lang.foreign.MemorySegment;

/**
 * Where a client writes batches before it sends them. It grows to the largest and is used again;
 * only a batch of more than {@value #MOST_KEPT} bytes has memory that is not kept. It belongs to
 * one thread.
 */
public final class BatchBuffer {

  private static final int MOST_KEPT = 1 << 20;

  private final Slice slice = new Slice();
  private MemorySegment kept = MemorySegment.NULL;

  /**
   * Writes a batch that {@link BatchDescriptor#refusalOf} has nothing against.
   *
   * @return the value of a {@link Operation#WRITE_ALL}, until the next call
   */
  public Slice write(WriteBatch batch) {
    int length = (int) BatchDescriptor.length(batch);
    if (length > MOST_KEPT) {
      return write(batch, new Slice().set(MemorySegment.ofArray(new byte[length]), 0, length));
    }
    if (length > kept.byteSize()) {
      int doubled = (int) Math.min(MOST_KEPT, 2 * kept.byteSize());
      kept = MemorySegment.ofArray(new byte[Math.max(length, doubled)]);
    }
    return write(batch, slice.set(kept, 0, length));
  }

  private static Slice write(WriteBatch batch, Slice to) {
    BatchDescriptor.encode(to.segment(), to.offset(), batch);
    return to;
  }
}
