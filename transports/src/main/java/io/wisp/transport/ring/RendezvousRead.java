// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a buffer that the other side offers, in pieces, so that a long one neither exceeds what a
 * device takes in one request nor fills its queue.
 */
public final class RendezvousRead {

  private static final int PIECE_BYTES = 1 << 20;

  /** What the completed reads of one are called among others of the connection. */
  public static final int TOKEN = Integer.MAX_VALUE;

  private final RemoteMemory memory;
  private final RendezvousBuffers buffers;
  private final BooleanSupplier arrived;
  private RemoteBuffer source = RemoteBuffer.NONE;
  private @Nullable LocalBuffer target;
  private long posted;
  private boolean underWay;

  /** The only reads of a connection, into buffers that are given back at the end. */
  public RendezvousRead(RemoteMemory memory, RendezvousBuffers buffers) {
    this(memory, buffers, () -> memory.completedReads() == TOKEN);
  }

  /**
   * Reads among others of the connection, into buffers that are given back at the end.
   *
   * @param arrived whether reads of the {@link #TOKEN} have arrived since it last said so
   */
  public RendezvousRead(RemoteMemory memory, RendezvousBuffers buffers, BooleanSupplier arrived) {
    this.memory = memory;
    this.buffers = buffers;
    this.arrived = arrived;
  }

  /** Begins to read all of a buffer into another that is no shorter, and belongs to this then. */
  public void begin(RemoteBuffer offered, LocalBuffer into) {
    source = offered;
    target = into;
    posted = 0;
    postMore();
  }

  /** Where the bytes arrive, or null if nothing was begun. */
  public @Nullable LocalBuffer target() {
    return target;
  }

  /** How many bytes there are to read. */
  public long length() {
    return source.length();
  }

  /** Takes note of completed reads; the answer is whether all has arrived. */
  public boolean isComplete() {
    while (underWay && arrived.getAsBoolean()) {
      underWay = false;
      postMore();
    }
    return !underWay;
  }

  private void postMore() {
    LocalBuffer into = target;
    if (into == null || posted == source.length()) {
      return;
    }
    for (int i = 0; i < memory.readDepth() && posted < source.length(); i++) {
      int piece = (int) Math.min(PIECE_BYTES, source.length() - posted);
      memory.read(source, posted, into, posted, piece);
      posted += piece;
    }
    underWay = true;
    memory.closeBatch(TOKEN);
    memory.postReads();
  }

  /** Gives the buffer back, if something was begun. */
  public void end() {
    buffers.giveBack(target);
    target = null;
    source = RemoteBuffer.NONE;
  }
}
