// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import io.wisp.store.RecordAddress;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The receiving end of a ring. It believes nothing that the other side wrote: a header is read
 * once, checked, and used as it was read.
 */
public final class IncomingRing {

  /** No frame has arrived. */
  public static final int NONE = 0;

  /** What can be wrong with a header, by its length, its kind, its position and the limit. */
  private enum Fault {
    NO_FRAME("no frame at position %3$s"),
    TOO_LONG("a frame of %1$s bytes, and %4$s is the limit"),
    NOT_ALL_THERE("a frame of %1$s bytes reaches past what arrived, at position %3$s"),
    IMPOSSIBLE("a frame of kind %2$s and %1$s bytes");

    private final String description;

    Fault(String description) {
      this.description = description;
    }
  }

  // Where a client's file is cut short, the JVM throws an error at some instruction behind the
  // access. In the initialization of a class it would take the class from the process for ever: so
  // the one that is first used behind an access is initialized before.
  static {
    Objects.requireNonNull(Fault.NO_FRAME);
  }

  private final RemoteMemory memory;
  private final MemorySegment ring;
  private final RingLimits limits;
  private final long length;

  private long consumed;
  private int payloadLength;
  private int addressLength;
  private int leaseLength;
  private boolean wantsAddress;
  private boolean wantsLease;
  private long credit;
  private int kind = NONE;
  private long ahead;
  private long aheadOffset;
  private int aheadLength;

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

  /** Turns back to the next frame, for {@link #lookAhead}. */
  public void beginLookingAhead() {
    ahead = consumed;
  }

  /**
   * Looks at one frame more that has arrived, and takes none: {@link #aheadOffset} and {@link
   * #aheadLength} say where its message is. It ends where there is anything but a message, about
   * which {@link #peek} will have its say.
   *
   * @return whether there was one
   */
  public boolean lookAhead() {
    long arrived = memory.arrived();
    while (ahead < arrived && mayHaveArrived(arrived)) {
      long offset = offset(ahead);
      long first = FrameDescriptor.firstWord(ring, offset);
      int kindAhead = FrameDescriptor.kind(first);
      if (kindAhead == FrameDescriptor.RENDEZVOUS || faultOf(first, ahead, arrived) != null) {
        return false;
      }
      if (kindAhead == FrameDescriptor.MESSAGE) {
        int payload = (int) FrameDescriptor.length(first);
        int before = addressLength(first) + leaseLength(first);
        aheadOffset = offset + FrameDescriptor.HEADER_LENGTH + before;
        aheadLength = payload - before;
        ahead += FrameDescriptor.size(payload);
        return true;
      }
      ahead += length - offset;
    }
    return false;
  }

  /** Where in {@link #segment} the message is that was looked at. */
  public long aheadOffset() {
    return aheadOffset;
  }

  /** Its length in bytes. */
  public int aheadLength() {
    return aheadLength;
  }

  private void read(long arrived) throws RingFaultException {
    if (!mayHaveArrived(arrived)) {
      throw new RingFaultException(
          "frames up to position %s, and the ring holds those from %s to %s"
              .formatted(arrived, consumed, consumed + length));
    }
    long first = FrameDescriptor.firstWord(ring, offset());
    Fault fault = faultOf(first, consumed, arrived);
    if (fault != null) {
      throw new RingFaultException(describe(fault, first));
    }
    addressLength = addressLength(first);
    leaseLength = leaseLength(first);
    wantsAddress = FrameDescriptor.hasFlag(first, FrameDescriptor.WANTS_ADDRESS);
    wantsLease = FrameDescriptor.hasFlag(first, FrameDescriptor.WANTS_LEASE);
    credit = FrameDescriptor.credit(ring, offset());
    payloadLength = (int) FrameDescriptor.length(first);
    kind = FrameDescriptor.kind(first);
  }

  private boolean mayHaveArrived(long position) {
    return position >= consumed
        && position - consumed <= length
        && position % FrameDescriptor.ALIGNMENT == 0;
  }

  /** What is wrong with the header at a position, by its first word; null if nothing is. */
  private @Nullable Fault faultOf(long first, long position, long arrived) {
    long claimed = FrameDescriptor.length(first);
    if (!FrameDescriptor.isAt(first, position)) {
      return Fault.NO_FRAME;
    }
    if (claimed > limits.maxPayload()) {
      return Fault.TOO_LONG;
    }
    int size = FrameDescriptor.size((int) claimed);
    boolean isSkip = FrameDescriptor.kind(first) == FrameDescriptor.SKIP;
    if (offset(position) + size > length || (!isSkip && position + size > arrived)) {
      return Fault.NOT_ALL_THERE;
    }
    return isPossible(first) ? null : Fault.IMPOSSIBLE;
  }

  private static boolean isPossible(long first) {
    long claimed = FrameDescriptor.length(first);
    long message = claimed - addressLength(first) - leaseLength(first);
    return switch (FrameDescriptor.kind(first)) {
      case FrameDescriptor.MESSAGE -> message >= 0;
      case FrameDescriptor.RENDEZVOUS -> message == RemoteBuffer.ENCODED_LENGTH;
      case FrameDescriptor.SKIP -> claimed == 0 && !FrameDescriptor.hasFlags(first);
      default -> false;
    };
  }

  private static int addressLength(long first) {
    return FrameDescriptor.hasFlag(first, FrameDescriptor.HAS_ADDRESS)
        ? FrameDescriptor.ADDRESS_LENGTH
        : 0;
  }

  private static int leaseLength(long first) {
    return FrameDescriptor.hasFlag(first, FrameDescriptor.HAS_LEASE)
        ? FrameDescriptor.LEASE_LENGTH
        : 0;
  }

  /** Says what is wrong with the header of the next frame. */
  private String describe(Fault fault, long first) {
    return fault.description.formatted(
        FrameDescriptor.length(first),
        FrameDescriptor.kindAndFlags(first),
        consumed,
        limits.maxPayload());
  }

  /** The ring. It may change at any time: copy, then check. */
  public MemorySegment segment() {
    return ring;
  }

  /**
   * Where in {@link #segment} the message of the frame is that was peeked at, or the buffer that
   * holds it.
   */
  public long messageOffset() {
    return offset() + FrameDescriptor.HEADER_LENGTH + addressLength + leaseLength;
  }

  /** Its length in bytes. */
  public int messageLength() {
    return payloadLength - addressLength - leaseLength;
  }

  /** Whether an address came with it, as with a reply alone. */
  public boolean hasAddress() {
    return addressLength > 0;
  }

  /** Whether it is a request whose reply shall have an address. */
  public boolean wantsAddress() {
    return wantsAddress;
  }

  /** Whether a lease came with it, as with a reply alone. */
  public boolean hasLease() {
    return leaseLength > 0;
  }

  /** Whether it is a request whose reply shall have a lease. */
  public boolean wantsLease() {
    return wantsLease;
  }

  /** The microseconds of the lease that came with it, as untrusted; 0 if there is none. */
  public long lease() {
    return leaseLength == 0
        ? 0
        : FrameDescriptor.lease(ring, offset() + FrameDescriptor.HEADER_LENGTH + addressLength);
  }

  /**
   * The {@link RecordAddress} that came with it, as untrusted as all that the other side writes; or
   * {@link RecordAddress#NONE}.
   */
  public long address() {
    return addressLength == 0
        ? RecordAddress.NONE
        : FrameDescriptor.address(ring, offset() + FrameDescriptor.HEADER_LENGTH);
  }

  /**
   * The buffer that holds the message, where the frame is a {@link FrameDescriptor#RENDEZVOUS}.
   *
   * @param longest the most bytes that are taken
   * @throws RingFaultException if it is said to be longer
   */
  public RemoteBuffer offered(long longest) throws RingFaultException {
    RemoteBuffer offered = RemoteBuffer.decode(FrameDescriptor.rendezvous(ring, messageOffset()));
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
    return offset(consumed);
  }

  private long offset(long position) {
    return position & (length - 1);
  }
}
