// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import io.wisp.store.Store;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.MemorySegment;

/**
 * Whether a record that a slot names is the one of its key. It is if it is whole, whatever it says
 * of being alive:
 *
 * <ul>
 *   <li>dead in a slot, it was being replaced or deleted, and nobody was told that it is;
 *   <li>neither alive nor dead, but with its checksum, it was replacing another one, which is dead
 *       already; so its write is finished;
 *   <li>without its checksum it was being created, and nobody was told that it is.
 * </ul>
 */
final class RecordJudge {

  private final MemorySegment memory;
  private final Index index;
  private final long buckets;
  private final long checksumSeed;
  private final WordSet confirmed;
  private long entries;
  private long expiring;
  private long bytes;
  private long finished;
  private long strays;
  private long lastVersion;

  /**
   * Of a region, for one thread.
   *
   * @param confirmed where the slot is added that names a record which is its key's
   */
  RecordJudge(MemorySegment memory, Index index, WordSet confirmed) {
    this.memory = memory;
    this.index = index;
    this.confirmed = confirmed;
    buckets = index.buckets();
    checksumSeed = Words.getPlain(memory, RegionHeader.CHECKSUM_SEED_OFFSET);
  }

  /** Adds what was counted here to what all threads count. */
  void addTo(RecoveryCounts counts) {
    counts.entries.add(entries);
    counts.expiring.add(expiring);
    counts.bytes.add(bytes);
    counts.finished.add(finished);
    counts.strays.add(strays);
    counts.lastVersion.accumulate(lastVersion);
  }

  /** How long a record is, as its header says. */
  int size(long record) {
    return RecordLayout.size(
        Words.getPlain(memory, record), Words.getPlain(memory, record + Long.BYTES));
  }

  long version(long record) {
    return RecordLayout.version(Words.getPlain(memory, record));
  }

  /**
   * Makes a record alive that is its key's; the answer is whether it is.
   *
   * @param hash of its key
   * @param slotAddress where the first slot with the key's tag is that names it, or {@link
   *     Index#NONE}
   * @param isWhole whether it {@link #isWhole} in its segment
   */
  boolean confirm(long record, long hash, long slotAddress, boolean isWhole) {
    if (!isWhole) {
      strays += isWhole(record, memory.byteSize()) ? 1 : 0;
      return false;
    }
    if (slotAddress == Index.NONE) {
      return false;
    }
    boolean isLive = RecordLayout.isLive(Words.getAcquire(memory, record + Long.BYTES));
    if (!isLive && isOutdone(record, hash)) {
      return false;
    }
    settle(record, slotAddress, hash);
    return true;
  }

  /** Whether a record before the limit would pass if it were alive. */
  boolean isWhole(long record, long limit) {
    long word0 = Words.getPlain(memory, record);
    long word1 = Words.getAcquire(memory, record + Long.BYTES);
    if (!RecordLayout.isPossible(word0, word1)
        || RecordLayout.size(word0, word1) > limit - record) {
      return false;
    }
    long content = RecordLayout.contentHash(memory, record, word0, word1, checksumSeed);
    long expiry = RecordLayout.expiry(memory, record);
    return RecordLayout.isIntact(record, word0, word1 | RecordLayout.LIVE, expiry, content);
  }

  /**
   * Whether another slot of the key names a later record of it. No process leaves that; but a slot
   * that was damaged may name anything that is still in memory. What was replaced is dead, so of
   * records that are alive it need not be asked, which would be another bucket to fetch for each.
   */
  private boolean isOutdone(long record, long hash) {
    for (int i = 0; i < 2 * Bucket.SLOTS; i++) {
      long slot = Words.getPlain(memory, index.slotAddress(hash, buckets, i));
      long other = Bucket.recordOffset(slot);
      if (slot != Bucket.EMPTY
          && Bucket.tag(slot) == KeyHash.tag(hash)
          && other != record
          && other <= memory.byteSize() - RecordLayout.HEADER_SIZE
          && isWhole(other, memory.byteSize())
          && index.haveSameKey(record, other)
          && version(other) > version(record)) {
        return true;
      }
    }
    return false;
  }

  private void settle(long record, long slotAddress, long hash) {
    long word1 = Words.getAcquire(memory, record + Long.BYTES);
    long live = (word1 | RecordLayout.LIVE) & ~RecordLayout.DEAD;
    if (live != word1) {
      Words.setRelease(memory, record + Long.BYTES, live);
      finished++;
    }
    boolean expires = RecordLayout.expiry(memory, record) != Store.NEVER;
    long slot = Bucket.slot(KeyHash.tag(hash), record, expires);
    if (Words.getPlain(memory, slotAddress) != slot) {
      Words.setRelease(memory, slotAddress, slot);
    }
    confirmed.add(slotAddress);
    entries++;
    if (expires) {
      expiring++;
    }
    bytes += size(record);
    lastVersion = Math.max(lastVersion, version(record));
  }
}
