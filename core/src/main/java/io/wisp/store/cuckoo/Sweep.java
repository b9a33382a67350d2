// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.KeySink;
import io.wisp.store.Steps;
import io.wisp.store.cuckoo.log.Deadline;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.BackwardMoves;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Counters;
import io.wisp.store.cuckoo.table.Entries;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.Stripes;
import io.wisp.store.cuckoo.table.Walk;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What goes over all buckets: scanning, clearing, choosing a key, reclaiming expired records. */
final class Sweep {

  private static final int BUCKETS_BETWEEN_LOOKS_AT_THE_TIME = 256;

  /** Buckets of a step: some tens of microseconds if they are empty, some hundreds if not. */
  static final int BUCKETS_PER_STEP = 256;

  static final int BUCKETS_PER_SCAN = 1024;
  static final int BUCKETS_PER_WANTED_KEY = 16;

  /** So many keys may be wanted of a scan; it gives no more for a larger number. */
  static final int MAX_WANTED = 1024;

  /** Buckets tried at random for a key before all are gone over. */
  private static final int TRIES = 64;

  private static final int MAX_CLEARING_ROUNDS = 16;

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final BackwardMoves moves;
  private final Entries entries;
  private final Counters counters;
  private final InstantSource clock;
  private long reclaimCursor;

  /** Of the records that the sweep under way has come to, and how many they are. */
  private double timesToLive;

  private long livingOn;
  private volatile long averageTimeToLive;

  Sweep(Table table, InstantSource clock) {
    memory = table.memory();
    index = table.index();
    stripes = table.stripes();
    moves = table.displacement().backwardMoves();
    entries = table.entries();
    counters = table.counters();
    this.clock = clock;
  }

  private Walk walk(long position) {
    return new Walk(index, stripes, moves, position);
  }

  /**
   * Gives the keys of whole buckets from the cursor on, until there were enough of them, or so many
   * buckets that the table must be nearly empty. A walk that may have missed some begins anew.
   */
  long scan(long cursor, int atLeast, KeySink sink) {
    int wanted = Math.clamp(atLeast, 0, MAX_WANTED);
    Walk walk = Walk.at(index, stripes, moves, cursor);
    try (Arena arena = Arena.ofConfined()) {
      KeyCopies copies = new KeyCopies(arena, sink);
      BooleanSupplier buckets = Walk.forBuckets(BUCKETS_PER_SCAN + BUCKETS_PER_WANTED_KEY * wanted);
      walk.visit(() -> copies.given < wanted && buckets.getAsBoolean(), copies);
      while (walk.hasMissedMoves()) {
        // By a bucket at least, for the cursor of a beginning could be that of the end.
        walk = walk(0);
        walk.visit(() -> false, copies);
      }
    }
    return walk.cursor();
  }

  /** Gives a key from a bucket chosen at random, or else from the next one that has any. */
  Steps choosingKey(KeySink sink) {
    return new Choice(sink);
  }

  private final class Choice implements Steps {

    private final KeySink sink;
    private final long start = randomPosition();
    private Walk walk = walk(start);
    private boolean tried;
    private boolean wrapped;

    Choice(KeySink sink) {
      this.sink = sink;
    }

    @Override
    public boolean next() {
      RandomKey key = new RandomKey();
      try (Arena arena = Arena.ofConfined()) {
        KeyCopies copies = new KeyCopies(arena, key);
        if (tried) {
          BooleanSupplier buckets = Walk.forBuckets(BUCKETS_PER_STEP);
          walk.visit(() -> key.bytes == null && buckets.getAsBoolean(), copies);
        }
        for (int i = 0; !tried && key.bytes == null && i < TRIES; i++) {
          walk(randomPosition()).visit(() -> false, copies);
        }
      }
      tried = true;
      byte[] found = key.bytes;
      if (found != null) {
        sink.accept(MemorySegment.ofArray(found), 0, found.length);
        return false;
      }
      if (walk.isOver() && !wrapped) {
        wrapped = true;
        walk = walk(0);
      }
      return !wrapped || walk.position() <= start;
    }
  }

  private static long randomPosition() {
    return Integer.toUnsignedLong(ThreadLocalRandom.current().nextInt());
  }

  /** One of the keys that it is given, each by the same chance. */
  private static final class RandomKey implements KeySink {

    private byte @Nullable [] bytes;
    private int seen;

    @Override
    public void accept(MemorySegment segment, long offset, int length) {
      if (ThreadLocalRandom.current().nextInt(++seen) == 0) {
        bytes = segment.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
      }
    }
  }

  /** Removes what is older than the call. */
  Steps clearing() {
    return new Clearing();
  }

  private final class Clearing implements Steps, Walk.Visitor {

    private final long lastVersion = counters.divideVersions();
    private Walk walk = walk(0);
    private int rounds = 1;

    @Override
    public boolean next() {
      walk.visit(Walk.forBuckets(BUCKETS_PER_STEP), this);
      if (!walk.isOver()) {
        return true;
      }
      if (!walk.hasMissedMoves() || rounds == MAX_CLEARING_ROUNDS) {
        return false;
      }
      // What is left for another round gets less and less.
      walk = walk(0);
      rounds++;
      return true;
    }

    @Override
    public void visit(long slotAddress, long slot) {
      long word0 = Words.getPlain(memory, Bucket.recordOffset(slot));
      if (RecordLayout.version(word0) <= lastVersion) {
        entries.remove(slotAddress);
      }
    }
  }

  /**
   * Removes expired records until the deadline.
   *
   * @return whether buckets are left that this round has not come to
   */
  synchronized boolean reclaimExpired(long deadline) {
    if (counters.expiring() <= 0) {
      averageTimeToLive = 0;
      beginAgain();
      return false;
    }
    long buckets = index.buckets();
    while (reclaimCursor < buckets) {
      reclaimExpiredIn(reclaimCursor++);
      if (reclaimCursor % BUCKETS_BETWEEN_LOOKS_AT_THE_TIME == 0 && Deadline.hasPassed(deadline)) {
        return true;
      }
    }
    averageTimeToLive = livingOn == 0 ? 0 : (long) (timesToLive / livingOn);
    beginAgain();
    return false;
  }

  private void beginAgain() {
    reclaimCursor = 0;
    timesToLive = 0;
    livingOn = 0;
  }

  /** What the last sweep for expired records found of those that had not, in milliseconds. */
  long averageTimeToLive() {
    return averageTimeToLive;
  }

  private void reclaimExpiredIn(long bucket) {
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long slotAddress = Bucket.slotAddress(index.bucketAddress(bucket), i);
      if (Bucket.expires(Words.getAcquire(memory, slotAddress))) {
        stripes.lockBucket(bucket);
        try {
          long slot = Words.getPlain(memory, slotAddress);
          if (Bucket.expires(slot)) {
            reclaimIfExpired(slotAddress, slot);
          }
        } finally {
          stripes.unlockBucket(bucket);
        }
      }
    }
  }

  private void reclaimIfExpired(long slotAddress, long slot) {
    long timeToLive = timeToLive(slot);
    if (timeToLive <= 0) {
      entries.remove(slotAddress);
      counters.countExpired();
    } else {
      timesToLive += timeToLive;
      livingOn++;
    }
  }

  private boolean hasExpired(long slot) {
    return Bucket.expires(slot) && timeToLive(slot) <= 0;
  }

  private long timeToLive(long slot) {
    return RecordLayout.expiry(memory, Bucket.recordOffset(slot)) - clock.millis();
  }

  /** Keys copied out of the region, so that a sink may take its time. */
  private final class KeyCopies implements Walk.Visitor {

    private final Arena arena;
    private final KeySink sink;
    private final int[] lengths = new int[Bucket.SLOTS];
    private MemorySegment copies = MemorySegment.NULL;
    private int count;
    private int end;
    private int given;

    KeyCopies(Arena arena, KeySink sink) {
      this.arena = arena;
      this.sink = sink;
    }

    @Override
    public void visit(long slotAddress, long slot) {
      if (hasExpired(slot)) {
        return;
      }
      long record = Bucket.recordOffset(slot);
      int length = RecordLayout.keyLength(Words.getPlain(memory, record));
      if (end + length > copies.byteSize()) {
        MemorySegment larger = arena.allocate(Math.max(1024, 2L * (end + length)));
        MemorySegment.copy(copies, 0, larger, 0, end);
        copies = larger;
      }
      long start = record + RecordLayout.HEADER_SIZE;
      MemorySegment.copy(memory, start, copies, end, length);
      lengths[count++] = length;
      end += length;
    }

    @Override
    public void leave() {
      long offset = 0;
      for (int i = 0; i < count; i++) {
        sink.accept(copies, offset, lengths[i]);
        offset += lengths[i];
      }
      given += count;
      count = 0;
      end = 0;
    }
  }
}
