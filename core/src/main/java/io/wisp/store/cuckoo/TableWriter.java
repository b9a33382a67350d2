// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Counters;
import io.wisp.store.cuckoo.table.Entries;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.Stripes;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.time.InstantSource;

/**
 * What writes of one key and of many do alike: they write records that nobody finds yet, and take
 * the single steps by which they become those of their keys. In which order they are taken, and
 * with what in between, is for {@link Writer} and {@link BatchWriter} to know.
 */
abstract class TableWriter {

  /** An expiry that has passed by every clock. A record that is given it is removed. */
  static final long LONG_PAST = 1;

  final Table table;
  final MemorySegment memory;
  final Index index;
  final Stripes stripes;
  final Heap heap;
  final Entries entries;
  final Counters counters;
  private final InstantSource clock;

  TableWriter(Table table, InstantSource clock) {
    this.table = table;
    memory = table.memory();
    index = table.index();
    stripes = table.stripes();
    heap = table.heap();
    entries = table.entries();
    counters = table.counters();
    this.clock = clock;
  }

  /**
   * Writes a pending record. The caller holds no stripe.
   *
   * @param mayWait whether to wait for records that other threads are writing; a caller that is
   *     itself writing another one must not
   * @return the offset, or {@link Heap#NONE} if there is no memory
   */
  final long writeRecord(Slice key, Slice value, boolean mayWait) {
    long word0 = RecordLayout.word0(0, key.length());
    long word1 = RecordLayout.pendingWord1(value.length());
    long record = heap.allocate(word0, word1);
    if (record == Heap.NONE && mayFit(RecordLayout.size(word0, word1))) {
      record = table.compactor().allocate(word0, word1, mayWait);
    }
    return record == Heap.NONE ? record : fill(record, key, value);
  }

  /**
   * Whether there may ever be room for records of so many bytes. To be asked before others' records
   * are evicted or moved for them.
   */
  final boolean mayFit(long bytes) {
    return bytes <= heap.limit(table.indexMemory().bytes());
  }

  private long fill(long record, Slice key, Slice value) {
    try {
      long start = record + RecordLayout.HEADER_SIZE;
      MemorySegment.copy(key.segment(), key.offset(), memory, start, key.length());
      MemorySegment.copy(
          value.segment(), value.offset(), memory, start + key.length(), value.length());
      return record;
    } catch (Throwable unreadable) {
      heap.free(record);
      throw unreadable;
    }
  }

  /** {@link RecordLayout#contentHash} of a record that was written. */
  final long contentHash(long record) {
    long word0 = Words.getPlain(memory, record);
    long word1 = Words.getPlain(memory, record + Long.BYTES);
    return RecordLayout.contentHash(memory, record, word0, word1, table.checksumSeed());
  }

  /** Gives a record a version and an expiry. */
  final void number(long record, long version, long expiry) {
    int keyLength = RecordLayout.keyLength(Words.getPlain(memory, record));
    Words.setPlain(memory, record, RecordLayout.word0(version, keyLength));
    RecordLayout.setExpiry(memory, record, expiry);
  }

  /**
   * Gives a numbered record its checksum. From now on it wants nothing but LIVE, and recovery gives
   * it that if a slot has it. So the caller, who holds the stripes of its key, must go on to {@link
   * #enliven} it.
   */
  final void seal(long record, long expiry, long contentHash) {
    Words.setPlain(memory, record + Long.BYTES, sealedWord1(record, expiry, contentHash));
  }

  /** The second word of a record that is {@link #seal sealed}. */
  final long sealedWord1(long record, long expiry, long contentHash) {
    long word0 = Words.getPlain(memory, record);
    long word1 = Words.getPlain(memory, record + Long.BYTES);
    long live = RecordLayout.liveWord1(record, word0, word1, expiry, contentHash);
    return live & ~RecordLayout.LIVE;
  }

  /** Makes a sealed record live, behind all stores so far: the write happens with this one. */
  final void enliven(long record) {
    long word1 = Words.getPlain(memory, record + Long.BYTES);
    Words.setRelease(memory, record + Long.BYTES, word1 | RecordLayout.LIVE);
  }

  /**
   * Begins to change a record where it is: takes LIVE from it, and then gives it its next first
   * word, with a new version. The caller holds the stripes of its key, stores what else is new, and
   * ends with the second word, LIVE in it. So none of what is new can be seen before LIVE is gone
   * and the version is another, nor LIVE before all of it.
   */
  final void suspend(long record, long nextWord0) {
    long word1 = Words.getPlain(memory, record + Long.BYTES);
    Words.setPlain(memory, record + Long.BYTES, word1 & ~RecordLayout.LIVE);
    VarHandle.releaseFence();
    Words.setPlain(memory, record, nextWord0);
    VarHandle.releaseFence();
  }

  /** When the record of a slot expires, or {@link Store#NEVER}. */
  final long expiry(long slot) {
    return Bucket.expires(slot)
        ? RecordLayout.expiry(memory, Bucket.recordOffset(slot))
        : Store.NEVER;
  }

  /** The time by the store's clock. */
  final long now() {
    return clock.millis();
  }

  /**
   * An expiry as it is stored. One that has passed stays so: also if the clock is set back, and for
   * readers from elsewhere, whose idea of the time is a little behind.
   */
  static long lasting(long expiresAt, long now) {
    boolean hasPassed = expiresAt != Store.NEVER && (expiresAt <= LONG_PAST || expiresAt <= now);
    return hasPassed ? LONG_PAST : expiresAt;
  }

  /** The same now; the clock is not read for what never expires. */
  final long lasting(long expiresAt) {
    return expiresAt == Store.NEVER ? Store.NEVER : lasting(expiresAt, now());
  }

  /** What the slot at an address holds; EMPTY if there is no address. */
  final long slot(long slotAddress) {
    return slotAddress == Index.NONE ? Bucket.EMPTY : Words.getPlain(memory, slotAddress);
  }

  /** A slot, or EMPTY if its record has expired. */
  final long present(long slot, long now) {
    return Bucket.expires(slot) && expiry(slot) <= now ? Bucket.EMPTY : slot;
  }

  /** What the slot at an address holds now; EMPTY if its record has expired or there is none. */
  final long presentSlot(long slotAddress) {
    long slot = slot(slotAddress);
    return Bucket.expires(slot) ? present(slot, now()) : slot;
  }

  final boolean holds(WriteCondition condition, long expectedVersion, long slot) {
    return switch (condition) {
      case ALWAYS -> true;
      case IF_ABSENT -> slot == Bucket.EMPTY;
      case IF_PRESENT -> slot != Bucket.EMPTY;
      case IF_VERSION ->
          slot != Bucket.EMPTY
              && RecordLayout.version(Words.getPlain(memory, Bucket.recordOffset(slot)))
                  == expectedVersion;
    };
  }
}
