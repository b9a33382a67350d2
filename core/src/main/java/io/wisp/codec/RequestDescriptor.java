// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import io.wisp.store.Slice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a request: a header, then the key, then the value, with nothing between or after.
 * Numbers are little-endian; nothing need be aligned.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |    Version    |   Operation   |           Key length          |
 *  +---------------+---------------+-------------------------------+
 *  |                         Value length                          |
 *  +---------------------------------------------------------------+
 *  |                           Argument                            |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                           Key                                ...
 *  +---------------------------------------------------------------+
 *  |                          Value                               ...
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>The header's numbers are unsigned. {@link Request} reads frames that a peer sent; the methods
 * here trust their arguments.
 */
public final class RequestDescriptor {

  /** The version of the protocol that these classes speak. */
  public static final int PROTOCOL_VERSION = 1;

  public static final int VERSION_OFFSET = 0;
  public static final int OPERATION_OFFSET = 1;
  public static final int KEY_LENGTH_OFFSET = 2;
  public static final int VALUE_LENGTH_OFFSET = 4;
  public static final int ARGUMENT_OFFSET = 8;

  /** Where the key starts. */
  public static final int HEADER_LENGTH = 16;

  static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private RequestDescriptor() {}

  /** The length of a request in bytes. */
  public static long frameLength(int keyLength, int valueLength) {
    return (long) HEADER_LENGTH + keyLength + valueLength;
  }

  /**
   * Writes a request.
   *
   * @param key of at most {@link io.wisp.store.Limits#MAX_KEY_LENGTH} bytes
   * @param argument what {@link Operation} says it is, or 0
   * @return its length in bytes
   */
  public static long encode(
      MemorySegment segment,
      long offset,
      Operation operation,
      Slice key,
      Slice value,
      long argument) {
    encodeHeader(segment, offset, operation, key.length(), value.length(), argument);
    long keyOffset = offset + HEADER_LENGTH;
    MemorySegment.copy(key.segment(), key.offset(), segment, keyOffset, key.length());
    MemorySegment.copy(
        value.segment(), value.offset(), segment, keyOffset + key.length(), value.length());
    return frameLength(key.length(), value.length());
  }

  /** Writes the header alone. */
  public static void encodeHeader(
      MemorySegment segment,
      long offset,
      Operation operation,
      int keyLength,
      int valueLength,
      long argument) {
    segment.set(ValueLayout.JAVA_BYTE, offset + VERSION_OFFSET, (byte) PROTOCOL_VERSION);
    segment.set(ValueLayout.JAVA_BYTE, offset + OPERATION_OFFSET, (byte) operation.code());
    segment.set(U16, offset + KEY_LENGTH_OFFSET, (short) keyLength);
    segment.set(U32, offset + VALUE_LENGTH_OFFSET, valueLength);
    segment.set(U64, offset + ARGUMENT_OFFSET, argument);
  }

  /**
   * Points at the key of a frame that a peer sent and may be changing.
   *
   * @param key is changed if there is one
   * @return whether there is a key, by its length, within the frame
   */
  public static boolean findKey(MemorySegment segment, long offset, long length, Slice key) {
    int keyLength = length < HEADER_LENGTH ? 0 : keyLength(segment, offset);
    if (keyLength == 0 || keyLength > length - HEADER_LENGTH) {
      return false;
    }
    key.set(segment, offset + HEADER_LENGTH, keyLength);
    return true;
  }

  /** The operation of a frame that may be no request; null if it has none that is known. */
  public static @Nullable Operation operationIn(MemorySegment segment, long offset, long length) {
    boolean isReadable = length >= HEADER_LENGTH && version(segment, offset) == PROTOCOL_VERSION;
    return isReadable ? Operation.ofCode(operation(segment, offset)) : null;
  }

  private static int version(MemorySegment segment, long offset) {
    return Byte.toUnsignedInt(segment.get(ValueLayout.JAVA_BYTE, offset + VERSION_OFFSET));
  }

  /** What is wrong with the start of a frame, which is the same for requests and replies. */
  static @Nullable String startFault(
      MemorySegment segment, long offset, long length, String reader) {
    if (length < HEADER_LENGTH) {
      return "a frame of " + length + " bytes is shorter than the header's " + HEADER_LENGTH;
    }
    int version = version(segment, offset);
    return version == PROTOCOL_VERSION
        ? null
        : "protocol version " + version + ", and this " + reader + " speaks " + PROTOCOL_VERSION;
  }

  /**
   * A version that a peer expects, or one that no record has if it cannot be one. Those of writes
   * that have not happened are negative, and are given to others again and again.
   */
  static long expectedVersion(long told) {
    return Math.max(0, told);
  }

  static int operation(MemorySegment segment, long offset) {
    return Byte.toUnsignedInt(segment.get(ValueLayout.JAVA_BYTE, offset + OPERATION_OFFSET));
  }

  static int keyLength(MemorySegment segment, long offset) {
    return Short.toUnsignedInt(segment.get(U16, offset + KEY_LENGTH_OFFSET));
  }

  static long valueLength(MemorySegment segment, long offset) {
    return Integer.toUnsignedLong(segment.get(U32, offset + VALUE_LENGTH_OFFSET));
  }

  static long argument(MemorySegment segment, long offset) {
    return segment.get(U64, offset + ARGUMENT_OFFSET);
  }
}
