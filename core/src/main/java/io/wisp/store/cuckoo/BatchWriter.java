// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteBatch.Change;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.ClockEviction;
import io.wisp.store.cuckoo.table.Counters;
import io.wisp.store.cuckoo.table.Index;
import java.time.InstantSource;
import java.util.BitSet;

/**
 * Writes of many keys, of which either all happen or none. First all records are written, with no
 * stripe held; then, under the stripes of all keys, what was required of them is looked at, and if
 * it holds they are published in the steps of a single write, each step for all keys before the
 * next:
 *
 * <ol>
 *   <li>each record gets its version, and each new key a slot, which points to its record; who
 *       finds a slot whose record is not yet live looks again. If there is no slot for one of them,
 *       all of this is taken back;
 *   <li>the old records are marked dead, those of deleted keys too;
 *   <li>their slots are made to point to the new ones, or cleared;
 *   <li>the new records become live.
 * </ol>
 *
 * So whoever finds one of the new records alive, or one of the deleted keys absent, finds none of
 * the old ones later, nor one of the new keys absent.
 *
 * <p>A record that is being written keeps compaction from its segment, and nothing may wait for a
 * record of its own caller. So only the first one waits for memory that others hold up, and the
 * index is made to grow when none is there.
 */
final class BatchWriter extends TableWriter {

  private static final int NONE_STUCK = -1;

  /** As the number of an entry: what was required of one of them does not hold. */
  private static final int CONFLICT = -2;

  /** The share of a segment, as a power of two, that its end may lose: less than such a record. */
  private static final int LOST_SHIFT = 3;

  /** Static, so that no thread keeps a closed store alive. */
  private static final ThreadLocal<BatchEntries> ENTRIES =
      ThreadLocal.withInitial(BatchEntries::new);

  private final BatchCommit commit;

  BatchWriter(Table table, InstantSource clock) {
    super(table, clock);
    commit = new BatchCommit(table, clock);
  }

  Status write(WriteBatch batch) {
    Status refusal = batch.refusal();
    if (refusal != null) {
      return refusal;
    }
    BatchEntries keys = ENTRIES.get();
    keys.collect(batch, index);
    if (keys.puts() > 0 && !hasVersions(keys.lastVersion())) {
      return Status.OUT_OF_VERSIONS;
    }
    if (!mayFit(keys.recordBytes())) {
      return Status.OUT_OF_MEMORY;
    }
    for (int i = 0; i < keys.size(); i++) {
      table.updateLocks().awaitOthers(keys.get(i).hash);
    }
    for (int splits = 1; ; splits *= 2) {
      if (!makeRoomInIndex(keys)) {
        return Status.CONFLICT;
      }
      if (!writeRecords(keys)) {
        return Status.OUT_OF_MEMORY;
      }
      int outcome = publish(keys);
      if (outcome == NONE_STUCK) {
        keepUp(keys);
        return Status.DONE;
      }
      // First, because growing may wait for the records that are being written.
      free(keys, keys.size());
      if (outcome == CONFLICT) {
        return Status.CONFLICT;
      }
      if (!growBy(splits) && !evictFor(keys, outcome)) {
        return Status.OUT_OF_MEMORY;
      }
    }
  }

  /**
   * Whether there are versions for a batch.
   *
   * @param last the last one of those that it gives itself; 0 if the store does
   */
  private boolean hasVersions(long last) {
    return !counters.areVersionsUsedUp() && last <= Counters.VERSIONS_END;
  }

  /**
   * Splits so many buckets, or as many as can be; the answer is whether there were any. Of which
   * bucket a key must be parted from others nobody knows, and all records are written again for the
   * next attempt: so there are twice as many splits before each.
   */
  private boolean growBy(int splits) {
    int done = 0;
    while (done < splits && table.growth().grow(counters.entries())) {
      done++;
    }
    return done > 0;
  }

  /*
   * What can be done for the new keys while nothing is held: that the index has room for so many
   * more, and that each finds an empty slot. Others may take the slots, and some of the keys may
   * be left with the same one; so publishing must be able to make room, but hardly ever has to.
   * The answer is whether what was required holds now, before anything is written in vain.
   */
  private boolean makeRoomInIndex(BatchEntries keys) {
    int absent = 0;
    boolean isLarge = TablePrefetcher.isUsefulFor(index);
    for (int i = 0; i < keys.size(); i++) {
      if (isLarge && i % Prefetcher.MAX_KEYS == 0) {
        keys.loadAhead(i, table);
      }
      BatchEntry entry = keys.get(i);
      boolean isFull;
      stripes.lockKey(entry.hash);
      try {
        long slotAddress = index.locate(entry.wanted().key(), entry.hash);
        if (!holds(entry, presentSlot(slotAddress))) {
          return false;
        }
        boolean isAbsent = entry.isPut() && slotAddress == Index.NONE;
        absent += isAbsent ? 1 : 0;
        isFull = isAbsent && index.locateEmpty(entry.hash) == Index.NONE;
      } finally {
        stripes.unlockKey(entry.hash);
      }
      if (isFull) {
        table.displacement().makeRoom(entry.hash);
      }
    }
    table.growth().reserve(counters.entries() + absent);
    return true;
  }

  private boolean holds(BatchEntry entry, long presentSlot) {
    WriteBatch.Entry wanted = entry.wanted();
    return holds(wanted.condition(), wanted.expectedVersion(), presentSlot);
  }

  /** Splits as many buckets as single writes of the new keys would have. */
  private void keepUp(BatchEntries keys) {
    for (int i = 0; i < keys.size(); i++) {
      if (keys.get(i).isNew()) {
        table.growth().keepUp(counters.entries());
      }
    }
  }

  /**
   * Evicts an entry that stands where a key of the batch might, the one that found no slot if it
   * can be; the answer is whether there was any.
   */
  private boolean evictFor(BatchEntries keys, int stuck) {
    ClockEviction eviction = table.eviction();
    if (eviction == null) {
      return false;
    }
    for (int i = 0; i < keys.size(); i++) {
      if (eviction.evictFromBucketsOf(keys.get((stuck + i) % keys.size()).hash)) {
        return true;
      }
    }
    return false;
  }

  /*
   * If that fails, then perhaps because of the records already written, or of those of others, for
   * which one must not wait meanwhile. So room for all is made before the second attempt.
   */
  private boolean writeRecords(BatchEntries keys) {
    if (tryToWriteRecords(keys)) {
      return true;
    }
    long bytes = keys.recordBytes();
    table.compactor().makeRoom(bytes + (bytes >>> LOST_SHIFT));
    return tryToWriteRecords(keys);
  }

  private boolean tryToWriteRecords(BatchEntries keys) {
    int written = 0;
    boolean isFirst = true;
    try {
      for (; written < keys.size(); written++) {
        BatchEntry entry = keys.get(written);
        if (entry.isPut()) {
          WriteBatch.Entry wanted = entry.wanted();
          entry.record = writeRecord(wanted.key(), wanted.value(), isFirst);
          if (entry.record == Heap.NONE) {
            free(keys, written);
            return false;
          }
          entry.contentHash = contentHash(entry.record);
          isFirst = false;
        }
      }
      return true;
    } catch (Throwable unreadable) {
      free(keys, written);
      throw unreadable;
    }
  }

  private void free(BatchEntries keys, int count) {
    for (int i = 0; i < count; i++) {
      BatchEntry entry = keys.get(i);
      if (entry.record != Heap.NONE) {
        heap.free(entry.record);
        entry.record = Heap.NONE;
      }
    }
  }

  /**
   * Publishes all, or nothing: the answer is {@link #NONE_STUCK}, {@link #CONFLICT}, or an entry
   * for whose key there is no slot. With all stripes it finds a slot wherever there is one.
   */
  private int publish(BatchEntries keys) {
    BitSet held = keys.stripes();
    held.clear();
    for (int i = 0; i < keys.size(); i++) {
      stripes.addKey(held, keys.get(i).hash);
    }
    int outcome = publish(keys, held);
    if (outcome < 0) {
      return outcome;
    }
    stripes.addAll(held);
    return publish(keys, held);
  }

  private int publish(BatchEntries keys, BitSet held) {
    stripes.lock(held);
    try {
      if (!locate(keys)) {
        return CONFLICT;
      }
      int stuck = giveSlots(keys, held);
      if (stuck == NONE_STUCK) {
        commit.commit(keys);
      }
      return stuck;
    } finally {
      stripes.unlock(held);
    }
  }

  /**
   * Finds out what is there of each key, all by one time; the answer is whether all is as it was
   * required.
   */
  private boolean locate(BatchEntries keys) {
    long now = now();
    try {
      for (int i = 0; i < keys.size(); i++) {
        BatchEntry entry = keys.get(i);
        entry.oldSlot = slot(index.locate(key(keys, entry), entry.hash));
        long presentSlot = present(entry.oldSlot, now);
        if (!holds(entry, presentSlot)) {
          return false;
        }
        entry.hadExpired = presentSlot != entry.oldSlot;
        entry.isRemoved = entry.wanted().change() == Change.DELETE && presentSlot != Bucket.EMPTY;
        long expiresAt = entry.wanted().expiresAt();
        entry.expiry =
            expiresAt == Store.KEEP_EXPIRY ? expiry(presentSlot) : lasting(expiresAt, now);
      }
      return true;
    } catch (Throwable unreadable) {
      free(keys, keys.size());
      throw unreadable;
    }
  }

  /** A key where it was written, for what the caller gave need not be there still. */
  private Slice key(BatchEntries keys, BatchEntry entry) {
    if (!entry.isPut()) {
      return entry.wanted().key();
    }
    int length = RecordLayout.keyLength(Words.getPlain(memory, entry.record));
    return keys.writtenKey().set(memory, entry.record + RecordLayout.HEADER_SIZE, length);
  }

  private int giveSlots(BatchEntries keys, BitSet held) {
    // In one row, so that a clear that begins meanwhile takes all of them for older, or none.
    long version = takeVersions(keys);
    for (int i = 0; i < keys.size(); i++) {
      BatchEntry entry = keys.get(i);
      if (entry.isPut()) {
        long given = entry.wanted().version();
        number(entry.record, given == 0 ? version++ : given, entry.expiry);
      }
      if (entry.isNew() && !giveEmptySlot(entry, held)) {
        takeSlotsBack(keys, i);
        return i;
      }
    }
    return NONE_STUCK;
  }

  /** The first of those that the store gives. */
  private long takeVersions(BatchEntries keys) {
    if (keys.lastVersion() != 0) {
      return counters.takeVersionsTo(keys.lastVersion());
    }
    return keys.puts() == 0 ? 0 : counters.nextVersions(keys.puts());
  }

  private boolean giveEmptySlot(BatchEntry entry, BitSet held) {
    long slotAddress = index.locateEmpty(entry.hash);
    if (slotAddress == Index.NONE && table.displacement().makeRoomWithin(held, entry.hash)) {
      slotAddress = index.locateEmpty(entry.hash);
    }
    if (slotAddress == Index.NONE) {
      return false;
    }
    Words.setRelease(memory, slotAddress, entry.newSlot());
    return true;
  }

  private void takeSlotsBack(BatchEntries keys, int count) {
    for (int i = 0; i < count; i++) {
      BatchEntry entry = keys.get(i);
      if (entry.isNew()) {
        long slotAddress = index.locateRecord(entry.record, entry.hash);
        Words.setRelease(memory, slotAddress, Bucket.EMPTY);
      }
    }
  }
}
