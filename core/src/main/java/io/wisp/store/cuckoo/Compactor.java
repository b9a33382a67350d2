package io.wisp.store.cuckoo;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wins back the memory of dead records: copies what is alive in a segment to elsewhere, so that the
 * segment's pages become free. One thread at a time compacts; it holds the stripes of one key at a
 * time, so readers never wait and writers hardly.
 *
 * <p>A record moves like this: copy it, make its slot point to the copy, mark the old one dead. So
 * it can be found at every moment, and its version and checksum stay.
 */
final class Compactor {

  /** A segment is worth the work if at least this share of it is dead, as a power of two. */
  private static final int WORTHWHILE_SHIFT = 7;

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final Pages pages;
  private final Heap heap;
  private final Geometry geometry;
  private final ReentrantLock lock = new ReentrantLock();
  private final LongAdder relocations = new LongAdder();

  Compactor(
      MemorySegment memory,
      Index index,
      Stripes stripes,
      Pages pages,
      Heap heap,
      Geometry geometry) {
    this.memory = memory;
    this.index = index;
    this.stripes = stripes;
    this.pages = pages;
    this.heap = heap;
    this.geometry = geometry;
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
    lock.lock();
    try {
      int size = RecordLayout.size(word0, pendingWord1);
      for (int left = 16 + 4 * geometry.pagesFor(size) / geometry.segmentPages(); ; left--) {
        long offset = heap.allocate(word0, pendingWord1);
        if (offset != Heap.NONE || left == 0 || !compactOne(worthwhile(size))) {
          return offset;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private long worthwhile(int size) {
    int least = geometry.segmentSize() >>> WORTHWHILE_SHIFT;
    return size >= heap.largeSize() ? least : Math.max(size, least);
  }

  /** Evacuates the segment with the most dead bytes, if it has at least so many. */
  private boolean compactOne(long leastDead) {
    heap.refillSpare();
    Segment victim = null;
    for (Segment segment : heap.segments(s -> s.isSealed() && s.dead() >= leastDead)) {
      if ((victim == null || segment.dead() > victim.dead()) && heap.canMove(segment.live())) {
        victim = segment;
      }
    }
    if (victim == null) {
      return false;
    }
    evacuate(victim);
    heap.refillSpare();
    return true;
  }

  /** Evacuates one segment if more than half of it is dead; the answer is whether there was one. */
  boolean compactInBackground() {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      return compactOne(geometry.segmentSize() / 2);
    } finally {
      lock.unlock();
    }
  }

  /** Takes these pages from the heap; the answer is whether that was possible. */
  boolean vacate(int from, int to) {
    lock.lock();
    pages.close(from, to);
    try {
      return evacuatePages(from, to) && pages.claim(from, to);
    } finally {
      pages.open();
      lock.unlock();
    }
  }

  private boolean evacuatePages(int from, int to) {
    for (int page = from; page < to; page++) {
      Segment owner = heap.owner(page);
      if (owner != null && !owner.isFree()) {
        heap.retire(owner);
        evacuate(owner);
        if (!owner.isFree()) {
          return false;
        }
      }
    }
    return true;
  }

  private void evacuate(Segment segment) {
    if (!segment.beginEvacuation()) {
      return;
    }
    try {
      long offset = segment.start();
      while (offset < segment.top()) {
        long word0 = Words.getAcquire(memory, offset);
        long word1 = Words.getAcquire(memory, offset + Long.BYTES);
        if (RecordLayout.isLive(word1) && !relocate(offset, word0, word1)) {
          return;
        }
        offset += RecordLayout.size(word0, word1);
      }
    } finally {
      heap.endEvacuation(segment);
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
        swing(slotAddress, copy, word0, word1);
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

  private void swing(long slotAddress, long copy, long word0, long word1) {
    Words.setPlain(memory, copy, word0);
    Words.setPlain(memory, copy + Long.BYTES, word1);
    index.announceDeparture(Index.bucketOfSlot(slotAddress));
    long slot = Words.getPlain(memory, slotAddress);
    Words.setRelease(
        memory, slotAddress, Bucket.slot(Bucket.tag(slot), copy, Bucket.expires(slot)));
  }
}
