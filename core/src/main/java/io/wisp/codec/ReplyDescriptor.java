// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import io.wisp.store.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The layout of a reply: a header, then bytes whose meaning the operation and the status give.
 * Numbers are little-endian; nothing need be aligned.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |    Version    |    Status     |         Reserved (0)          |
 *  +---------------+---------------+-------------------------------+
 *  |                            Length                             |
 *  +---------------------------------------------------------------+
 *  |                           Argument                            |
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                            Bytes                             ...
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class ReplyDescriptor {

  public static final int VERSION_OFFSET = RequestDescriptor.VERSION_OFFSET;
  public static final int STATUS_OFFSET = 1;
  public static final int RESERVED_OFFSET = 2;
  public static final int LENGTH_OFFSET = 4;
  public static final int ARGUMENT_OFFSET = 8;

  /** Where the bytes start. */
  public static final int HEADER_LENGTH = RequestDescriptor.HEADER_LENGTH;

  private ReplyDescriptor() {}

  /** Writes a header. */
  public static void encodeHeader(
      MemorySegment segment, long offset, Status status, int length, long argument) {
    segment.set(
        ValueLayout.JAVA_BYTE, offset + VERSION_OFFSET, (byte) RequestDescriptor.PROTOCOL_VERSION);
    segment.set(ValueLayout.JAVA_BYTE, offset + STATUS_OFFSET, (byte) status.code());
    segment.set(RequestDescriptor.U16, offset + RESERVED_OFFSET, (short) 0);
    segment.set(RequestDescriptor.U32, offset + LENGTH_OFFSET, length);
    segment.set(RequestDescriptor.U64, offset + ARGUMENT_OFFSET, argument);
  }

  static int status(MemorySegment segment, long offset) {
    return Byte.toUnsignedInt(segment.get(ValueLayout.JAVA_BYTE, offset + STATUS_OFFSET));
  }

  static int reserved(MemorySegment segment, long offset) {
    return Short.toUnsignedInt(segment.get(RequestDescriptor.U16, offset + RESERVED_OFFSET));
  }

  static long length(MemorySegment segment, long offset) {
    return Integer.toUnsignedLong(segment.get(RequestDescriptor.U32, offset + LENGTH_OFFSET));
  }

  static long argument(MemorySegment segment, long offset) {
    return segment.get(RequestDescriptor.U64, offset + ARGUMENT_OFFSET);
  }
}
