// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The layout of what one side of a connection writes and the other owns. Numbers are little-endian.
 *
 * <pre>
 *    0  credit: up to which position the writer has taken frames from the ring in its own mailbox
 *    8  credit: how many long requests or replies, offered by the owner, the writer has read
 *   16  unused
 *   64  the ring
 * </pre>
 *
 * <p>A side composes what it writes in a copy of the other's mailbox, at the same offsets.
 */
final class Mailbox {

  static final int CREDIT_OFFSET = 0;

  /** Both words of credit are written together. */
  static final int CREDIT_LENGTH = 2 * Long.BYTES;

  static final int RING_OFFSET = 64;

  private static final VarHandle WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private Mailbox() {}

  static long length(int ringBytes) {
    return (long) RING_OFFSET + ringBytes;
  }

  static MemorySegment ring(MemorySegment mailbox) {
    return mailbox.asSlice(RING_OFFSET);
  }

  static void setCredit(MemorySegment mailbox, long position, long buffers) {
    WORD.setRelease(mailbox, (long) CREDIT_OFFSET, position);
    WORD.setRelease(mailbox, (long) CREDIT_OFFSET + Long.BYTES, buffers);
  }

  // The device stores these words while they are read; a word is stored in one piece.

  static long creditedPosition(MemorySegment mailbox) {
    return (long) WORD.getAcquire(mailbox, (long) CREDIT_OFFSET);
  }

  static long creditedBuffers(MemorySegment mailbox) {
    return (long) WORD.getAcquire(mailbox, (long) CREDIT_OFFSET + Long.BYTES);
  }
}
