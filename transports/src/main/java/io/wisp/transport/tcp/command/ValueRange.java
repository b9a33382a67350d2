// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.Arguments;

/**
 * The part of a value that a client names by a start and an end, both included, in bytes or in
 * bits; negative ones count from the end. Which part it is of a value {@link #resolve} says.
 */
final class ValueRange {

  private long start;
  private long end;
  private boolean inBits;
  private long first;
  private long last;

  /** Begins as all of a value. */
  void begin() {
    start = 0;
    end = -1;
    inBits = false;
  }

  /** Makes it a single bit. */
  void setBit(long bit) {
    start = bit;
    end = bit;
    inBits = true;
  }

  /** Makes it nothing of any value. */
  void setEmpty() {
    start = 1;
    end = 0;
  }

  /** Reads the start; false if the argument is no integer. */
  boolean readStart(Arguments arguments, int index) {
    boolean isNumber = arguments.isNumber(index);
    if (isNumber) {
      start = arguments.number();
    }
    return isNumber;
  }

  /** Reads the end; false if the argument is no integer. */
  boolean readEnd(Arguments arguments, int index) {
    boolean isNumber = arguments.isNumber(index);
    if (isNumber) {
      end = arguments.number();
    }
    return isNumber;
  }

  /** Reads the unit, BYTE or BIT; false if it is neither. */
  boolean readUnit(Arguments arguments, int index) {
    inBits = arguments.is(index, "BIT");
    return inBits || arguments.is(index, "BYTE");
  }

  /**
   * Whether both count from the end and the start is behind the end. Such a range is empty, which
   * {@link #resolve} does not see if both are before the value; Redis looks at it in some commands.
   */
  boolean isBackwards() {
    return start < 0 && end < 0 && start > end;
  }

  /** Finds out which part it is of a value of so many bytes. */
  void resolve(int length) {
    long total = inBits ? 8L * length : length;
    first = Math.max(0, start < 0 ? total + start : start);
    last = Math.min(total - 1, Math.max(0, end < 0 ? total + end : end));
  }

  /** Whether nothing of the value is in it. */
  boolean isEmpty() {
    return first > last;
  }

  /** The first byte of which something is in it; it must not be empty. */
  int firstByte() {
    return (int) (inBits ? first >>> 3 : first);
  }

  /** The number of bytes of which something is in it. */
  int byteCount() {
    return isEmpty() ? 0 : (int) (inBits ? last >>> 3 : last) + 1 - firstByte();
  }

  /** The first bit, of the value's. */
  long firstBit() {
    return inBits ? first : 8 * first;
  }

  /** The last bit, of the value's. */
  long lastBit() {
    return inBits ? last : 8 * last + 7;
  }
}
