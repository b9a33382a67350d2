package io.wisp.store.cuckoo;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Wins back the memory of dead records: copies what is alive in a segment to elsewhere, so that the
 * segment's pages become free. One thread at a time compacts; it holds the stripes of one key at a
 * time, so readers never wait and writers hardly.
 *
 * <p>A record moves like this: copy it, make its slot point to the copy, mark the old one dead. So
 * it can be found at every moment. Its version stays; its checksum is bound to the new place.
 */
final class Compactor {

  /** What became of pages that were to be taken from the heap. */
  enum Outcome {
    VACATED,
    /** A record there was still being written. It is worth trying again. */
    BUSY,
    NO_ROOM
  }

  /**
   * How often a vacated segment is looked at again for a record being written. Bounded, because the
   * thread that waits may itself be the one that writes it.
   */
  private static final int LOOKS = 240;

  /**
   * How often a write that finds no room waits for records that others are writing: some tens of
   * milliseconds, which a writer that lost its core on a busy machine may need to get it back.
   */
  private static final int MOST_WAITS = 1_000;

  /** A segment is worth the work if at least this share of it is dead, as a power of two. */
  private static final int WORTHWHILE_SHIFT = 7;

  /** Segments in which a write lets everything live that was read, before it insists on room. */
  private static final int PATIENCE = 8;

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final Pages pages;
  private final Heap heap;
  private final Geometry geometry;
  private final @Nullable Eviction eviction;
  private final ReentrantLock lock = new ReentrantLock();

  /** What this call could not free. Under the lock; kept, so that a put allocates nothing. */
  private final Set<Segment> tried = new HashSet<>();

  private final LongAdder relocations = new LongAdder();

  Compactor(
      MemorySegment memory,
      Index index,
      Stripes stripes,
      Pages pages,
      Heap heap,
      Geometry geometry,
      @Nullable Eviction eviction) {
    this.memory = memory;
    this.index = index;
    this.stripes = stripes;
    this.pages = pages;
    this.heap = heap;
    this.geometry = geometry;
    this.eviction = eviction;
  }

  /** Records moved so far. */
  long relocations() {
    return relocations.sum();
  }

  /**
   * Room for a record that the heap had none for. The caller holds no stripe.
   *
   * @return the offset, or {@link Heap#NONE} if there is not enough to win
   */
  long allocate(long word0, long pendingWord1) {
    int size = RecordLayout.size(word0, pendingWord1);
    boolean large = size >= heap.largeSize();
    lock.lock();
    try {
      tried.clear();
      long offset = heap.allocateWithLeftovers(word0, pendingWord1);
      int waits = 0;
      for (int i = 0; offset == Heap.NONE && i < attempts(size) + waits; i++) {
        if (!compactOne(worthwhile(size)) && (large || !evictOldest(i >= PATIENCE))) {
          if (waits == MOST_WAITS || !anyBusy()) {
            break;
          }
          tried.clear();
          Backoff.letOthersRun(waits++);
        }
        offset = heap.allocateWithLeftovers(word0, pendingWord1);
      }
      return offset == Heap.NONE && large ? allocateByVacating(size, word0, pendingWord1) : offset;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a segment could not be freed only because a record in it was still being written. */
  private boolean anyBusy() {
    for (Segment segment : tried) {
      if (!segment.isFree()) {
        return true;
      }
    }
    return false;
  }

  /** As many segments as the record needs, several times over, because others allocate as well. */
  private int attempts(int size) {
    return 16 + 4 * geometry.pagesFor(size) / geometry.segmentPages();
  }

  private long worthwhile(int size) {
    int least = geometry.segmentSize() >>> WORTHWHILE_SHIFT;
    return size >= heap.largeSize() ? least : Math.max(size, least);
  }

  /**
   * Frees the segment with the most dead bytes, if it has at least so many. One in which a record
   * is still being written cannot be freed; it counts as tried, and the next one has its turn.
   */
  private boolean compactOne(long leastDead) {
    while (true) {
      heap.refillSpare();
      Segment victim = heap.mostDead(leastDead, tried);
      if (victim == null) {
        return false;
      }
      tried.add(victim);
      evacuate(victim, false, Long.MAX_VALUE);
      if (victim.isFree()) {
        heap.refillSpare();
        return true;
      }
    }
  }

  /** Frees one segment of which more than half is dead; the answer is whether there was one. */
  boolean compactInBackground() {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      tried.clear();
      return compactOne(geometry.segmentSize() / 2);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Evicts what is not in use from the oldest segment, and at least half of it if {@code forced}.
   *
   * @return whether there was a segment
   */
  private boolean evictOldest(boolean forced) {
    if (eviction == null) {
      return false;
    }
    Segment oldest = heap.oldest();
    if (oldest == null) {
      return false;
    }
    if (!forced && isLargeRecord(oldest) && eviction.sparesRecord(oldest.start())) {
      oldest.rejuvenate(heap.nextSequence());
    } else {
      evacuate(oldest, true, forced ? oldest.live() / 2 : Long.MAX_VALUE);
      if (!oldest.isFree()) {
        oldest.rejuvenate(heap.nextSequence());
      }
      heap.refillSpare();
    }
    return true;
  }

  private boolean isLargeRecord(Segment segment) {
    return segment.top() - segment.start() >= heap.largeSize()
        && RecordLayout.size(
                Words.getAcquire(memory, segment.start()),
                Words.getAcquire(memory, segment.start() + Long.BYTES))
            >= heap.largeSize();
  }

  /** Room for a large record where least must be moved for it. */
  private long allocateByVacating(int size, long word0, long pendingWord1) {
    int length = geometry.pagesFor(size);
    heap.releaseSpare();
    int afterIndex = IndexMemory.pagesFor(geometry, index.buckets() + 1);
    int first = heap.cheapestRun(length, afterIndex, eviction != null);
    if (first == 0) {
      heap.refillSpare();
      return Heap.NONE;
    }
    Outcome outcome = vacate(first, first + length);
    heap.refillSpare();
    return outcome == Outcome.VACATED
        ? heap.placeAlone(Pages.run(first, length), size, word0, pendingWord1)
        : Heap.NONE;
  }

  /** Takes these pages from the heap. */
  Outcome vacate(int from, int to) {
    lock.lock();
    pages.close(from, to);
    try {
      if (heap.spareOverlaps(from, to)) {
        heap.releaseSpare();
      }
      heap.refillSpare();
      Outcome outcome = evacuatePages(from, to);
      return outcome != Outcome.VACATED || pages.claim(from, to) ? outcome : Outcome.BUSY;
    } finally {
      pages.open();
      heap.refillSpare();
      lock.unlock();
    }
  }

  private Outcome evacuatePages(int from, int to) {
    for (int page = from; page < to; page++) {
      Segment owner = heap.owner(page);
      if (owner != null && !owner.isFree()) {
        heap.retire(owner);
        Outcome outcome = evacuateWhollyOrGiveUp(owner);
        if (outcome != Outcome.VACATED) {
          return outcome;
        }
      }
    }
    return Outcome.VACATED;
  }

  private Outcome evacuateWhollyOrGiveUp(Segment segment) {
    for (int look = 0; look < LOOKS; look++) {
      if (!evacuate(segment, eviction != null, Long.MAX_VALUE)) {
        return Outcome.NO_ROOM;
      }
      if (segment.isFree()) {
        return Outcome.VACATED;
      }
      Backoff.pause(look);
    }
    return Outcome.BUSY;
  }

  /**
   * Moves or evicts what lives in a segment; what is still being written stays.
   *
   * @return whether there was room for all that was to be moved
   */
  private boolean evacuate(Segment segment, boolean evict, long mostToMove) {
    if (!segment.beginEvacuation()) {
      return true;
    }
    try {
      long mayMove = mostToMove;
      long offset = segment.start();
      while (offset < segment.top()) {
        long word0 = Words.getAcquire(memory, offset);
        long word1 = Words.getAcquire(memory, offset + Long.BYTES);
        int size = RecordLayout.size(word0, word1);
        if (RecordLayout.isLive(word1)) {
          boolean moves = !evict || (size <= mayMove && isSpared(offset));
          if (moves && relocate(offset, word0, word1)) {
            mayMove -= size;
          } else if (evict) {
            evict(offset);
          } else {
            return false;
          }
        }
        offset += size;
      }
      return true;
    } finally {
      heap.endEvacuation(segment);
    }
  }

  private boolean isSpared(long offset) {
    return eviction != null && eviction.sparesRecord(offset);
  }

  private void evict(long offset) {
    if (eviction != null) {
      eviction.evictRecord(offset);
    }
  }

  /** Moves a record, unless it dies meanwhile; the answer is whether there was room to. */
  private boolean relocate(long offset, long word0, long word1) {
    int valueLength = RecordLayout.valueLength(word1);
    boolean expires = RecordLayout.expires(word1);
    long copy =
        heap.allocateForCompaction(
            RecordLayout.word0(0, RecordLayout.keyLength(word0)),
            RecordLayout.pendingWord1(valueLength, expires));
    if (copy == Heap.NONE) {
      return false;
    }
    int body = RecordLayout.size(word0, word1) - RecordLayout.HEADER_SIZE;
    MemorySegment.copy(
        memory, offset + RecordLayout.HEADER_SIZE, memory, copy + RecordLayout.HEADER_SIZE, body);
    long hash = index.hashOfRecord(offset);
    boolean moved = false;
    stripes.lockKey(hash);
    try {
      long slotAddress = index.locateRecord(offset, hash);
      if (slotAddress != Index.NONE) {
        swing(slotAddress, copy, offset);
        moved = true;
      }
    } finally {
      stripes.unlockKey(hash);
    }
    heap.free(moved ? offset : copy);
    if (moved) {
      relocations.increment();
    }
    return true;
  }

  /*
   * The words are read again under the stripes: the walk may have read the first before the record
   * was published, without its version, and the second after.
   */
  private void swing(long slotAddress, long copy, long offset) {
    Words.setPlain(memory, copy, Words.getPlain(memory, offset));
    long word1 = Words.getPlain(memory, offset + Long.BYTES);
    Words.setPlain(memory, copy + Long.BYTES, RecordLayout.movedWord1(word1, offset, copy));
    index.announceDeparture(Index.bucketOfSlot(slotAddress));
    long slot = Words.getPlain(memory, slotAddress);
    Words.setRelease(
        memory, slotAddress, Bucket.slot(Bucket.tag(slot), copy, Bucket.expires(slot)));
    // Before the stripes are free: then the copy may be replaced, and the old one must not count.
    heap.markDead(offset);
  }
}
