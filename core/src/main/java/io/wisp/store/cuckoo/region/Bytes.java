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
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      if (Words.getUnaligned(left, leftOffset + i) != Words.getUnaligned(right, rightOffset + i)) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (left.get(BYTE, leftOffset + i) != right.get(BYTE, rightOffset + i)) {
        return false;
      }
    }
    return true;
  }
}
