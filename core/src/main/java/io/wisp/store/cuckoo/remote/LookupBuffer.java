// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.table.Bucket;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * A lookup's part of somebody else's memory, and how it is used. Positions count from the start of
 * the segment.
 *
 * <pre>
 *     0  the two buckets
 *   128  their version words, read again
 *   144  two words of each record of another key, read again
 *   384  the header of the region
 *   512  records
 * </pre>
 */
final class LookupBuffer {

  static final int MIN_BYTES = 1024;
  private static final int VERSIONS = 2 * Bucket.SIZE;
  private static final int OTHERS = VERSIONS + 2 * Long.BYTES;
  private static final int HEADER = 384;
  private static final int RECORDS = 512;

  static final long MAX_BYTES = RECORDS + (long) RecordLayout.MAX_SIZE;

  private MemorySegment segment = MemorySegment.NULL;
  private long base;
  private long bytes;

  /** Takes a part of a segment. */
  void use(MemorySegment segment, long offset, long bytes) {
    if (offset < 0
        || offset % Long.BYTES != 0
        || bytes < MIN_BYTES
        || offset > segment.byteSize() - bytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a lookup needs a buffer of at least %d bytes at a multiple of 8:"
                  + " offset=%d bytes=%d segment=%d bytes",
              MIN_BYTES,
              offset,
              bytes,
              segment.byteSize()));
    }
    this.segment = segment;
    base = offset;
    this.bytes = bytes & -Long.BYTES;
  }

  boolean isPresent() {
    return bytes > 0;
  }

  MemorySegment segment() {
    return segment;
  }

  long buckets() {
    return base;
  }

  long versions() {
    return base + VERSIONS;
  }

  long others() {
    return base + OTHERS;
  }

  long header() {
    return base + HEADER;
  }

  long records() {
    return base + RECORDS;
  }

  /** How many bytes of records it can hold. */
  long room() {
    return bytes - RECORDS;
  }

  /** The size of a buffer that can hold so many bytes of records. */
  static long sizeFor(long recordBytes) {
    return RECORDS + recordBytes;
  }
}
