// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One connection, seen from one of its sides: a ring in the other side's memory that this side
 * writes, a ring in this side's memory that the other writes, and the reading of what the other
 * side offers. All of it belongs to the thread of the {@link Port}, allocates nothing, and after
 * the connection has broken does nothing.
 *
 * <p>Positions in a ring count the bytes ever written to it; the offset is the position modulo the
 * ring's length, which is a power of two.
 */
public interface RemoteMemory extends AutoCloseable {

  /**
   * Where this side composes what it will {@link #write} at the same offset into the other's ring.
   * It may be that ring itself.
   */
  MemorySegment outgoing();

  /** The ring that the other side writes into. It may change at any time: copy, then check. */
  MemorySegment incoming();

  /**
   * Writes bytes of {@link #outgoing} to the other side, which is not told. They stay as they are
   * until the other side has given credit for them.
   */
  void write(long offset, int length);

  /**
   * Writes like {@link #write} and then tells the other side that its ring holds everything up to a
   * position. It learns that no sooner than the bytes of this and of all earlier writes are there.
   */
  void writeAndNotify(long offset, int length, long position);

  /** Up to where the incoming ring holds what was written and notified, as of the last poll. */
  long arrived();

  /**
   * Tells the other side how much of what it sent is done with.
   *
   * @param position up to where its frames were taken from the incoming ring
   * @param buffers how many of the buffers that it offered for reading were read to the end
   */
  void giveCredit(long position, long buffers);

  /** The position that the other side gave credit for; as untrusted as all that it writes. */
  long creditedPosition();

  /** How many offered buffers the other side says to have read to the end. */
  long creditedBuffers();

  /**
   * Adds a read of the other side's memory to the batch that {@link #closeBatch} closes.
   *
   * @param source what the other side offers; a range outside of it breaks the connection
   * @param target allocated by this connection's port
   */
  void read(
      RemoteBuffer source, long sourceOffset, LocalBuffer target, long targetOffset, int length);

  /**
   * Closes a batch of at least one read, whose reads have no order among each other.
   *
   * @param token what {@link #completedReads} gives back when all of the batch has arrived
   */
  void closeBatch(int token);

  /**
   * Posts all batches that were closed, with as few requests to the device as it takes. None begins
   * before those of earlier batches whose completion was seen.
   */
  void postReads();

  /** The token of the next batch that was completed, in order of posting, or -1. */
  int completedReads();

  /**
   * Whether the two words at an offset of what the other side offers are still these, behind all
   * reads that have arrived. Where that would take a round trip it says so without a look.
   *
   * @param offset a multiple of 8, with both words inside of {@code source}
   */
  default boolean isUnchanged(RemoteBuffer source, long offset, long word0, long word1) {
    return true;
  }

  /** Where memory comes from that reads here may arrive in, and that the other side may read. */
  BufferSource buffers();

  /** How many reads may be under way at once; more are held back, not refused. */
  int readDepth();

  /**
   * Looks whether the memory that both sides use is still there, which is not sure where an access
   * has ended in an {@link InternalError}. If it is not, the connection is broken.
   */
  default boolean isWhole() {
    return true;
  }

  /**
   * Waits until the other side has what was written, where it would be lost if the connection were
   * closed before. To be called before the connection is closed, if that matters.
   *
   * @param deadline until when, by {@link System#nanoTime}
   */
  default void drain(long deadline) {}

  /** Why the connection is of no use any longer, for people, or null while it is. */
  @Nullable String broken();

  /** Ends the connection. The other side's memory is not touched after it returns. */
  @Override
  void close();
}
