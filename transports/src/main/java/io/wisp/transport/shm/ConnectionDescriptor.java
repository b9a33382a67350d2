// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The layout of the file of one connection. Words are 8 bytes, little-endian, each group on a cache
 * line of its own.
 *
 * <pre>
 *     0  the client's notification: position up to which it wrote requests
 *    64  the client's credit: position in the reply ring, number of buffers read; then its end
 *   128  the server's notification: position up to which it wrote replies
 *   192  the server's credit: position in the request ring, number of buffers read; then its end
 *   256  the client's doorbell
 *  4096  request ring, written by the client
 *   ...  reply ring, written by the server
 * </pre>
 *
 * <p>The end of a side is 0, or 1 once it has closed the connection.
 */
final class ConnectionDescriptor {

  static final long CLIENT_WORDS = 0;
  static final long SERVER_WORDS = 128;
  static final long DOORBELL = 256;
  static final long RINGS = 4096;

  /** What the server offers of its files: the connection (8 bytes) and the thread (4). */
  static final int OFFER_LENGTH = Long.BYTES + Integer.BYTES;

  private static final long CREDIT_OFFSET = 64;
  private static final long END_OFFSET = CREDIT_OFFSET + 2L * Long.BYTES;
  private static final VarHandle WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private ConnectionDescriptor() {}

  static long fileSize(int ringBytes) {
    return RINGS + 2L * ringBytes;
  }

  static long replyRing(int ringBytes) {
    return RINGS + ringBytes;
  }

  /** With acquire: what was written before the notification can be read after this. */
  static long notified(MemorySegment file, long words) {
    return (long) WORD.getAcquire(file, words);
  }

  /** With release: everything written before can be read by whoever sees this. */
  static void notify(MemorySegment file, long words, long position) {
    WORD.setRelease(file, words, position);
  }

  static long creditedPosition(MemorySegment file, long words) {
    return (long) WORD.getAcquire(file, words + CREDIT_OFFSET);
  }

  static long creditedBuffers(MemorySegment file, long words) {
    return (long) WORD.getAcquire(file, words + CREDIT_OFFSET + Long.BYTES);
  }

  /** With release: what was read before was read before the other side writes there again. */
  static void giveCredit(MemorySegment file, long words, long position, long buffers) {
    WORD.setRelease(file, words + CREDIT_OFFSET + Long.BYTES, buffers);
    WORD.setRelease(file, words + CREDIT_OFFSET, position);
  }

  /** Says that this side has closed the connection. */
  static void end(MemorySegment file, long words) {
    WORD.setRelease(file, words + END_OFFSET, 1L);
  }

  static boolean hasEnded(MemorySegment file, long words) {
    return (long) WORD.getAcquire(file, words + END_OFFSET) != 0;
  }
}
