// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Decimal numbers in bytes. Reading is as strict as Redis: an optional minus, no plus, no leading
 * zero, no space, and it must fit into 64 bits. The number that was read last is in {@link #value},
 * so that reading allocates nothing.
 */
public final class Decimal {

  /** The most bytes that a number takes: the lowest of 64 bits. */
  public static final int MAX_LENGTH = 20;

  private long value;

  /** Reads a number, and says whether the bytes are one. */
  public boolean read(MemorySegment memory, long offset, int length) {
    if (length < 1 || length > MAX_LENGTH) {
      return false;
    }
    boolean negative = memory.get(ValueLayout.JAVA_BYTE, offset) == '-';
    int at = negative ? 1 : 0;
    if (length == at || leadsWithZero(memory, offset, length, negative)) {
      return false;
    }
    long limit = negative ? Long.MIN_VALUE : -Long.MAX_VALUE;
    long result = 0;
    for (; at < length; at++) {
      int digit = memory.get(ValueLayout.JAVA_BYTE, offset + at) - '0';
      if (digit < 0 || digit > 9 || result < limit / 10) {
        return false;
      }
      result *= 10;
      if (result < limit + digit) {
        return false;
      }
      result -= digit;
    }
    value = negative ? result : -result;
    return true;
  }

  private static boolean leadsWithZero(
      MemorySegment memory, long offset, int length, boolean negative) {
    return memory.get(ValueLayout.JAVA_BYTE, offset + (negative ? 1 : 0)) == '0'
        && (negative || length > 1);
  }

  /** The number that {@link #read} read last. */
  public long value() {
    return value;
  }

  /**
   * Writes a number.
   *
   * @return the offset behind its last digit; at most {@link #MAX_LENGTH} bytes are written
   */
  public static int write(long number, MemorySegment memory, int offset) {
    // Negative, since the lowest number has no positive counterpart.
    long rest = number;
    int at = offset;
    if (rest < 0) {
      memory.set(ValueLayout.JAVA_BYTE, at++, (byte) '-');
    } else {
      rest = -rest;
    }
    int end = at + digits(rest);
    for (int position = end; position > at; ) {
      memory.set(ValueLayout.JAVA_BYTE, --position, (byte) ('0' - rest % 10));
      rest /= 10;
    }
    return end;
  }

  private static int digits(long negative) {
    int digits = 1;
    for (long rest = negative; rest <= -10; rest /= 10) {
      digits++;
    }
    return digits;
  }
}
