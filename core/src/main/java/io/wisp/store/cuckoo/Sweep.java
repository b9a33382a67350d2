package io.wisp.store.cuckoo;

import io.wisp.store.KeySink;
import io.wisp.store.Status;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What goes over the buckets one after the other: scanning, clearing, reclaiming expired records.
 */
final class Sweep {

  private static final int BUCKETS_BETWEEN_LOOKS_AT_THE_TIME = 256;
  private static final int BUCKETS_PER_SCAN = 1024;
  private static final int BUCKETS_PER_WANTED_KEY = 16;
  private static final int MAX_CLEARING_ROUNDS = 16;

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final Displacement displacement;
  private final Remover remover;
  private final Ledger ledger;
  private final InstantSource clock;
  private long reclaimCursor;

  Sweep(Table table, InstantSource clock) {
    memory = table.memory();
    index = table.index();
    stripes = table.stripes();
    displacement = table.displacement();
    remover = table.remover();
    ledger = table.ledger();
    this.clock = clock;
  }

  /**
   * Gives the keys of whole buckets from the cursor on, until there were enough of them, or so many
   * buckets that the table must be nearly empty.
   */
  long scan(long cursor, int atLeast, KeySink sink) {
    if (cursor < 0 || cursor >= index.buckets()) {
      return 0;
    }
    long limit = cursor + BUCKETS_PER_SCAN + (long) BUCKETS_PER_WANTED_KEY * Math.max(0, atLeast);
    try (Arena arena = Arena.ofConfined()) {
      KeyCopy copy = new KeyCopy(arena);
      int given = 0;
      long bucket = cursor;
      do {
        given += giveKeys(bucket++, copy, sink);
      } while (given < atLeast && bucket < limit && bucket < index.buckets());
      return bucket < index.buckets() ? bucket : 0;
    }
  }

  private int giveKeys(long bucket, KeyCopy copy, KeySink sink) {
    int given = 0;
    for (int i = 0; i < Bucket.SLOTS; i++) {
      if (copyKey(bucket, i, copy)) {
        sink.accept(copy.memory, 0, copy.length);
        given++;
      }
    }
    return given;
  }

  private boolean copyKey(long bucket, int i, KeyCopy copy) {
    long slotAddress = Bucket.slotAddress(index.bucketAddress(bucket), i);
    if (Words.getAcquire(memory, slotAddress) == Bucket.EMPTY) {
      return false;
    }
    stripes.lockBucket(bucket);
    try {
      long slot = Words.getPlain(memory, slotAddress);
      if (slot == Bucket.EMPTY || hasExpired(slot)) {
        return false;
      }
      copy.take(Bucket.recordOffset(slot));
      return true;
    } finally {
      stripes.unlockBucket(bucket);
    }
  }

  Status randomKey(KeySink sink) {
    try (Arena arena = Arena.ofConfined()) {
      KeyCopy copy = new KeyCopy(arena);
      long buckets = index.buckets();
      long start = ThreadLocalRandom.current().nextLong(buckets);
      int firstSlot = ThreadLocalRandom.current().nextInt(Bucket.SLOTS);
      for (long step = 0; step < buckets; step++) {
        for (int i = 0; i < Bucket.SLOTS; i++) {
          if (copyKey((start + step) % buckets, (firstSlot + i) % Bucket.SLOTS, copy)) {
            sink.accept(copy.memory, 0, copy.length);
            return Status.FOUND;
          }
        }
      }
      return Status.ABSENT;
    }
  }

  /**
   * Removes what is older than the call; again if displacement may have carried some past us. What
   * is left for another round gets less and less, so rounds end even if displacement does not.
   */
  void clear() {
    long lastVersion = ledger.lastVersion();
    long moved = -1;
    for (int round = 0; round < MAX_CLEARING_ROUNDS && displacement.count() != moved; round++) {
      moved = displacement.count();
      for (long bucket = 0; bucket < index.buckets(); bucket++) {
        clear(bucket, lastVersion);
      }
    }
  }

  private void clear(long bucket, long lastVersion) {
    stripes.lockBucket(bucket);
    try {
      for (int i = 0; i < Bucket.SLOTS; i++) {
        long slotAddress = Bucket.slotAddress(index.bucketAddress(bucket), i);
        long slot = Words.getPlain(memory, slotAddress);
        if (slot != Bucket.EMPTY
            && RecordLayout.version(Words.getPlain(memory, Bucket.recordOffset(slot)))
                <= lastVersion) {
          remover.remove(slotAddress);
        }
      }
    } finally {
      stripes.unlockBucket(bucket);
    }
  }

  /**
   * Removes expired records until the deadline.
   *
   * @return whether buckets are left that this round has not come to
   */
  synchronized boolean reclaimExpired(long deadlineNanoTime) {
    if (ledger.expiring() <= 0) {
      reclaimCursor = 0;
      return false;
    }
    long buckets = index.buckets();
    while (reclaimCursor < buckets) {
      reclaimExpiredIn(reclaimCursor++);
      if (reclaimCursor % BUCKETS_BETWEEN_LOOKS_AT_THE_TIME == 0
          && System.nanoTime() - deadlineNanoTime >= 0) {
        return true;
      }
    }
    reclaimCursor = 0;
    return false;
  }

  private void reclaimExpiredIn(long bucket) {
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slotAddress = Bucket.slotAddress(index.bucketAddress(bucket), i);
      if (Bucket.expires(Words.getAcquire(memory, slotAddress))) {
        stripes.lockBucket(bucket);
        try {
          long slot = Words.getPlain(memory, slotAddress);
          if (slot != Bucket.EMPTY && hasExpired(slot)) {
            remover.remove(slotAddress);
            ledger.countExpired();
          }
        } finally {
          stripes.unlockBucket(bucket);
        }
      }
    }
  }

  private boolean hasExpired(long slot) {
    return Bucket.expires(slot)
        && Words.getPlain(memory, Bucket.recordOffset(slot) + RecordLayout.HEADER_SIZE)
            <= clock.millis();
  }

  /** A key copied out of the region, so that a sink may take its time. */
  private final class KeyCopy {

    private final Arena arena;
    private MemorySegment memory = MemorySegment.NULL;
    private int length;

    KeyCopy(Arena arena) {
      this.arena = arena;
    }

    void take(long record) {
      MemorySegment region = Sweep.this.memory;
      length = RecordLayout.keyLength(Words.getPlain(region, record));
      if (length > memory.byteSize()) {
        memory = arena.allocate(Math.max(256, 2L * length));
      }
      long start = record + RecordLayout.keyStart(Words.getPlain(region, record + Long.BYTES));
      MemorySegment.copy(region, start, memory, 0, length);
    }
  }
}
