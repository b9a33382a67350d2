// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Key and value of a write in memory that is the thread's own, laid out as in a record. What a
 * caller gives may be changed by others while it is read, as a frame in shared memory may, or not
 * be readable at all; a draft is neither.
 */
final class Draft {

  private final MemorySegment memory =
      Arena.ofAuto().allocate(RecordLayout.MAX_OVERWRITTEN_SIZE, Long.BYTES);

  private final Slice key = new Slice();
  private final Slice value = new Slice();

  /** Copies a key and a value whose record may be overwritten. */
  void write(Slice key, Slice value) {
    long valueAt = (long) RecordLayout.HEADER_SIZE + key.length();
    MemorySegment.copy(key.segment(), key.offset(), memory, RecordLayout.HEADER_SIZE, key.length());
    MemorySegment.copy(value.segment(), value.offset(), memory, valueAt, value.length());
    this.key.set(memory, RecordLayout.HEADER_SIZE, key.length());
    this.value.set(memory, valueAt, value.length());
  }

  Slice key() {
    return key;
  }

  Slice value() {
    return value;
  }

  /** The size of a record with this key and value. */
  int recordSize() {
    return RecordLayout.size(key.length(), value.length());
  }

  /** {@link RecordLayout#contentHash} of a record with this key and value. */
  long contentHash(long checksumSeed) {
    long word0 = RecordLayout.word0(0, key.length());
    long word1 = RecordLayout.pendingWord1(value.length());
    return RecordLayout.contentHash(memory, 0, word0, word1, checksumSeed);
  }
}
