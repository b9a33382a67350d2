// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The bits of memory; as in Redis, the highest of a byte is its first. */
final class Bits {

  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private Bits() {}

  /** Whether a bit is one. */
  static boolean isOne(MemorySegment memory, long bit) {
    return (memory.get(ValueLayout.JAVA_BYTE, bit >>> 3) >>> (7 - (bit & 7)) & 1) != 0;
  }

  /** Makes a bit one or zero. */
  static void set(MemorySegment memory, long bit, boolean one) {
    int mask = 0x80 >>> (bit & 7);
    int old = memory.get(ValueLayout.JAVA_BYTE, bit >>> 3);
    memory.set(ValueLayout.JAVA_BYTE, bit >>> 3, (byte) (one ? old | mask : old & ~mask));
  }

  /** How many bits are ones, from the first to the last. */
  static long countOnes(MemorySegment memory, long first, long last) {
    long ones = 0;
    for (long bit = first; bit <= last; ) {
      if (isWord(bit, last)) {
        ones += Long.bitCount(memory.get(WORD, bit >>> 3));
        bit += Long.SIZE;
      } else {
        ones += isOne(memory, bit) ? 1 : 0;
        bit++;
      }
    }
    return ones;
  }

  /** The first bit that is one, or zero, from the first to the last; -1 if there is none. */
  static long find(boolean one, MemorySegment memory, long first, long last) {
    for (long bit = first; bit <= last; ) {
      if (isWord(bit, last)) {
        long word = memory.get(WORD, bit >>> 3);
        long wanted = one ? word : ~word;
        if (wanted != 0) {
          return bit + Long.numberOfLeadingZeros(wanted);
        }
        bit += Long.SIZE;
      } else if (isOne(memory, bit) == one) {
        return bit;
      } else {
        bit++;
      }
    }
    return -1;
  }

  private static boolean isWord(long bit, long last) {
    return (bit & 7) == 0 && bit + Long.SIZE - 1 <= last;
  }
}
