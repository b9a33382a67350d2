// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import io.wisp.transport.tcp.buffer.NativeBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Reads replies of RESP2 where they lie. {@link #read} finds one element: a line, a number, a bulk
 * string or the head of an array.
 */
public final class ReplyReader extends ReadElement {

  /** A line that takes more is no reply of a key-value server. */
  private static final int MAX_LINE_LENGTH = 64 << 10;

  private final Decimal decimal = new Decimal();
  private byte type;
  private long number;

  /**
   * Reads the element at a position.
   *
   * @return whether it is there as a whole; else {@link #needed} says up to where bytes are needed
   * @throws MalformedReplyException if the bytes are no reply
   */
  public boolean read(NativeBuffer input, int at) throws MalformedReplyException {
    memory = input.memory();
    int end = input.end();
    int lineEnd = at;
    while (lineEnd < end && memory.get(ValueLayout.JAVA_BYTE, lineEnd) != '\r') {
      lineEnd++;
    }
    if (lineEnd + 2 > end) {
      if (lineEnd - at > MAX_LINE_LENGTH) {
        throw new MalformedReplyException("a line of more than " + MAX_LINE_LENGTH + " bytes");
      }
      needed = lineEnd + 2;
      return false;
    }
    type = memory.get(ValueLayout.JAVA_BYTE, at);
    offset = at + 1;
    length = lineEnd - offset;
    next = lineEnd + 2;
    return switch (type) {
      case '+', '-' -> true;
      case ':' -> readNumber(Long.MIN_VALUE);
      case '*' -> readNumber(-1);
      case '$' -> readNumber(-1) && readBulk(end);
      default -> throw new MalformedReplyException("it begins with byte " + (type & 0xFF));
    };
  }

  private boolean readNumber(long least) throws MalformedReplyException {
    if (!decimal.read(memory, offset, length) || decimal.value() < least) {
      throw new MalformedReplyException("\"" + text() + "\" is not a number that can stand here");
    }
    number = decimal.value();
    return true;
  }

  private boolean readBulk(int end) throws MalformedReplyException {
    if (number < 0) {
      return true;
    }
    if (number > NativeBuffer.MAX_CAPACITY / 2) {
      throw new MalformedReplyException("a bulk string of " + number + " bytes");
    }
    offset = next;
    length = (int) number;
    next = offset + length + 2;
    needed = next;
    return next <= end;
  }

  /** The first byte of the element, which tells what it is. */
  public byte type() {
    return type;
  }

  /** Whether the element is an error. */
  public boolean isError() {
    return type == '-';
  }

  /** Whether the element is a line of just these bytes, and no error. */
  public boolean isLine(MemorySegment text) {
    return type == '+'
        && MemorySegment.mismatch(memory, offset, offset + length, text, 0, text.byteSize()) < 0;
  }

  /** A number, the length of an array, or the length of a bulk string or -1 if it is absent. */
  public long number() {
    return number;
  }

  /** The text or the value, read as UTF-8. */
  public String text() {
    byte[] bytes = new byte[length];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
