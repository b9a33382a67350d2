// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.cuckoo.log.Compactor;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.ClockEviction;
import io.wisp.store.cuckoo.table.Displacement;
import io.wisp.store.cuckoo.table.Entries;
import io.wisp.store.cuckoo.table.Growth;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.Ledger;
import io.wisp.store.cuckoo.table.StripeSet;
import io.wisp.store.cuckoo.table.Stripes;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes of many keys, of which either all happen or none. First all records are written, with no
 * stripe held; then, under the stripes of all keys, they are published in the steps of a single
 * write, each step for all keys before the next:
 *
 * <ol>
 *   <li>each record gets its version, and each new key a slot, which points to its record; who
 *       finds a slot whose record is not yet live looks again. If there is no slot for one of them,
 *       all of this is taken back;
 *   <li>the old records are marked dead;
 *   <li>their slots are made to point to the new ones;
 *   <li>the new records become live.
 * </ol>
 *
 * So whoever finds one of the new records alive finds none of the old ones later, nor one of the
 * new keys absent.
 *
 * <p>A record that is being written keeps compaction from its segment, and nothing may wait for a
 * record of its own caller. So only the first one waits for memory that others hold up, and the
 * index is made to grow when none is there.
 */
final class BatchWriter {

  private static final int NONE_STUCK = -1;

  /** The share of a segment, as a power of two, that its end may lose: less than such a record. */
  private static final int LOST_SHIFT = 3;

  /** Static, so that no thread keeps a closed store alive. */
  private static final ThreadLocal<BatchEntries> ENTRIES =
      ThreadLocal.withInitial(BatchEntries::new);

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final Turns turns;
  private final Heap heap;
  private final RecordWriter records;
  private final Compactor compactor;
  private final Growth growth;
  private final Displacement displacement;
  private final @Nullable ClockEviction eviction;
  private final Entries indexEntries;
  private final Ledger ledger;
  private final InstantSource clock;

  BatchWriter(Table table, RecordWriter records, InstantSource clock) {
    memory = table.memory();
    index = table.index();
    stripes = table.stripes();
    turns = table.turns();
    heap = table.heap();
    compactor = table.compactor();
    growth = table.growth();
    displacement = table.displacement();
    eviction = table.eviction();
    indexEntries = table.entries();
    ledger = table.ledger();
    this.records = records;
    this.clock = clock;
  }

  /** Writes a batch of possible keys and values. */
  Status write(WriteBatch batch) {
    BatchEntries entries = ENTRIES.get();
    entries.collect(batch, index);
    if (!records.mayFit(entries.recordBytes())) {
      return Status.OUT_OF_MEMORY;
    }
    for (int i = 0; i < entries.size(); i++) {
      turns.letOthersEnd(entries.hash(i));
    }
    while (true) {
      makeRoomInIndex(batch, entries);
      if (!writeRecords(batch, entries)) {
        return Status.OUT_OF_MEMORY;
      }
      int stuck = publish(entries);
      if (stuck == NONE_STUCK) {
        keepUp(entries);
        return Status.DONE;
      }
      // First, because growing may wait for the records that are being written.
      free(entries, entries.size());
      if (!growth.grow(ledger.entries()) && !evictFor(entries, stuck)) {
        return Status.OUT_OF_MEMORY;
      }
    }
  }

  /*
   * What can be done for the new keys while nothing is held: that the index has room for so many
   * more, and that each finds an empty slot. Others may take the slots, and some of the keys may
   * be left with the same one; so publishing must be able to make room, but hardly ever has to.
   */
  private void makeRoomInIndex(WriteBatch batch, BatchEntries entries) {
    int absent = 0;
    for (int i = 0; i < entries.size(); i++) {
      long hash = entries.hash(i);
      boolean isFull;
      stripes.lockKey(hash);
      try {
        boolean isAbsent = index.locate(batch.key(entries.pair(i)), hash) == Index.NONE;
        absent += isAbsent ? 1 : 0;
        isFull = isAbsent && index.locateEmpty(hash) == Index.NONE;
      } finally {
        stripes.unlockKey(hash);
      }
      if (isFull) {
        displacement.makeRoom(hash);
      }
    }
    growth.reserve(ledger.entries() + absent);
  }

  /** Splits as many buckets as single writes of the new keys would have. */
  private void keepUp(BatchEntries entries) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.oldSlot(i) == Bucket.EMPTY) {
        growth.keepUp(ledger.entries());
      }
    }
  }

  /**
   * Evicts an entry that stands where a key of the batch might, the one that found no slot if it
   * can be; the answer is whether there was any.
   */
  private boolean evictFor(BatchEntries entries, int stuck) {
    if (eviction == null) {
      return false;
    }
    for (int i = 0; i < entries.size(); i++) {
      if (eviction.evictFromBucketsOf(entries.hash((stuck + i) % entries.size()))) {
        return true;
      }
    }
    return false;
  }

  /*
   * If that fails, then perhaps because of the records already written, or of those of others, for
   * which one must not wait meanwhile. So room for all is made before the second attempt.
   */
  private boolean writeRecords(WriteBatch batch, BatchEntries entries) {
    if (tryToWriteRecords(batch, entries)) {
      return true;
    }
    long bytes = entries.recordBytes();
    compactor.makeRoom(bytes + (bytes >>> LOST_SHIFT));
    return tryToWriteRecords(batch, entries);
  }

  private boolean tryToWriteRecords(WriteBatch batch, BatchEntries entries) {
    int written = 0;
    try {
      for (; written < entries.size(); written++) {
        int pair = entries.pair(written);
        long record = records.write(batch.key(pair), batch.value(pair), written == 0);
        if (record == Heap.NONE) {
          free(entries, written);
          return false;
        }
        entries.record(written, record, records.contentHash(record));
      }
      return true;
    } catch (Throwable unreadable) {
      free(entries, written);
      throw unreadable;
    }
  }

  private void free(BatchEntries entries, int count) {
    for (int i = 0; i < count; i++) {
      heap.free(entries.record(i));
    }
  }

  /**
   * Publishes all records, or none: the answer is {@link #NONE_STUCK}, or an entry for whose key
   * there is no slot. With all stripes it finds a slot wherever there is one.
   */
  private int publish(BatchEntries entries) {
    StripeSet held = entries.stripes();
    held.clear();
    for (int i = 0; i < entries.size(); i++) {
      stripes.addKey(held, entries.hash(i));
    }
    if (publish(entries, held) == NONE_STUCK) {
      return NONE_STUCK;
    }
    stripes.addAll(held);
    return publish(entries, held);
  }

  private int publish(BatchEntries entries, StripeSet held) {
    stripes.lock(held);
    try {
      int stuck = giveSlots(entries, held);
      if (stuck == NONE_STUCK) {
        store(entries);
      }
      return stuck;
    } finally {
      stripes.unlock(held);
    }
  }

  private int giveSlots(BatchEntries entries, StripeSet held) {
    // In one row, so that a clear that begins meanwhile takes all of them for older, or none.
    long version = ledger.nextVersions(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      long slotAddress = index.locate(key(entries, entries.record(i)), entries.hash(i));
      records.number(entries.record(i), version + i, Store.NEVER);
      if (slotAddress != Index.NONE) {
        entries.oldSlot(i, Words.getPlain(memory, slotAddress));
      } else if (giveEmptySlot(entries, i, held)) {
        entries.oldSlot(i, Bucket.EMPTY);
      } else {
        takeSlotsBack(entries, i);
        return i;
      }
    }
    return NONE_STUCK;
  }

  /** The key of a record where it was written, for what the caller gave need not be there still. */
  private Slice key(BatchEntries entries, long record) {
    int length = RecordLayout.keyLength(Words.getPlain(memory, record));
    return entries.writtenKey().set(memory, record + RecordLayout.HEADER_SIZE, length);
  }

  private boolean giveEmptySlot(BatchEntries entries, int entry, StripeSet held) {
    long hash = entries.hash(entry);
    long slotAddress = index.locateEmpty(hash);
    if (slotAddress == Index.NONE && displacement.makeRoomWithin(held, hash)) {
      slotAddress = index.locateEmpty(hash);
    }
    if (slotAddress == Index.NONE) {
      return false;
    }
    Words.setRelease(memory, slotAddress, entries.newSlot(entry));
    return true;
  }

  private void takeSlotsBack(BatchEntries entries, int count) {
    for (int i = 0; i < count; i++) {
      if (entries.oldSlot(i) == Bucket.EMPTY) {
        long slotAddress = index.locateRecord(entries.record(i), entries.hash(i));
        Words.setRelease(memory, slotAddress, Bucket.EMPTY);
      }
    }
  }

  /* The slots are looked for again by their records, for room may have been made by moving them. */
  private void store(BatchEntries entries) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.oldSlot(i) != Bucket.EMPTY) {
        heap.markDead(Bucket.recordOffset(entries.oldSlot(i)));
      }
    }
    for (int i = 0; i < entries.size(); i++) {
      if (entries.oldSlot(i) != Bucket.EMPTY) {
        long old = Bucket.recordOffset(entries.oldSlot(i));
        long slotAddress = index.locateRecord(old, entries.hash(i));
        Words.setRelease(memory, slotAddress, entries.newSlot(i));
      }
    }
    for (int i = 0; i < entries.size(); i++) {
      records.enliven(entries.record(i), Store.NEVER, entries.contentHash(i));
    }
    for (int i = 0; i < entries.size(); i++) {
      countExpired(entries.oldSlot(i));
      indexEntries.settle(entries.oldSlot(i), entries.newSlot(i));
    }
  }

  private void countExpired(long oldSlot) {
    if (Bucket.expires(oldSlot)
        && RecordLayout.expiry(memory, Bucket.recordOffset(oldSlot)) <= clock.millis()) {
      ledger.countExpired();
    }
  }
}
