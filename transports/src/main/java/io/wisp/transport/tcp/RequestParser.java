// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.store.Limits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * Reads the elements of a request where they lie. A method that reads one returns {@link #COMPLETE}
 * and leaves what it found in {@link #number} or {@link #offset} and {@link #length}, and the
 * position behind it in {@link #next}; or {@link #INCOMPLETE}, and leaves in {@link #needed} up to
 * where there must be bytes at least; or {@link #INVALID}, and the reason in {@link #error}.
 *
 * <p>The words of the errors are those of Redis.
 */
final class RequestParser {

  static final int COMPLETE = 0;
  static final int INCOMPLETE = 1;
  static final int INVALID = 2;

  /** The most arguments of a request, its command's name included. */
  static final int MAX_ARGUMENTS = 1 << 20;

  /** What a client that has not given the password may send. */
  static final int MAX_UNAUTHENTICATED_ARGUMENTS = 10;

  static final int MAX_UNAUTHENTICATED_LENGTH = 16_384;

  private static final int MAX_DIGITS = 10;
  private static final short END_OF_LINE = 0x0A0D;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private int number;
  private int offset;
  private int length;
  private int next;
  private int needed;
  private String error = "";

  int number() {
    return number;
  }

  int offset() {
    return offset;
  }

  int length() {
    return length;
  }

  int next() {
    return next;
  }

  int needed() {
    return needed;
  }

  String error() {
    return error;
  }

  /** Reads the head of a request, which tells how many arguments it has. */
  int readArgumentCount(MemorySegment memory, int at, int end, boolean authenticated) {
    int outcome = readNumber(memory, at + 1, end, "invalid multibulk length");
    if (outcome != COMPLETE) {
      return outcome;
    }
    if (number > MAX_ARGUMENTS) {
      return invalid("invalid multibulk length");
    }
    if (!authenticated && number > MAX_UNAUTHENTICATED_ARGUMENTS) {
      return invalid("unauthenticated multibulk length");
    }
    return COMPLETE;
  }

  /** Reads the head of a bulk string, which tells its length. */
  int readBulkHeader(MemorySegment memory, int at, int end, boolean authenticated) {
    if (at >= end) {
      return incomplete(at + 1);
    }
    byte type = memory.get(ValueLayout.JAVA_BYTE, at);
    if (type != '$') {
      return invalid("expected '$', got '" + printable(type) + "'");
    }
    int outcome = readNumber(memory, at + 1, end, "invalid bulk length");
    if (outcome != COMPLETE) {
      return outcome;
    }
    if (number < 0 || number > Limits.MAX_VALUE_LENGTH) {
      return invalid("invalid bulk length");
    }
    if (!authenticated && number > MAX_UNAUTHENTICATED_LENGTH) {
      return invalid("unauthenticated bulk length");
    }
    length = number;
    offset = next;
    return COMPLETE;
  }

  /** Reads a whole bulk string. */
  int readBulk(MemorySegment memory, int at, int end, boolean authenticated) {
    int outcome = readBulkHeader(memory, at, end, authenticated);
    if (outcome != COMPLETE) {
      return outcome;
    }
    int behind = offset + length;
    if (behind + 2 > end) {
      return incomplete(behind + 2);
    }
    if (memory.get(SHORT, behind) != END_OF_LINE) {
      return invalid("a bulk string of " + length + " bytes does not end in CRLF");
    }
    next = behind + 2;
    return COMPLETE;
  }

  private int readNumber(MemorySegment memory, int from, int end, String complaint) {
    int at = from;
    boolean negative = at < end && memory.get(ValueLayout.JAVA_BYTE, at) == '-';
    if (negative) {
      at++;
    }
    int firstDigit = at;
    long value = 0;
    for (; at < end; at++) {
      byte character = memory.get(ValueLayout.JAVA_BYTE, at);
      if (character == '\r') {
        break;
      }
      if (character < '0' || character > '9' || at - firstDigit == MAX_DIGITS) {
        return invalid(complaint);
      }
      value = 10 * value + (character - '0');
    }
    if (at + 1 >= end) {
      return incomplete(at + 2);
    }
    if (at == firstDigit || memory.get(ValueLayout.JAVA_BYTE, at + 1) != '\n') {
      return invalid(complaint);
    }
    number = (int) Math.min(Integer.MAX_VALUE, value);
    if (negative) {
      number = -number;
    }
    next = at + 2;
    return COMPLETE;
  }

  private int incomplete(int needed) {
    this.needed = needed;
    return INCOMPLETE;
  }

  private int invalid(String error) {
    this.error = error;
    return INVALID;
  }

  private static String printable(byte character) {
    return character >= ' ' && character < 127
        ? String.valueOf((char) character)
        : String.format(Locale.ROOT, "\\x%02x", character);
  }
}
