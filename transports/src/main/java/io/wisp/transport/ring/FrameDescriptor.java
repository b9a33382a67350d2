// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import io.wisp.store.RecordAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The layout of a frame in a ring: a header, then the payload, then padding to a multiple of {@link
 * #ALIGNMENT}. Frames start at multiples of it and never cross the end of the ring. Numbers are
 * little-endian.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                            Length                             |
 *  +---------------+-----------------------------------------------+
 *  | Flags |  Kind |                   Sequence                    |
 *  +---------------+-----------------------------------------------+
 *  |                            Credit                             |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                            Payload                           ...
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <ul>
 *   <li>Length: of the payload, in bytes.
 *   <li>Flags: the upper bits of the byte, {@link #WANTS_ADDRESS}, {@link #HAS_ADDRESS}, {@link
 *       #WANTS_LEASE} and {@link #HAS_LEASE}.
 *   <li>Sequence: the low 24 bits of the frame's position in the ring divided by {@link
 *       #ALIGNMENT}, so that what is left of an earlier lap is never taken for a frame.
 *   <li>Credit: up to which position the sender has taken frames from the ring of the opposite
 *       direction.
 * </ul>
 *
 * <p>Whether a frame is complete is not for the frame to say: the sender notifies of a position
 * only after all bytes before it are there.
 */
public final class FrameDescriptor {

  static final int ALIGNMENT = 16;
  static final int HEADER_LENGTH = 16;

  /** The payload is a request or reply of the binary protocol. */
  public static final int MESSAGE = 1;

  /** The payload is the {@link RemoteBuffer} that holds the request or reply, to be read there. */
  public static final int RENDEZVOUS = 2;

  /** No payload: the rest of the ring, to its end, holds nothing. */
  static final int SKIP = 3;

  /**
   * Of a request: its reply shall say where the record is that it put or got. Only a server whose
   * welcome says so understands it.
   */
  static final int WANTS_ADDRESS = 0x80;

  /** Of a reply: the payload begins with the {@link RecordAddress}, and the message follows. */
  static final int HAS_ADDRESS = 0x40;

  static final int ADDRESS_LENGTH = Long.BYTES;

  /**
   * Of a request: its reply shall say for how long the client may read the table. Only a server
   * whose welcome says so understands it.
   */
  static final int WANTS_LEASE = 0x20;

  /**
   * Of a reply: before the message, and behind the address, are the microseconds for which what is
   * read in the table counts, from when the request was sent.
   */
  static final int HAS_LEASE = 0x10;

  static final int LEASE_LENGTH = Long.BYTES;

  private static final int FLAGS = WANTS_ADDRESS | HAS_ADDRESS | WANTS_LEASE | HAS_LEASE;

  private static final int LENGTH_OFFSET = 0;
  private static final int KIND_OFFSET = 4;
  private static final int CREDIT_OFFSET = 8;
  private static final int SEQUENCE_MASK = 0xFF_FFFF;
  private static final long LEASE_MASK = 0xFFFF_FFFFL;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private FrameDescriptor() {}

  /** The bytes that a frame takes in the ring. */
  static int size(int payloadLength) {
    return (HEADER_LENGTH + payloadLength + ALIGNMENT - 1) & -ALIGNMENT;
  }

  static void encodeHeader(
      MemorySegment ring, long offset, int payloadLength, int kind, long position, long credit) {
    ring.set(INT, offset + LENGTH_OFFSET, payloadLength);
    ring.set(INT, offset + KIND_OFFSET, kind | (sequence(position) << Byte.SIZE));
    ring.set(LONG, offset + CREDIT_OFFSET, credit);
  }

  /** The first 8 bytes of a header: length, kind and sequence. */
  static long firstWord(MemorySegment ring, long offset) {
    return ring.get(LONG, offset);
  }

  static long credit(MemorySegment ring, long offset) {
    return ring.get(LONG, offset + CREDIT_OFFSET);
  }

  static long length(long firstWord) {
    return firstWord & 0xFFFF_FFFFL;
  }

  static int kind(long firstWord) {
    return kindAndFlags(firstWord) & ~FLAGS;
  }

  static int kindAndFlags(long firstWord) {
    return (int) (firstWord >>> 32) & 0xFF;
  }

  static boolean hasFlag(long firstWord, int flag) {
    return (kindAndFlags(firstWord) & flag) != 0;
  }

  static boolean hasFlags(long firstWord) {
    return hasFlag(firstWord, FLAGS);
  }

  static void encodeAddress(MemorySegment ring, long payloadOffset, long address) {
    ring.set(LONG, payloadOffset, address);
  }

  static long address(MemorySegment ring, long payloadOffset) {
    return ring.get(LONG, payloadOffset);
  }

  static void encodeLease(MemorySegment ring, long offset, long micros) {
    ring.set(LONG, offset, micros & LEASE_MASK);
  }

  static long lease(MemorySegment ring, long offset) {
    return ring.get(LONG, offset) & LEASE_MASK;
  }

  static boolean isAt(long firstWord, long position) {
    return (int) (firstWord >>> 40) == sequence(position);
  }

  /** The payload of a {@link #RENDEZVOUS}. */
  static ByteBuffer rendezvous(MemorySegment ring, long payloadOffset) {
    return ring.asSlice(payloadOffset, RemoteBuffer.ENCODED_LENGTH)
        .asByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int sequence(long position) {
    return (int) (position / ALIGNMENT) & SEQUENCE_MASK;
  }
}
