// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The reads that a {@link RemoteLookup} wants done next, all of them before it goes on: which bytes
 * of the region, and where in the lookup's buffer they go. They may be done in any order, and none
 * before the lookup asked for it. Offsets in the region and lengths are multiples of 8 and were
 * checked against the region and the buffer.
 */
public final class RemoteReads {

  private static final int COPY_BY_WORDS = 2 * Bucket.SIZE;
  private static final int RECORD_HEADER = RecordLayout.HEADER_SIZE;

  private final long[] regionOffsets;
  private final int[] lengths;
  private final long[] bufferOffsets;
  private int count;

  RemoteReads(int capacity) {
    regionOffsets = new long[capacity];
    lengths = new int[capacity];
    bufferOffsets = new long[capacity];
  }

  void clear() {
    count = 0;
  }

  void add(long regionOffset, int length, long bufferOffset) {
    regionOffsets[count] = regionOffset;
    lengths[count] = length;
    bufferOffsets[count] = bufferOffset;
    count++;
  }

  /** How many reads there are: 1 to {@link RemoteLookup#MAX_READS}. */
  public int count() {
    return count;
  }

  /** Where in the region a read starts. */
  public long regionOffset(int read) {
    return regionOffsets[read];
  }

  /** How many bytes it reads. */
  public int length(int read) {
    return lengths[read];
  }

  /** Where in the segment given to {@link RemoteLookup#useBuffer} they go. */
  public long bufferOffset(int read) {
    return bufferOffsets[read];
  }

  /**
   * Does the reads where the region is mapped into this process, in the order that a lookup relies
   * on: what is loaded for a step is loaded before whatever is loaded for the next.
   *
   * @param region all of the region
   * @param buffer the segment that the lookup uses
   */
  public void copy(MemorySegment region, MemorySegment buffer) {
    for (int i = 0; i < count; i++) {
      copy(region, regionOffsets[i], buffer, bufferOffsets[i], lengths[i]);
    }
    VarHandle.acquireFence();
  }

  private static void copy(
      MemorySegment region, long from, MemorySegment buffer, long to, int length) {
    // The words that others store to while we read are loaded as words: a bulk copy promises none.
    int words = length <= COPY_BY_WORDS ? length : RECORD_HEADER;
    for (int i = 0; i < words; i += Long.BYTES) {
      Words.setUnaligned(buffer, to + i, Words.getAcquire(region, from + i));
    }
    if (words < length) {
      MemorySegment.copy(region, from + words, buffer, to + words, length - words);
    }
  }
}
