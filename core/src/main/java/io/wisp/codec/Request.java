// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A request as a peer sent it, checked before anything is read from it. One object is pointed at
 * one frame after the other, allocates nothing while frames are well formed, and belongs to one
 * thread.
 */
public final class Request {

  /** The longest time to live in milliseconds: enough for 146 million years. */
  public static final long MAX_TIME_TO_LIVE = Long.MAX_VALUE / 2;

  /** How the value of a scan says how many keys are wanted. */
  public static final ValueLayout.OfInt COUNT_LAYOUT = RequestDescriptor.U32;

  /** The most hashes of keys in one report. */
  public static final int MAX_HASHES = 8_192;

  /** How a report holds a hash. */
  public static final ValueLayout.OfLong HASH_LAYOUT = RequestDescriptor.U64;

  private final Slice key = new Slice();
  private final Slice value = new Slice();
  private Operation operation = Operation.PING;
  private long argument;
  private String fault = "";

  /**
   * Points this at a frame.
   *
   * @return {@link Status#DONE} if it is a request; else {@link Status#MALFORMED} or {@link
   *     Status#UNKNOWN_OPERATION}, and {@link #fault} says why
   */
  public Status wrap(MemorySegment segment, long offset, long length) {
    String startFault = RequestDescriptor.startFault(segment, offset, length, "server");
    if (startFault != null) {
      return malformed(startFault);
    }
    int keyLength = RequestDescriptor.keyLength(segment, offset);
    long valueLength = RequestDescriptor.valueLength(segment, offset);
    if (RequestDescriptor.HEADER_LENGTH + keyLength + valueLength != length) {
      return malformed(
          "header, key length "
              + keyLength
              + " and value length "
              + valueLength
              + " make "
              + (RequestDescriptor.HEADER_LENGTH + keyLength + valueLength)
              + " bytes, and the frame has "
              + length);
    }
    if (valueLength > Integer.MAX_VALUE) {
      return malformed("value length " + valueLength + " is above " + Integer.MAX_VALUE);
    }
    int code = RequestDescriptor.operation(segment, offset);
    Operation known = Operation.ofCode(code);
    if (known == null) {
      fault = "operation " + code + " is unknown";
      return Status.UNKNOWN_OPERATION;
    }
    operation = known;
    argument = RequestDescriptor.argument(segment, offset);
    String shapeFault = shapeFault(known, keyLength, valueLength, argument);
    if (shapeFault != null) {
      return malformed(known + shapeFault);
    }
    key.set(segment, offset + RequestDescriptor.HEADER_LENGTH, keyLength);
    value.set(segment, offset + RequestDescriptor.HEADER_LENGTH + keyLength, (int) valueLength);
    return Status.DONE;
  }

  private static @Nullable String shapeFault(
      Operation operation, int keyLength, long valueLength, long argument) {
    if (operation.key == Operation.Key.NONE && keyLength != 0) {
      return " has no key, and the key length is " + keyLength;
    }
    if (operation.value == Operation.Value.NONE && valueLength != 0) {
      return " has no value, and the value length is " + valueLength;
    }
    if (operation.value == Operation.Value.COUNT && valueLength != Integer.BYTES) {
      return " has a value of 4 bytes, and the value length is " + valueLength;
    }
    if (operation.value == Operation.Value.HASHES
        && (valueLength % Long.BYTES != 0 || valueLength > MAX_HASHES * Long.BYTES)) {
      return " has at most "
          + MAX_HASHES
          + " hashes of 8 bytes, and the value length is "
          + valueLength;
    }
    if (operation.argument == Operation.Argument.NONE && argument != 0) {
      return " has no argument, and the argument is " + Long.toUnsignedString(argument);
    }
    if (operation.argument == Operation.Argument.TIME_TO_LIVE
        && (argument < 0 || argument > MAX_TIME_TO_LIVE)) {
      return " lives for at most "
          + MAX_TIME_TO_LIVE
          + " ms, and the argument is "
          + Long.toUnsignedString(argument);
    }
    return null;
  }

  private Status malformed(String why) {
    fault = why;
    return Status.MALFORMED;
  }

  /** What the request asks for. */
  public Operation operation() {
    return operation;
  }

  /** Its key, in the memory of the frame. */
  public Slice key() {
    return key;
  }

  /** Its value, in the memory of the frame. */
  public Slice value() {
    return value;
  }

  /** Its argument. */
  public long argument() {
    return argument;
  }

  /** The argument as the version that a record is to have. */
  long expectedVersion() {
    return RequestDescriptor.expectedVersion(argument);
  }

  /** The value as the count that a scan carries. */
  long count() {
    return Integer.toUnsignedLong(value.segment().get(COUNT_LAYOUT, value.offset()));
  }

  /** How many hashes a report carries. */
  int hashes() {
    return value.length() / Long.BYTES;
  }

  /** One of the hashes that a report carries. */
  long hash(int i) {
    return value.segment().get(HASH_LAYOUT, value.offset() + (long) i * Long.BYTES);
  }

  /** What was wrong with the last frame that was no request. */
  public String fault() {
    return fault;
  }
}
