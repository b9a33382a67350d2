// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Comparison of short runs of bytes, eight at a time, where a bulk call costs more than it saves.
 */
public final class Bytes {

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final int BULK_LENGTH = 256;

  private Bytes() {}

  /** Whether two runs of so many bytes are the same. */
  public static boolean equal(
      MemorySegment left, long leftOffset, MemorySegment right, long rightOffset, int length) {
    if (length >= BULK_LENGTH) {
      return MemorySegment.mismatch(
              left, leftOffset, leftOffset + length, right, rightOffset, rightOffset + length)
          < 0;
    }
    if (length < Long.BYTES) {
      return equalBytes(left, leftOffset, right, rightOffset, length);
    }
    int last = length - Long.BYTES;
    for (int i = 0; i < last; i += Long.BYTES) {
      if (Words.getUnaligned(left, leftOffset + i) != Words.getUnaligned(right, rightOffset + i)) {
        return false;
      }
    }
    return Words.getUnaligned(left, leftOffset + last)
        == Words.getUnaligned(right, rightOffset + last);
  }

  private static boolean equalBytes(
      MemorySegment left, long leftOffset, MemorySegment right, long rightOffset, int length) {
    for (int i = 0; i < length; i++) {
      if (left.get(BYTE, leftOffset + i) != right.get(BYTE, rightOffset + i)) {
        return false;
      }
    }
    return true;
  }
}
