// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import java.lang.foreign.MemorySegment;

/**
 * The receiving end of a ring. It believes nothing that the other side wrote: a header is read
 * once, checked, and used as it was read.
 */
public final class IncomingRing {

  /** No frame has arrived. */
  public static final int NONE = 0;

  private final RemoteMemory memory;
  private final MemorySegment ring;
  private final RingLimits limits;
  private final long length;

  private long consumed;
  private int payloadLength;
  private long credit;
  private int kind = NONE;

  /** The receiving end of a connection on which nothing has arrived. */
  public IncomingRing(RemoteMemory memory, RingLimits limits) {
    this.memory = memory;
    this.ring = memory.incoming();
    this.limits = limits;
    this.length = limits.ringBytes();
  }

  /**
   * Looks at the next frame, which stays the next until {@link #release}.
   *
   * @return its kind, {@link FrameDescriptor#MESSAGE} or {@link FrameDescriptor#RENDEZVOUS}, or
   *     {@link #NONE}
   */
  public int peek() throws RingFaultException {
    while (kind == NONE) {
      long arrived = memory.arrived();
      if (arrived == consumed) {
        return NONE;
      }
      read(arrived);
      if (kind == FrameDescriptor.SKIP) {
        consumed += length - offset();
        kind = NONE;
        if (consumed > arrived) {
          throw new RingFaultException("the end of a lap before its frames arrived");
        }
      }
    }
    return kind;
  }

  private void read(long arrived) throws RingFaultException {
    if (arrived < consumed
        || arrived - consumed > length
        || arrived % FrameDescriptor.ALIGNMENT != 0) {
      throw new RingFaultException(
          "frames up to position %s, and the ring holds those from %s to %s"
              .formatted(arrived, consumed, consumed + length));
    }
    long first = FrameDescriptor.firstWord(ring, offset());
    long claimed = FrameDescriptor.length(first);
    int read = FrameDescriptor.kind(first);
    if (!FrameDescriptor.isAt(first, consumed)) {
      throw new RingFaultException("no frame at position " + consumed);
    }
    if (claimed > limits.maxPayload()) {
      throw new RingFaultException(
          "a frame of " + claimed + " bytes, and " + limits.maxPayload() + " is the limit");
    }
    int size = FrameDescriptor.size((int) claimed);
    if (offset() + size > length || (read != FrameDescriptor.SKIP && consumed + size > arrived)) {
      throw new RingFaultException(
          "a frame of " + claimed + " bytes reaches past what arrived, at position " + consumed);
    }
    boolean known =
        read == FrameDescriptor.MESSAGE
            || (read == FrameDescriptor.RENDEZVOUS && claimed == RemoteBuffer.ENCODED_LENGTH)
            || (read == FrameDescriptor.SKIP && claimed == 0);
    if (!known) {
      throw new RingFaultException("a frame of kind " + read + " and " + claimed + " bytes");
    }
    credit = FrameDescriptor.credit(ring, offset());
    payloadLength = (int) claimed;
    kind = read;
  }

  /** The ring. It may change at any time: copy, then check. */
  public MemorySegment segment() {
    return ring;
  }

  /** Where the payload of the frame that was peeked at is in {@link #segment}. */
  public long payloadOffset() {
    return offset() + FrameDescriptor.HEADER_LENGTH;
  }

  /** Its length in bytes. */
  public int payloadLength() {
    return payloadLength;
  }

  /**
   * The buffer that holds the message, where the frame is a {@link FrameDescriptor#RENDEZVOUS}.
   *
   * @param longest the most bytes that are taken
   * @throws RingFaultException if it is said to be longer
   */
  public RemoteBuffer offered(long longest) throws RingFaultException {
    RemoteBuffer offered = RemoteBuffer.decode(FrameDescriptor.rendezvous(ring, payloadOffset()));
    if (offered.length() < 0 || offered.length() > longest) {
      throw new RingFaultException(
          "a message of " + offered.length() + " bytes, and " + longest + " is the most");
    }
    return offered;
  }

  /** The credit that came with it, as untrusted as all that the other side writes. */
  public long credit() {
    return credit;
  }

  /** Gives the frame's memory up. */
  public void release() {
    consumed += FrameDescriptor.size(payloadLength);
    kind = NONE;
  }

  /** Up to which position frames were given up. */
  public long consumed() {
    return consumed;
  }

  private long offset() {
    return consumed & (length - 1);
  }
}
