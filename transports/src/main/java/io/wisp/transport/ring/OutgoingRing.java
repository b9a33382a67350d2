// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import io.wisp.store.RecordAddress;
import java.lang.foreign.MemorySegment;

/**
 * The sending end of a ring: frames are claimed, filled in and committed one by one, and published
 * together. It never overwrites what the other side has not given credit for.
 */
public final class OutgoingRing {

  /** No lease comes with a reply. */
  public static final long NO_LEASE = -1;

  private final RemoteMemory memory;
  private final MemorySegment ring;
  private final RingLimits limits;
  private final long length;

  /** Up to where frames were committed. */
  private long committed;

  /** Up to where they were written to the other side, with or without a notification. */
  private long written;

  /** Up to where the other side was notified. */
  private long published;

  private long credited;

  /** Of the claimed frame: its payload's length, where its message begins, and its flags. */
  private int claimedPayload;

  private long messageOffset;
  private int flags;

  /** The sending end of a connection on which nothing was sent. */
  public OutgoingRing(RemoteMemory memory, RingLimits limits) {
    this.memory = memory;
    this.ring = memory.outgoing();
    this.limits = limits;
    this.length = limits.ringBytes();
  }

  /** Whether a frame of this length may travel in the ring at all. */
  public boolean fits(long payloadLength) {
    return payloadLength <= limits.maxPayload();
  }

  /** The ring, where frames are filled in between {@link #claim} and {@link #commit}. */
  public MemorySegment segment() {
    return ring;
  }

  /** Takes note of credit that came along with a frame, or that was given by itself. */
  public void credit(long position) throws RingFaultException {
    if (position < 0 || position > published || position % FrameDescriptor.ALIGNMENT != 0) {
      throw new RingFaultException(
          "credit for position " + position + ", and " + published + " was sent");
    }
    credited = Math.max(credited, position);
  }

  /** Whether {@link #claim} of any frame that fits would succeed now. */
  public boolean hasRoom() throws RingFaultException {
    return hasRoom(length / 2);
  }

  /** Looks for credit only if it is needed. */
  private boolean hasRoom(long size) throws RingFaultException {
    if (committed + size - credited <= length) {
      return true;
    }
    credit(memory.creditedPosition());
    return committed + size - credited <= length;
  }

  /**
   * Begins a frame.
   *
   * @return where its payload goes in {@link #segment}, or -1 if there is no room yet
   */
  public long claim(int payloadLength) throws RingFaultException {
    return claim(payloadLength, 0);
  }

  /**
   * Begins the frame of a request.
   *
   * @param wantsAddress whether its reply shall have an address
   * @param wantsLease whether its reply shall have a lease
   * @return as of {@link #claim(int)}
   */
  public long claimRequest(int payloadLength, boolean wantsAddress, boolean wantsLease)
      throws RingFaultException {
    return claim(
        payloadLength,
        (wantsAddress ? FrameDescriptor.WANTS_ADDRESS : 0)
            | (wantsLease ? FrameDescriptor.WANTS_LEASE : 0));
  }

  /** Where in {@link #segment} the message goes, or lies, of the frame that was claimed last. */
  public long messageOffset() {
    return messageOffset;
  }

  /**
   * The length of the payload of a reply.
   *
   * @param address as of {@link #claimReply}
   * @param lease as of {@link #claimReply}
   */
  public static long payloadLength(long messageLength, long address, long lease) {
    return (address == RecordAddress.NONE ? 0 : FrameDescriptor.ADDRESS_LENGTH)
        + (lease == NO_LEASE ? 0 : FrameDescriptor.LEASE_LENGTH)
        + messageLength;
  }

  /**
   * Begins the frame of a reply.
   *
   * @param address the {@link RecordAddress}, or {@link RecordAddress#NONE}: then there is none
   * @param lease in microseconds, or {@link #NO_LEASE}: then there is none
   * @return where its message goes in {@link #segment}, or -1 if there is no room yet
   */
  public long claimReply(int messageLength, long address, long lease) throws RingFaultException {
    int has =
        (address == RecordAddress.NONE ? 0 : FrameDescriptor.HAS_ADDRESS)
            | (lease == NO_LEASE ? 0 : FrameDescriptor.HAS_LEASE);
    long offset = claim((int) payloadLength(messageLength, address, lease), has);
    if (offset < 0) {
      return -1;
    }
    if (address != RecordAddress.NONE) {
      FrameDescriptor.encodeAddress(ring, offset, address);
      offset += FrameDescriptor.ADDRESS_LENGTH;
    }
    if (lease != NO_LEASE) {
      FrameDescriptor.encodeLease(ring, offset, lease);
      offset += FrameDescriptor.LEASE_LENGTH;
    }
    messageOffset = offset;
    return offset;
  }

  private long claim(int payloadLength, int flags) throws RingFaultException {
    int size = FrameDescriptor.size(payloadLength);
    long toEnd = length - offset(committed);
    long needed = size <= toEnd ? size : toEnd + size;
    if (!hasRoom(needed)) {
      return -1;
    }
    if (size > toEnd) {
      skipToStart(toEnd);
    } else if (offset(committed) == 0) {
      writeUpTo(committed);
    }
    claimedPayload = payloadLength;
    this.flags = flags;
    messageOffset = offset(committed) + FrameDescriptor.HEADER_LENGTH;
    return messageOffset;
  }

  /** Ends a lap: the rest of the ring is left out, and not written either. */
  private void skipToStart(long toEnd) {
    FrameDescriptor.encodeHeader(
        ring, offset(committed), 0, FrameDescriptor.SKIP, committed, lastGivenCredit);
    writeUpTo(committed + FrameDescriptor.HEADER_LENGTH);
    committed += toEnd;
    written = committed;
  }

  /** Writes the end of a lap by itself, because what is written is one run of bytes. */
  private void writeUpTo(long end) {
    if (end > written) {
      memory.write(offset(written), (int) (end - written));
      written = end;
    }
  }

  private long lastGivenCredit;

  /**
   * Completes the claimed frame, which holds a message.
   *
   * @param credit the position up to which the opposite ring was taken
   */
  public void commit(long credit) {
    commit(FrameDescriptor.MESSAGE, credit);
  }

  /**
   * Completes the claimed frame, whose payload is a {@link RemoteBuffer}: the message is too long
   * for a frame, and is read where it is.
   *
   * @param buffer holds the message, until the other side has read it
   * @param messageLength its length in bytes
   * @param credit as of {@link #commit}
   */
  public void commitRendezvous(LocalBuffer buffer, long messageLength, long credit) {
    RemoteBuffer whole = buffer.remote();
    new RemoteBuffer(whole.address(), whole.key(), messageLength)
        .encode(FrameDescriptor.rendezvous(ring, messageOffset));
    commit(FrameDescriptor.RENDEZVOUS, credit);
  }

  private void commit(int kind, long credit) {
    lastGivenCredit = credit;
    FrameDescriptor.encodeHeader(
        ring, offset(committed), claimedPayload, kind | flags, committed, credit);
    committed += FrameDescriptor.size(claimedPayload);
  }

  /**
   * Frames that were committed and not published have changed where they lie. Those at the end of a
   * lap were written already, and are written again.
   */
  public void writeAgain() {
    if (written > published) {
      memory.write(offset(published), (int) (length - offset(published)));
    }
  }

  /** How many bytes were committed and not published. */
  public long unpublished() {
    return committed - published;
  }

  /** Sends what was committed. */
  public void publish() {
    if (committed == published) {
      return;
    }
    memory.writeAndNotify(offset(written), (int) (committed - written), committed);
    written = committed;
    published = committed;
  }

  private long offset(long position) {
    return position & (length - 1);
  }
}
