// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two sides of a connection in one thread, between which nothing travels until it is told to. Bytes
 * are taken from the sender when they are delivered, not when they are sent, as a device does.
 */
public final class DelayedLink {

  private record Write(long offset, int length, long position) {}

  private final int ringBytes;
  private final Side left;
  private final Side right;

  public DelayedLink(int ringBytes) {
    this.ringBytes = ringBytes;
    left = new Side();
    right = new Side();
    left.other = right;
    right.other = left;
  }

  public Side left() {
    return left;
  }

  public Side right() {
    return right;
  }

  /** One side; what it sent waits here until it is delivered. */
  public final class Side implements RemoteMemory {

    private final MemorySegment outgoing = Arena.ofAuto().allocate(ringBytes, 64);
    private final MemorySegment incoming = Arena.ofAuto().allocate(ringBytes, 64);
    private final Deque<Write> writes = new ArrayDeque<>();
    private @Nullable Side other;
    private long deliveredTo;
    private long arrived;
    private long creditGiven;
    private long buffersGiven;
    private long creditSeen;
    private long buffersSeen;

    public boolean hasWrites() {
      return !writes.isEmpty();
    }

    /**
     * Brings the next write to the other side.
     *
     * @param needed up to which position the other side has given its frames up
     */
    public void deliverWrite(long needed) {
      Write write = writes.remove();
      long start = deliveredTo + Math.floorMod(write.offset - deliveredTo, (long) ringBytes);
      deliveredTo = start + write.length;
      if (deliveredTo - needed > ringBytes) {
        throw new AssertionError(
            "bytes up to " + deliveredTo + " overwrite what is needed from " + needed);
      }
      MemorySegment.copy(outgoing, write.offset, other().incoming, write.offset, write.length);
      if (write.position >= 0) {
        if (write.position != deliveredTo) {
          throw new AssertionError(
              "notified of " + write.position + " when " + deliveredTo + " is there");
        }
        other().arrived = write.position;
      }
    }

    /** Brings the next write, which is one of bytes that were brought before. */
    void deliverAgain() {
      Write write = writes.remove();
      MemorySegment.copy(outgoing, write.offset, other().incoming, write.offset, write.length);
    }

    /** Brings the credit that was last given to the other side. */
    void deliverCredit() {
      other().creditSeen = creditGiven;
      other().buffersSeen = buffersGiven;
    }

    private Side other() {
      return Objects.requireNonNull(other, "half a link");
    }

    @Override
    public MemorySegment outgoing() {
      return outgoing;
    }

    @Override
    public MemorySegment incoming() {
      return incoming;
    }

    @Override
    public void write(long offset, int length) {
      writes.add(new Write(offset, length, -1));
    }

    @Override
    public void writeAndNotify(long offset, int length, long position) {
      writes.add(new Write(offset, length, position));
    }

    @Override
    public long arrived() {
      return arrived;
    }

    /** Has the side believe that so much has arrived. */
    void claimArrived(long position) {
      arrived = position;
    }

    /** Has the side believe that the other gave so much credit. */
    void claimCredit(long position) {
      creditSeen = position;
    }

    @Override
    public void giveCredit(long position, long buffers) {
      creditGiven = position;
      buffersGiven = buffers;
    }

    @Override
    public long creditedPosition() {
      return creditSeen;
    }

    @Override
    public long creditedBuffers() {
      return buffersSeen;
    }

    @Override
    public void read(
        RemoteBuffer source, long sourceOffset, LocalBuffer target, long targetOffset, int length) {
      throw new UnsupportedOperationException("nothing is offered here");
    }

    @Override
    public void closeBatch(int token) {
      throw new UnsupportedOperationException("nothing is offered here");
    }

    @Override
    public void postReads() {
      throw new UnsupportedOperationException("nothing is offered here");
    }

    @Override
    public int completedReads() {
      return -1;
    }

    @Override
    public BufferSource buffers() {
      return bytes -> {
        throw new UnsupportedOperationException("nothing is offered here");
      };
    }

    @Override
    public int readDepth() {
      return 1;
    }

    @Override
    public @Nullable String broken() {
      return null;
    }

    @Override
    public void close() {}
  }
}
