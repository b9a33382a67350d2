// SPDX-License-Identifier: Apache-2.0
package io.wisp.codec;

import io.wisp.store.KeySink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import java.lang.foreign.MemorySegment;

/**
 * A reply as a server sent it, checked before anything is read from it. One object is pointed at
 * one frame after the other, allocates nothing while frames are well formed, and belongs to one
 * thread.
 */
public final class Reply {

  private final Slice bytes = new Slice();
  private Status status = Status.DONE;
  private long argument;
  private String fault = "";

  /**
   * Points this at a frame.
   *
   * @return whether it is a reply; if not, {@link #fault} says why
   */
  public boolean wrap(MemorySegment segment, long offset, long length) {
    String startFault = RequestDescriptor.startFault(segment, offset, length, "client");
    if (startFault != null) {
      return isNot(startFault);
    }
    int reserved = ReplyDescriptor.reserved(segment, offset);
    if (reserved != 0) {
      return isNot("the reserved bytes hold " + reserved);
    }
    long bytesLength = ReplyDescriptor.length(segment, offset);
    if (ReplyDescriptor.HEADER_LENGTH + bytesLength != length) {
      return isNot(
          "header and length "
              + bytesLength
              + " make "
              + (ReplyDescriptor.HEADER_LENGTH + bytesLength)
              + " bytes, and the frame has "
              + length);
    }
    if (bytesLength > Integer.MAX_VALUE) {
      return isNot("length " + bytesLength + " is above " + Integer.MAX_VALUE);
    }
    int code = ReplyDescriptor.status(segment, offset);
    if (!Status.isCode(code)) {
      return isNot("no status has the code " + code);
    }
    status = Status.ofCode(code);
    argument = ReplyDescriptor.argument(segment, offset);
    bytes.set(segment, offset + ReplyDescriptor.HEADER_LENGTH, (int) bytesLength);
    return true;
  }

  private boolean isNot(String why) {
    fault = why;
    return false;
  }

  /** What the request came to. */
  public Status status() {
    return status;
  }

  /** A version, a time to live or a cursor, as the operation has it. */
  public long argument() {
    return argument;
  }

  /** A value, keys or a text, as the operation and the status have it, in the frame's memory. */
  public Slice bytes() {
    return bytes;
  }

  /**
   * Gives the keys of a scan to a sink.
   *
   * @return how many there were, or -1 if the bytes are no sequence of keys
   */
  public int forEachKey(KeySink sink) {
    MemorySegment segment = bytes.segment();
    long end = bytes.offset() + bytes.length();
    long position = bytes.offset();
    int count = 0;
    while (position < end) {
      if (end - position < Short.BYTES) {
        return -1;
      }
      int length = Short.toUnsignedInt(segment.get(RequestDescriptor.U16, position));
      position += Short.BYTES;
      if (length > end - position) {
        return -1;
      }
      sink.accept(segment, position, length);
      position += length;
      count++;
    }
    return count;
  }

  /** What was wrong with the last frame that was no reply. */
  public String fault() {
    return fault;
  }
}
