// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.store.WrittenRecord;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.ReferenceBits;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes of short values over those that they replace, where the records are of one size: so they
 * need no memory, leave nothing behind to compact, and the record stays where readers remember it.
 *
 * <p>Not in a kept table: there a write must have happened or not wherever its process ends.
 */
final class Overwriter extends TableWriter {

  /** Static, so that no thread keeps a closed store alive. */
  private static final ThreadLocal<Draft> DRAFTS = ThreadLocal.withInitial(Draft::new);

  private final boolean isKept;
  private final @Nullable ReferenceBits references;

  Overwriter(Table table, InstantSource clock) {
    super(table, clock);
    isKept = table.journal() != null;
    references = table.references();
  }

  /**
   * Writes a value over the one of its key.
   *
   * @return REPLACED or CONFLICT; null if it must be written elsewhere, for there is no record of
   *     its size or none that counts
   */
  @Nullable Status write(
      Slice key,
      Slice value,
      long hash,
      WriteCondition condition,
      long expectedVersion,
      long expiresAt,
      @Nullable WrittenRecord written) {
    int size = RecordLayout.size(key.length(), value.length());
    if (isKept
        || condition == WriteCondition.IF_ABSENT
        || !RecordLayout.mayBeOverwritten(size)
        || !index.seemsToHave(hash, size)) {
      return null;
    }
    Draft draft = DRAFTS.get();
    draft.write(key, value);
    return write(draft, hash, condition, expectedVersion, expiresAt, written);
  }

  /**
   * Likewise, of a draft whose record may be overwritten, and whether or not it seems to be there.
   */
  @Nullable Status write(
      Draft draft,
      long hash,
      WriteCondition condition,
      long expectedVersion,
      long expiresAt,
      @Nullable WrittenRecord written) {
    int size = draft.recordSize();
    long content = draft.contentHash(table.checksumSeed());
    stripes.lockKey(hash);
    try {
      // By the draft's key, which nobody changes: then the hash is that of what will stand there.
      long slotAddress = index.locate(draft.key(), hash);
      long slot = presentSlot(slotAddress);
      if (slot == Bucket.EMPTY || recordSize(slot) != size) {
        return null;
      }
      if (!holds(condition, expectedVersion, slot)) {
        return Status.CONFLICT;
      }
      long expiry = expiresAt == Store.KEEP_EXPIRY ? expiry(slot) : lasting(expiresAt);
      overwrite(slotAddress, slot, counters.nextVersion(hash), expiry, draft.value(), content);
      if (written != null) {
        written.at(RecordAddress.of(Bucket.recordOffset(slot), size));
      }
      return Status.REPLACED;
    } finally {
      stripes.unlockKey(hash);
    }
  }

  private int recordSize(long slot) {
    long record = Bucket.recordOffset(slot);
    return RecordLayout.size(
        Words.getPlain(memory, record), Words.getPlain(memory, record + Long.BYTES));
  }

  /*
   * Nothing here may fail, or the key could not be read any more: so the value comes from memory of
   * our own. The key's bytes are not stored again, for others read them without the stripes.
   */
  private void overwrite(
      long slotAddress, long slot, long version, long expiry, Slice value, long content) {
    long record = Bucket.recordOffset(slot);
    int keyLength = RecordLayout.keyLength(Words.getPlain(memory, record));
    long nextSlot = Bucket.slot(Bucket.tag(slot), record, expiry != Store.NEVER);
    long word0 = RecordLayout.word0(version, keyLength);
    long word1 =
        RecordLayout.liveWord1(
            record, word0, RecordLayout.pendingWord1(value.length()), expiry, content);
    suspend(record, word0);
    RecordLayout.setExpiry(memory, record, expiry);
    MemorySegment.copy(
        value.segment(),
        value.offset(),
        memory,
        record + RecordLayout.HEADER_SIZE + keyLength,
        value.length());
    if (nextSlot != slot) {
      Words.setRelease(memory, slotAddress, nextSlot);
    }
    Words.setRelease(memory, record + Long.BYTES, word1);
    counters.replaced(slot, nextSlot);
    if (references != null) {
      // The record stays where it is in the log, so without this it would go with the old ones.
      references.set(index.bucketNumber(slotAddress), Index.slotNumber(slotAddress));
    }
  }
}
