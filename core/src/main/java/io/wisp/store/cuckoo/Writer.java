// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.store.WrittenRecord;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Journal;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.ClockEviction;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes. What an {@link Overwriter} does not do where the record is, writes a record first and
 * then, under the two stripes of the key, publishes it by a few stores; so it never waits for
 * memory while others wait for it. A record that comes to nothing is freed like any other.
 */
final class Writer extends TableWriter {

  /** What became of a record that was to be published. */
  private enum Outcome {
    CREATED(Status.CREATED),
    REPLACED(Status.REPLACED),
    CONFLICT(Status.CONFLICT),
    /** There was no slot for the record, and may be one now. It must be written again. */
    ROOM_MADE(Status.OUT_OF_MEMORY),
    BUCKETS_FULL(Status.OUT_OF_MEMORY);

    private final Status status;

    Outcome(Status status) {
      this.status = status;
    }

    boolean isStored() {
      return this == CREATED || this == REPLACED;
    }
  }

  private final Overwriter overwriter;

  Writer(Table table, InstantSource clock) {
    super(table, clock);
    overwriter = new Overwriter(table, clock);
  }

  /** Writes a record, and says where to whoever wants to know. */
  Status write(
      Slice key,
      Slice value,
      WriteCondition condition,
      long expectedVersion,
      long expiresAt,
      @Nullable WrittenRecord written) {
    Status refusal = Status.refusalOf(key, value);
    if (refusal != null) {
      return refusal;
    }
    if (counters.areVersionsUsedUp()) {
      return Status.OUT_OF_VERSIONS;
    }
    long hash = index.hash(key);
    table.updateLocks().awaitOthers(hash);
    Status inPlace =
        overwriter.write(key, value, hash, condition, expectedVersion, expiresAt, written);
    if (inPlace != null) {
      return inPlace;
    }
    while (true) {
      if (condition != WriteCondition.ALWAYS && !holdsNow(key, hash, condition, expectedVersion)) {
        return Status.CONFLICT;
      }
      long record = writeRecord(key, value, true);
      if (record == Heap.NONE) {
        return Status.OUT_OF_MEMORY;
      }
      Outcome outcome = publish(key, hash, record, expiresAt, condition, expectedVersion);
      if (outcome != Outcome.ROOM_MADE) {
        if (written != null && outcome.isStored()) {
          int size = RecordLayout.size(key.length(), value.length());
          written.at(RecordAddress.of(record, size));
        }
        return outcome.status;
      }
    }
  }

  /** Whether the condition holds now, before anything is written in vain. */
  private boolean holdsNow(Slice key, long hash, WriteCondition condition, long expectedVersion) {
    stripes.lockKey(hash);
    try {
      return holds(condition, expectedVersion, presentSlot(index.locate(key, hash)));
    } finally {
      stripes.unlockKey(hash);
    }
  }

  private Outcome publish(
      Slice key,
      long hash,
      long record,
      long expiresAt,
      WriteCondition condition,
      long expectedVersion) {
    long content = contentHash(record);
    while (true) {
      Outcome outcome;
      stripes.lockKey(hash);
      try {
        long slotAddress = index.locate(key, hash);
        long slot = presentSlot(slotAddress);
        if (!holds(condition, expectedVersion, slot)) {
          outcome = Outcome.CONFLICT;
        } else {
          long expiry = expiresAt == Store.KEEP_EXPIRY ? expiry(slot) : lasting(expiresAt);
          outcome = store(slotAddress, slot, hash, record, expiry, content);
        }
      } finally {
        stripes.unlockKey(hash);
      }
      switch (outcome) {
        case CREATED -> table.growth().keepUp(counters.entries());
        case REPLACED, ROOM_MADE -> {}
        case CONFLICT -> heap.free(record);
        case BUCKETS_FULL -> {
          switch (table.displacement().makeRoom(hash)) {
            case DONE, DISTURBED -> {
              continue;
            }
            case NO_PATH -> {
              // First, because growing may wait for the records that are being written.
              heap.free(record);
              if (table.growth().grow(counters.entries()) || evictFor(hash)) {
                return Outcome.ROOM_MADE;
              }
            }
          }
        }
      }
      return outcome;
    }
  }

  private boolean evictFor(long hash) {
    ClockEviction eviction = table.eviction();
    if (eviction == null) {
      return false;
    }
    // Whether or not it evicts: if there was nothing to evict, then others have made room.
    eviction.evictFromBucketsOf(hash);
    return true;
  }

  /**
   * Puts a finished record into its place, or into an empty slot if the key has no place. The write
   * happens for everybody at once, with the store of LIVE: the old record is dead before, so nobody
   * finds it after someone found the new one; and the slot is stored before, so nobody finds the
   * key absent after someone found the new record by an address remembered from an earlier one
   * there.
   */
  private Outcome store(
      long slotAddress, long presentSlot, long hash, long record, long expiry, long content) {
    long target = slotAddress != Index.NONE ? slotAddress : index.locateEmpty(hash);
    if (target == Index.NONE) {
      return Outcome.BUCKETS_FULL;
    }
    long oldSlot = Words.getPlain(memory, target);
    long newSlot = Bucket.slot(KeyHash.tag(hash), record, expiry != Store.NEVER);
    number(record, counters.nextVersion(hash), expiry);
    seal(record, expiry, content);
    if (oldSlot != Bucket.EMPTY) {
      heap.markDead(Bucket.recordOffset(oldSlot));
    }
    Words.setRelease(memory, target, newSlot);
    enliven(record);
    entries.settle(oldSlot, newSlot);
    if (oldSlot == Bucket.EMPTY) {
      return Outcome.CREATED;
    }
    if (presentSlot == Bucket.EMPTY) {
      counters.countExpired();
      return Outcome.CREATED;
    }
    return Outcome.REPLACED;
  }

  Status delete(Slice key, WriteCondition condition, long expectedVersion) {
    Status status = expire(key, LONG_PAST, condition, expectedVersion);
    return status == Status.FOUND ? Status.DELETED : status;
  }

  Status expire(Slice key, long expiresAt, WriteCondition condition, long expectedVersion) {
    Status refusal = Status.refusalOf(key);
    if (refusal != null) {
      return refusal;
    }
    long hash = index.hash(key);
    table.updateLocks().awaitOthers(hash);
    stripes.lockKey(hash);
    try {
      long slotAddress = index.locate(key, hash);
      long slot = presentSlot(slotAddress);
      if (slot == Bucket.EMPTY) {
        return Status.ABSENT;
      }
      if (!holds(condition, expectedVersion, slot)) {
        return Status.CONFLICT;
      }
      long expiry = lasting(expiresAt);
      if (expiry == LONG_PAST) {
        entries.remove(slotAddress);
        return Status.FOUND;
      }
      if (counters.areVersionsUsedUp()) {
        return Status.OUT_OF_VERSIONS;
      }
      changeExpiry(slotAddress, slot, hash, expiry);
      return Status.FOUND;
    } finally {
      stripes.unlockKey(hash);
    }
  }

  /*
   * In place, so it needs no memory and takes no longer for a long value. Readers find the record
   * not alive meanwhile, and look again; none takes the words of before for those of after.
   */
  private void changeExpiry(long slotAddress, long slot, long hash, long expiry) {
    long record = Bucket.recordOffset(slot);
    long word0 = Words.getPlain(memory, record);
    long word1 = Words.getPlain(memory, record + Long.BYTES);
    long changed0 = RecordLayout.word0(counters.nextVersion(hash), RecordLayout.keyLength(word0));
    long changed1 = RecordLayout.changedWord1(word1, word0, expiry(slot), changed0, expiry);
    long changedSlot = Bucket.slot(Bucket.tag(slot), record, expiry != Store.NEVER);
    Journal journal = table.journal();
    if (journal == null) {
      suspend(record, changed0);
      RecordLayout.setExpiry(memory, record, expiry);
      Words.setRelease(memory, slotAddress, changedSlot);
      Words.setRelease(memory, record + Long.BYTES, changed1);
    } else {
      journal.begin();
      try {
        journal.note(record + Long.BYTES, word1 & ~RecordLayout.LIVE);
        journal.note(record, changed0);
        journal.note(record + RecordLayout.EXPIRY_OFFSET, expiry);
        journal.note(slotAddress, changedSlot);
        journal.note(record + Long.BYTES, changed1);
        journal.commit();
      } finally {
        journal.end();
      }
    }
    counters.replaced(slot, changedSlot);
  }
}
