// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Wins back the memory of dead records: chooses a segment from which much is won, and empties it by
 * an {@link Evacuation}, so that its pages become free. One thread at a time compacts, and the
 * index need be locked for one record at a time.
 *
 * <p>Compaction cannot get stuck, whatever other threads do:
 *
 * <ul>
 *   <li>There is always somewhere to copy to. A segment is only touched when no record in it is
 *       still being written, so all of it can be moved; and the spare is there again whenever the
 *       lock is free.
 *   <li>Each segment that is moved wins a share of its length, so work that wins nothing ends.
 *   <li>Nobody waits for a record that another thread is writing while holding the lock, or while
 *       writing one that others may wait for.
 * </ul>
 */
public final class Compactor {

  /** What became of pages that were to be taken from the heap. */
  public enum Outcome {
    VACATED,
    /** A record that another thread is still writing was in the way. It is worth trying again. */
    BUSY,
    NO_ROOM
  }

  /**
   * A segment is worth the work if at least this share of it is won, as a power of two. It bounds
   * the work, to 127 bytes copied for one that is won, and is memory that cannot be used: a share
   * that small of each segment may stay dead.
   */
  private static final int WORTHWHILE_SHIFT = 7;

  /**
   * While other lanes have room, a segment is worth the work if this share of it is won: then no
   * more than three bytes are copied for one.
   */
  private static final int OWN_LANE_SHIFT = 2;

  /**
   * Segments in which a write lets everything live that was read, before it insists on room. Which
   * records are evicted depends on it, not whether there is room.
   */
  private static final int SEGMENTS_SPARED = 8;

  private final MemorySegment memory;
  private final Pages pages;
  private final Heap heap;
  private final Geometry geometry;
  private final SegmentTable segments;
  private final Evacuation evacuation;
  private final @Nullable Eviction eviction;
  private final ReentrantLock lock = new ReentrantLock();

  /** Numbers the attempts to win memory; segments that one could not free are left out of it. */
  private long round;

  /** Whether this round left a segment out because a record in it was still being written. */
  private boolean heldUp;

  /** The compactor of a heap; without an eviction nothing is evicted. */
  public Compactor(
      MemorySegment memory,
      Pages pages,
      Heap heap,
      Geometry geometry,
      RecordIndex index,
      @Nullable Eviction eviction) {
    this.memory = memory;
    this.pages = pages;
    this.heap = heap;
    this.geometry = geometry;
    segments = heap.segments();
    evacuation = new Evacuation(memory, heap, index, eviction);
    this.eviction = eviction;
  }

  /**
   * Room for a record that the heap had none for. The caller holds no stripe.
   *
   * @param mayWait whether to wait for records that other threads are writing; a caller that is
   *     itself writing another one must not
   * @return the offset, or {@link Heap#NONE} if there is not enough to win
   */
  public long allocate(long word0, long pendingWord1, boolean mayWait) {
    if (!lock.tryLock()) {
      long offset = heap.allocateAnywhere(word0, pendingWord1);
      if (offset != Heap.NONE) {
        return offset;
      }
      lock.lock();
    }
    long deadline = Deadline.start();
    for (int wait = 0; ; wait++) {
      try {
        startRound();
        long offset = win(word0, pendingWord1, deadline);
        if (offset != Heap.NONE || !heldUp || !mayWait) {
          return offset;
        }
      } finally {
        lock.unlock();
      }
      if (Deadline.hasPassed(deadline)) {
        return Heap.NONE;
      }
      Backoff.letOthersRun(wait);
      lock.lock();
    }
  }

  /**
   * Wins memory for records that are to be written, until so many bytes are free in whole pages or
   * there is not enough to win. The caller holds no stripe and is writing no record: this waits for
   * those of others.
   */
  public void makeRoom(long bytes) {
    long deadline = Deadline.start();
    for (int wait = 0; ; wait++) {
      lock.lock();
      try {
        startRound();
        if (winPages(bytes, deadline) || !heldUp) {
          return;
        }
      } finally {
        lock.unlock();
      }
      if (Deadline.hasPassed(deadline)) {
        return;
      }
      Backoff.letOthersRun(wait);
    }
  }

  private boolean winPages(long bytes, long deadline) {
    while (geometry.bytes(pages.freeCount()) < bytes) {
      boolean won = compactOne() || (eviction != null && evictOldest(eviction, true));
      if (!won || Deadline.hasPassed(deadline)) {
        return false;
      }
    }
    return true;
  }

  private void startRound() {
    round++;
    heldUp = false;
  }

  /*
   * Ends without a deadline unless others take all that is won: each round of the loop wins a share of a
   * segment, evicts, or is the last.
   */
  private long win(long word0, long pendingWord1, long deadline) {
    int size = RecordLayout.size(word0, pendingWord1);
    boolean large = size >= geometry.largeRecordSize();
    for (int segments = 0; ; segments++) {
      long offset = heap.allocateBehindCopies(word0, pendingWord1);
      if (offset == Heap.NONE && large) {
        offset = allocateByVacating(size, word0, pendingWord1, false);
      }
      if (offset != Heap.NONE) {
        return offset;
      }
      if (Deadline.hasPassed(deadline)) {
        return heap.allocateAnywhere(word0, pendingWord1);
      }
      if (compactSealed(worthAnOwnLane())) {
        continue;
      }
      offset = heap.allocateAnywhere(word0, pendingWord1);
      if (offset != Heap.NONE) {
        return offset;
      }
      if (!compactOne()) {
        if (eviction == null) {
          return Heap.NONE;
        }
        offset = large ? allocateByVacating(size, word0, pendingWord1, true) : Heap.NONE;
        if (offset != Heap.NONE || !evictOldest(eviction, segments >= SEGMENTS_SPARED)) {
          return offset;
        }
      }
    }
  }

  /** What must be won of a segment for a thread not to append to another's lane instead. */
  private int worthAnOwnLane() {
    return geometry.segmentSize() >>> OWN_LANE_SHIFT;
  }

  private int worthwhile() {
    return geometry.segmentSize() >>> WORTHWHILE_SHIFT;
  }

  /** Frees the segment from which most is won, if it is worth it; even one that was still open. */
  private boolean compactOne() {
    return compactSealed(worthwhile())
        || (heap.sealOpen(worthwhile()) && compactSealed(worthwhile()));
  }

  private boolean compactSealed(long least) {
    while (true) {
      Segment victim = segments.mostToWin(least, round, heap.leftover());
      if (victim == null) {
        return false;
      }
      if (evacuation.isSettled(victim)) {
        compact(victim);
        return true;
      }
      passOver(victim);
    }
  }

  private void passOver(Segment segment) {
    segment.passOver(round);
    heldUp = true;
  }

  private void compact(Segment segment) {
    if (segments.isFullLength(segment)) {
      evacuation.evacuate(segment, false, Long.MAX_VALUE, true);
      awaitSpare();
    } else {
      compactInPlace(segment);
    }
  }

  /**
   * Compacts a segment that is too short for its pages to become the spare: what lives there goes
   * to the spare and back, and what is won is at the end of the same pages.
   */
  public void compactInPlace(Segment segment) {
    int from = segment.firstPage();
    int to = from + segment.pages();
    pages.close(from, to);
    try {
      if (segment.isFree()) {
        // Its last record died before the pages were closed, and another segment may have them. If
        // it dies only now, its pages stay free, because they are closed.
        return;
      }
      evacuation.evacuate(segment, false, Long.MAX_VALUE, true);
      for (int wait = 0; !pages.claim(from, to); wait++) {
        awaitCount(wait);
      }
      if (pages.spare() == Pages.NONE) {
        Segment spare = heap.continueCompactionIn(Pages.run(from, to - from));
        evacuation.moveBack(spare);
        awaitSpare();
      } else {
        pages.release(from, to - from);
      }
    } finally {
      pages.open();
    }
  }

  private void awaitSpare() {
    for (int wait = 0; pages.spare() == Pages.NONE; wait++) {
      awaitCount(wait);
    }
  }

  /**
   * Waits for a writer that has replaced a record and not yet counted it as freed. As for a lock
   * that is held for some nanoseconds: it waits for nobody.
   */
  private void awaitCount(int wait) {
    Backoff.pause(wait);
    Words.getAcquire(memory, 0); // which throws when the store is closed
  }

  /** Frees one segment of which more than half is won; the answer is whether there was one. */
  public boolean compactInBackground() {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      startRound();
      return compactSealed(geometry.segmentSize() / 2);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Evicts what is not in use from the oldest segment, and at least half of it if {@code forced}.
   *
   * @return whether there was a segment
   */
  private boolean evictOldest(Eviction eviction, boolean forced) {
    while (true) {
      Segment oldest = segments.oldest(round);
      if (oldest == null) {
        if (!heap.sealOpen(0)) {
          return false;
        }
      } else if (!evacuation.isSettled(oldest)) {
        passOver(oldest);
      } else if (!forced && isLargeRecord(oldest) && eviction.sparesRecord(oldest.start())) {
        oldest.rejuvenate(heap.nextSequence());
        return true;
      } else {
        boolean replacesSpare = segments.isFullLength(oldest);
        evacuation.evacuate(
            oldest, true, forced ? oldest.live() / 2 : Long.MAX_VALUE, replacesSpare);
        awaitSpare();
        return true;
      }
    }
  }

  private boolean isLargeRecord(Segment segment) {
    return segment.largest() >= geometry.largeRecordSize();
  }

  /** Room for a large record where least must be moved for it. */
  private long allocateByVacating(int size, long word0, long pendingWord1, boolean evict) {
    int length = geometry.pagesFor(size);
    int first = segments.cheapestRun(length, evict, heap.leftover());
    return first != 0 && vacateNow(first, first + length, evict) == Outcome.VACATED
        ? heap.placeAlone(Pages.run(first, length), size, word0, pendingWord1)
        : Heap.NONE;
  }

  /** Takes these pages from the heap, winning memory elsewhere for what lives there. */
  public Outcome vacate(int from, int to) {
    lock.lock();
    try {
      startRound();
      long deadline = Deadline.start();
      Outcome outcome = vacateNow(from, to, eviction != null);
      while (outcome == Outcome.NO_ROOM
          && !Deadline.hasPassed(deadline)
          && (compactOne() || (eviction != null && evictOldest(eviction, true)))) {
        outcome = vacateNow(from, to, eviction != null);
      }
      return outcome == Outcome.NO_ROOM && heldUp ? Outcome.BUSY : outcome;
    } finally {
      lock.unlock();
    }
  }

  private Outcome vacateNow(int from, int to, boolean evict) {
    if (!pages.close(from, to)) {
      return Outcome.NO_ROOM;
    }
    try {
      Outcome outcome = evacuatePages(from, to, evict);
      return outcome != Outcome.VACATED || pages.claim(from, to) ? outcome : Outcome.BUSY;
    } finally {
      pages.open();
    }
  }

  private Outcome evacuatePages(int from, int to, boolean evict) {
    for (int page = from; page < to; page++) {
      Segment owner = segments.owner(page);
      if (owner != null && !owner.isFree()) {
        if (!evict && !heap.mayMoveWithoutSpare(owner)) {
          return Outcome.NO_ROOM;
        }
        heap.retire(owner);
        if (!evacuation.isSettled(owner)) {
          heldUp = true;
          return Outcome.BUSY;
        }
        if (!evacuation.evacuate(owner, evict, Long.MAX_VALUE, false)) {
          return Outcome.NO_ROOM;
        }
        if (!owner.isFree()) {
          heldUp = true;
          return Outcome.BUSY;
        }
      }
    }
    return Outcome.VACATED;
  }

  /**
   * Moves one record that is alive, wherever there is room; for tests of what others see then. The
   * caller makes sure that its segment is neither compacted nor freed meanwhile.
   */
  public boolean relocate(long offset) {
    lock.lock();
    try {
      return evacuation.relocate(offset);
    } finally {
      lock.unlock();
    }
  }

  /** What moves records, for its counters. */
  public Evacuation evacuation() {
    return evacuation;
  }
}
