// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;

/**
 * Records that a lookup has come upon in the buckets of its key and found to be whole and those of
 * other keys with the same tag, with the two words by which they are known again.
 */
final class OtherRecords {

  /** What is read of each again: its first two words. */
  static final int WORDS_SIZE = 2 * Long.BYTES;

  private final long[] offsets;
  private final long[] words0;
  private final long[] words1;
  private int count;

  OtherRecords(int capacity) {
    offsets = new long[capacity];
    words0 = new long[capacity];
    words1 = new long[capacity];
  }

  void clear() {
    count = 0;
  }

  int count() {
    return count;
  }

  long offset(int i) {
    return offsets[i];
  }

  boolean has(long offset) {
    for (int i = 0; i < count; i++) {
      if (offsets[i] == offset) {
        return true;
      }
    }
    return false;
  }

  /** Adds a record; the answer is whether there was room, as there is for all of one reading. */
  boolean add(long offset, long word0, long word1) {
    if (count == offsets.length) {
      return false;
    }
    offsets[count] = offset;
    words0[count] = word0;
    words1[count] = word1;
    count++;
    return true;
  }

  /** Whether the words of all of them, read again to {@code at}, are still the same. */
  boolean areUnchanged(MemorySegment copy, long at) {
    for (int i = 0; i < count; i++) {
      long words = at + (long) i * WORDS_SIZE;
      if (Words.getUnaligned(copy, words) != words0[i]
          || Words.getUnaligned(copy, words + Long.BYTES) != words1[i]) {
        return false;
      }
    }
    return true;
  }
}
