package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes. Each writes its record first and then, under the two stripes of the key, publishes it by
 * a few stores; so it never waits for memory while others wait for it. A record that comes to
 * nothing is freed like any other.
 */
final class Writer {

  /** What became of a record that was to be published. */
  private enum Outcome {
    CREATED(Status.CREATED),
    REPLACED(Status.REPLACED),
    CONFLICT(Status.CONFLICT),
    /** The expiry to keep is no longer the one that the record was written with. */
    EXPIRY_CHANGED(Status.CONFLICT),
    /** There was no slot for the record, and may be one now. It must be written again. */
    ROOM_MADE(Status.OUT_OF_MEMORY),
    BUCKETS_FULL(Status.OUT_OF_MEMORY);

    private final Status status;

    Outcome(Status status) {
      this.status = status;
    }
  }

  private static final long CONFLICT = -2;
  private static final long LONG_PAST = 1;

  private final MemorySegment memory;
  private final long incarnation;
  private final Index index;
  private final Stripes stripes;
  private final Turns turns;
  private final Heap heap;
  private final Compactor compactor;
  private final Growth growth;
  private final Displacement displacement;
  private final Remover remover;
  private final @Nullable Eviction eviction;
  private final Ledger ledger;
  private final InstantSource clock;

  Writer(Table table, InstantSource clock) {
    memory = table.memory();
    incarnation = table.incarnation();
    index = table.index();
    stripes = table.stripes();
    turns = table.turns();
    heap = table.heap();
    compactor = table.compactor();
    growth = table.growth();
    displacement = table.displacement();
    remover = table.remover();
    eviction = table.eviction();
    ledger = table.ledger();
    this.clock = clock;
  }

  Status write(
      Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt) {
    long hash = index.hash(key);
    turns.letOthersEnd(hash);
    boolean keep = expiresAt == Store.KEEP_EXPIRY;
    while (true) {
      long expiry = expiresAt < 0 ? LONG_PAST : expiresAt;
      if (keep || condition != WriteCondition.ALWAYS) {
        long found = checkFirst(key, hash, condition, expectedVersion);
        if (found == CONFLICT) {
          return Status.CONFLICT;
        }
        expiry = keep ? found : expiry;
      }
      long record = newRecord(key, value, expiry);
      if (record == Heap.NONE) {
        return Status.OUT_OF_MEMORY;
      }
      Outcome outcome = publish(key, hash, record, expiry, keep, condition, expectedVersion);
      if (outcome != Outcome.EXPIRY_CHANGED && outcome != Outcome.ROOM_MADE) {
        return outcome.status;
      }
    }
  }

  /** The expiry of the key's record, or NEVER, if the condition holds now; else CONFLICT. */
  private long checkFirst(Slice key, long hash, WriteCondition condition, long expectedVersion) {
    stripes.lockKey(hash);
    try {
      long slot = presentSlot(index.locate(key, hash));
      return holds(condition, expectedVersion, slot) ? expiry(slot) : CONFLICT;
    } finally {
      stripes.unlockKey(hash);
    }
  }

  private long newRecord(Slice key, Slice value, long expiry) {
    boolean expires = expiry != Store.NEVER;
    long record = allocate(key.length(), value.length(), expires);
    if (record == Heap.NONE) {
      return record;
    }
    try {
      long start = record + RecordLayout.HEADER_SIZE;
      if (expires) {
        Words.setPlain(memory, start, expiry);
        start += RecordLayout.EXPIRY_SIZE;
      }
      MemorySegment.copy(key.segment(), key.offset(), memory, start, key.length());
      MemorySegment.copy(
          value.segment(), value.offset(), memory, start + key.length(), value.length());
      return record;
    } catch (Throwable unreadable) {
      heap.free(record);
      throw unreadable;
    }
  }

  private long allocate(int keyLength, int valueLength, boolean expires) {
    long word0 = RecordLayout.word0(0, keyLength);
    long word1 = RecordLayout.pendingWord1(valueLength, expires);
    long record = heap.allocate(word0, word1);
    return record != Heap.NONE ? record : compactor.allocate(word0, word1, true);
  }

  private Outcome publish(
      Slice key,
      long hash,
      long record,
      long expiry,
      boolean keep,
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
        } else if (keep && expiry(slot) != expiry) {
          outcome = Outcome.EXPIRY_CHANGED;
        } else {
          outcome = store(slotAddress, slot, hash, record, expiry, content);
        }
      } finally {
        stripes.unlockKey(hash);
      }
      switch (outcome) {
        case CREATED -> growth.keepUp(ledger.entries());
        case REPLACED, ROOM_MADE -> {}
        case CONFLICT, EXPIRY_CHANGED -> heap.free(record);
        case BUCKETS_FULL -> {
          switch (displacement.makeRoom(hash)) {
            case DONE, DISTURBED -> {
              continue;
            }
            case NO_PATH -> {
              // First, because growing may wait for the records that are being written.
              heap.free(record);
              if (growth.grow(ledger.entries()) || evictFor(hash)) {
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
    if (eviction == null) {
      return false;
    }
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
    long word1 = Words.getPlain(memory, record + Long.BYTES);
    long word0 =
        RecordLayout.word0(
            ledger.nextVersion(), RecordLayout.keyLength(Words.getPlain(memory, record)));
    Words.setPlain(memory, record, word0);
    if (oldSlot != Bucket.EMPTY) {
      heap.markDead(Bucket.recordOffset(oldSlot));
    }
    Words.setRelease(memory, target, newSlot);
    Words.setRelease(
        memory, record + Long.BYTES, RecordLayout.liveWord1(record, word0, word1, expiry, content));
    if (oldSlot == Bucket.EMPTY) {
      ledger.added(newSlot);
      return Outcome.CREATED;
    }
    ledger.replaced(oldSlot, newSlot);
    heap.free(Bucket.recordOffset(oldSlot));
    if (presentSlot == Bucket.EMPTY) {
      ledger.countExpired();
      return Outcome.CREATED;
    }
    return Outcome.REPLACED;
  }

  private long contentHash(long record) {
    long word0 = Words.getPlain(memory, record);
    return RecordLayout.contentHash(
        memory, record, word0, Words.getPlain(memory, record + Long.BYTES), incarnation);
  }

  Status delete(Slice key, WriteCondition condition, long expectedVersion) {
    long hash = index.hash(key);
    turns.letOthersEnd(hash);
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
      remover.remove(slotAddress);
      return Status.DELETED;
    } finally {
      stripes.unlockKey(hash);
    }
  }

  Status expire(Slice key, long expiresAt, WriteCondition condition, long expectedVersion) {
    long hash = index.hash(key);
    turns.letOthersEnd(hash);
    long expiry = expiresAt < 0 ? LONG_PAST : expiresAt;
    while (true) {
      int valueLength = valueLength(key, hash, condition, expectedVersion);
      if (valueLength < 0) {
        return valueLength == CONFLICT ? Status.CONFLICT : Status.ABSENT;
      }
      long record = allocate(key.length(), valueLength, expiry != Store.NEVER);
      if (record == Heap.NONE) {
        return Status.OUT_OF_MEMORY;
      }
      Outcome outcome;
      stripes.lockKey(hash);
      try {
        outcome = publishCopy(key, hash, record, expiry, condition, expectedVersion);
      } finally {
        stripes.unlockKey(hash);
      }
      if (outcome == Outcome.REPLACED) {
        return Status.FOUND;
      }
      heap.free(record);
    }
  }

  private int valueLength(Slice key, long hash, WriteCondition condition, long expectedVersion) {
    stripes.lockKey(hash);
    try {
      long slot = presentSlot(index.locate(key, hash));
      if (slot == Bucket.EMPTY) {
        return -1;
      }
      return holds(condition, expectedVersion, slot)
          ? RecordLayout.valueLength(Words.getPlain(memory, Bucket.recordOffset(slot) + Long.BYTES))
          : (int) CONFLICT;
    } finally {
      stripes.unlockKey(hash);
    }
  }

  /** Replaces the key's record by a copy with another expiry, if it still has the same length. */
  private Outcome publishCopy(
      Slice key,
      long hash,
      long record,
      long expiry,
      WriteCondition condition,
      long expectedVersion) {
    long slotAddress = index.locate(key, hash);
    long slot = presentSlot(slotAddress);
    long word1 = Words.getPlain(memory, record + Long.BYTES);
    if (slot == Bucket.EMPTY || !holds(condition, expectedVersion, slot)) {
      return Outcome.CONFLICT;
    }
    long old = Bucket.recordOffset(slot);
    long oldWord1 = Words.getPlain(memory, old + Long.BYTES);
    if (RecordLayout.valueLength(oldWord1) != RecordLayout.valueLength(word1)) {
      return Outcome.CONFLICT;
    }
    if (expiry != Store.NEVER) {
      Words.setPlain(memory, record + RecordLayout.HEADER_SIZE, expiry);
    }
    long length = (long) key.length() + RecordLayout.valueLength(word1);
    MemorySegment.copy(
        memory,
        old + RecordLayout.keyStart(oldWord1),
        memory,
        record + RecordLayout.keyStart(word1),
        length);
    return store(slotAddress, slot, hash, record, expiry, contentHash(record));
  }

  /** What the slot at an address holds; EMPTY if its record has expired or there is no address. */
  private long presentSlot(long slotAddress) {
    if (slotAddress == Index.NONE) {
      return Bucket.EMPTY;
    }
    long slot = Words.getPlain(memory, slotAddress);
    return Bucket.expires(slot) && expiry(slot) <= clock.millis() ? Bucket.EMPTY : slot;
  }

  private long expiry(long slot) {
    return Bucket.expires(slot)
        ? Words.getPlain(memory, Bucket.recordOffset(slot) + RecordLayout.HEADER_SIZE)
        : Store.NEVER;
  }

  private boolean holds(WriteCondition condition, long expectedVersion, long slot) {
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
