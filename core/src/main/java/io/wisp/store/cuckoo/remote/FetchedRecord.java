// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Bytes;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.region.XxHash64;
import java.lang.foreign.MemorySegment;

/**
 * A copy of a record, or of the first part of one, that was read from elsewhere, and whether it
 * proves itself. Used again for the next.
 */
final class FetchedRecord {

  /** What a copy is. */
  enum Verdict {
    /** The key's record, whole and alive. */
    OURS,
    /** Whole and alive, of another key. */
    OTHER,
    /** Dead, still being written, of several pieces, or no record at all. */
    TORN,
    /** {@link #length} bytes must be read to tell; the key is ours as far as it was read. */
    LONGER,
    /** The same, and the key is not ours. */
    OTHER_LONGER
  }

  private long offset;
  private long keyAt;
  private int keyLength;
  private int valueLength;
  private int length;
  private long word0;
  private long word1;
  private long expiresAt;

  /**
   * Judges what was read.
   *
   * @param offset where in the region the record is
   * @param buffer where the copy is
   * @param at where in it
   * @param read how many bytes of the record were read, at least those of its header
   */
  Verdict judge(
      TableLayout layout, Slice key, long offset, MemorySegment buffer, long at, int read) {
    this.offset = offset;
    word0 = Words.getUnaligned(buffer, at);
    word1 = Words.getUnaligned(buffer, at + Long.BYTES);
    if (!RecordLayout.isLive(word1) || !layout.canHold(offset, word0, word1)) {
      return Verdict.TORN;
    }
    length = RecordLayout.size(word0, word1);
    keyAt = at + RecordLayout.HEADER_SIZE;
    keyLength = RecordLayout.keyLength(word0);
    boolean keyIsRead = keyAt + keyLength <= at + read;
    boolean ours =
        keyLength == key.length()
            && (!keyIsRead || Bytes.equal(buffer, keyAt, key.segment(), key.offset(), keyLength));
    if (length > read) {
      return ours ? Verdict.LONGER : Verdict.OTHER_LONGER;
    }
    if (!isIntact(layout, buffer, at)) {
      return Verdict.TORN;
    }
    return ours ? Verdict.OURS : Verdict.OTHER;
  }

  /** Takes a record for so long before any of it was read. */
  void expect(long offset, int length) {
    this.offset = offset;
    this.length = length;
  }

  private boolean isIntact(TableLayout layout, MemorySegment buffer, long at) {
    valueLength = RecordLayout.valueLength(word1);
    expiresAt = RecordLayout.expiryOfCopy(buffer, at);
    long content =
        XxHash64.hash(buffer, keyAt, (long) keyLength + valueLength, layout.checksumSeed());
    return RecordLayout.isIntact(offset, word0, word1, expiresAt, content);
  }

  /** Where in the region it is. */
  long offset() {
    return offset;
  }

  /** Its length in bytes, of which the judged copy may have been but a part. */
  int length() {
    return length;
  }

  long word0() {
    return word0;
  }

  long word1() {
    return word1;
  }

  long version() {
    return RecordLayout.version(word0);
  }

  boolean expires() {
    return expiresAt != Store.NEVER;
  }

  long expiresAt() {
    return expiresAt;
  }

  /** Where in the buffer its value is. */
  long valueAt() {
    return keyAt + keyLength;
  }

  int valueLength() {
    return valueLength;
  }

  /** The hash of its key, which may be another than ours. */
  long keyHash(TableLayout layout, MemorySegment buffer) {
    return layout.hash(buffer, keyAt, keyLength);
  }
}
