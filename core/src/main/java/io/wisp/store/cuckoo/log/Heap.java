// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The memory of the records, as a log: a record is appended to a segment and never changes its
 * size, and a segment whose records are all dead gives its pages back. Threads append through a few
 * lanes. A record that would take much of a segment gets pages of its own.
 *
 * <p>The header of a record is written, with its lengths, before the top of the segment passes it;
 * so whoever walks over a segment up to its top finds every record, finished or not.
 */
public final class Heap {

  /** The answer if there is no room: offset 0 is the header's. */
  public static final long NONE = 0;

  private static final int MAX_LANES = 16;
  private static final int SEGMENTS_PER_LANE = 64;

  private final MemorySegment memory;
  private final Pages pages;
  private final Geometry geometry;
  private final SegmentTable segments;
  private final Lane[] lanes;
  private final Lane compaction = new Lane();
  private final AtomicLong sequences = new AtomicLong();
  private final @Nullable SegmentLengths lengths;

  /**
   * An empty heap in those pages of the memory that are free.
   *
   * @param lengths where segments are written down; null if the table is not kept
   */
  public Heap(
      MemorySegment memory, Pages pages, Geometry geometry, @Nullable SegmentLengths lengths) {
    this.memory = memory;
    this.pages = pages;
    this.geometry = geometry;
    this.lengths = lengths;
    segments = new SegmentTable(pages, geometry);
    int wanted = Math.min(MAX_LANES, 2 * Runtime.getRuntime().availableProcessors());
    long affordable = geometry.pages() / ((long) SEGMENTS_PER_LANE * geometry.segmentPages());
    lanes = new Lane[Integer.highestOneBit(Math.clamp(affordable, 1, wanted))];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new Lane();
    }
  }

  /**
   * Takes over the sealed segments that a process left which has ended, and whose pages are not
   * free.
   *
   * @param lastSequence the greatest of theirs
   */
  public void adopt(Iterable<Segment> left, long lastSequence) {
    left.forEach(segments::add);
    sequences.set(lastSequence);
  }

  /** Goes on copying into a sealed segment, behind what is in it. */
  void continueCompactionBehind(Segment segment) {
    segment.reopen();
    replaceCompaction(segment);
  }

  /** Goes on copying into free pages; the answer is whether so many bytes are there in a row. */
  boolean continueCompactionInFree(long bytes) {
    Segment next = openFor(bytes);
    if (next == null) {
      return false;
    }
    replaceCompaction(next);
    return true;
  }

  /** All segments. */
  public SegmentTable segments() {
    return segments;
  }

  /** What all records of a table could take at most, if nothing were ever lost between them. */
  public long limit(long indexBytes) {
    return geometry.bytes(geometry.pages() - geometry.segmentPages()) - indexBytes;
  }

  /** Bytes of records that were allocated and not freed. */
  public long liveBytes() {
    long live = 0;
    for (Segment segment : segments.select(segment -> !segment.isFree())) {
      live += segment.live();
    }
    return live;
  }

  /**
   * Room for a record, with its pending header written.
   *
   * @return its offset, or {@link #NONE} if neither the caller's lane nor the free pages have it
   */
  public long allocate(long word0, long pendingWord1) {
    int size = RecordLayout.size(word0, pendingWord1);
    return size >= geometry.largeRecordSize()
        ? allocateLarge(size, word0, pendingWord1)
        : append(ownLane(), size, word0, pendingWord1, true);
  }

  private Lane ownLane() {
    return lanes[(int) Thread.currentThread().threadId() & (lanes.length - 1)];
  }

  /**
   * Room in any lane, for one who has none in his own. Threads that append to the same lane take
   * turns, and its end goes from core to core with each; so it is not for every record.
   */
  long allocateAnywhere(long word0, long pendingWord1) {
    int size = RecordLayout.size(word0, pendingWord1);
    long offset = NONE;
    for (int i = 0; offset == NONE && isSmall(size) && i < lanes.length; i++) {
      offset = append(lanes[i], size, word0, pendingWord1, false);
    }
    return offset;
  }

  /**
   * {@link #allocate} for the compactor's holder, whose lane goes on behind what compaction has
   * copied, if need be. Compaction then copies to the spare.
   */
  long allocateBehindCopies(long word0, long pendingWord1) {
    int size = RecordLayout.size(word0, pendingWord1);
    long offset = allocate(word0, pendingWord1);
    if (offset == NONE && isSmall(size) && leftover() >= size) {
      takeOverLeftover(ownLane(), size);
      offset = allocate(word0, pendingWord1);
    }
    return offset;
  }

  private boolean isSmall(int size) {
    return size < geometry.largeRecordSize();
  }

  private void takeOverLeftover(Lane lane, int size) {
    lane.lock();
    Segment full = lane.segment();
    boolean isFull = full == null || full.remaining() < size;
    if (isFull) {
      compaction.lock();
      lane.setSegment(compaction.segment());
      compaction.setSegment(null);
      compaction.unlock();
    }
    lane.unlock();
    if (isFull && full != null) {
      seal(full);
    }
  }

  /**
   * Room for the copy of a record.
   *
   * @param mayTakeSpare whether the spare may be used because a run as long is about to be freed;
   *     otherwise what is free is
   */
  long allocateForCompaction(long word0, long pendingWord1, boolean mayTakeSpare) {
    int size = RecordLayout.size(word0, pendingWord1);
    if (size >= geometry.largeRecordSize()) {
      return allocateLarge(size, word0, pendingWord1);
    }
    long offset = append(compaction, size, word0, pendingWord1, !mayTakeSpare);
    if (offset == NONE && mayTakeSpare) {
      long run = pages.takeSpare();
      if (run != Pages.NONE) {
        replaceCompaction(open(run));
        offset = append(compaction, size, word0, pendingWord1, false);
      }
    }
    return offset;
  }

  /**
   * Goes on in a run of pages that the caller has taken.
   *
   * @return the segment that compaction copied to before, sealed now
   */
  Segment continueCompactionIn(long run) {
    return Objects.requireNonNull(replaceCompaction(open(run)));
  }

  /** Bytes left where compaction copies to. */
  long leftover() {
    Segment current = compaction.segment();
    return current == null ? 0 : current.remaining();
  }

  /** Whether all that lives in a segment may find room in others, without the spare. */
  boolean mayMoveWithoutSpare(Segment segment) {
    long elsewhere = segment == compaction.segment() ? 0 : leftover();
    return segment.live() <= elsewhere + geometry.bytes(pages.openCount());
  }

  private long append(Lane lane, int size, long word0, long word1, boolean mayOpen) {
    lane.lock();
    try {
      Segment segment = lane.segment();
      if (segment == null || segment.remaining() < size) {
        Segment next = mayOpen ? openFor(size) : null;
        if (next == null) {
          return NONE;
        }
        lane.setSegment(next);
        if (segment != null) {
          seal(segment);
        }
        segment = next;
      }
      return place(segment, size, word0, word1);
    } finally {
      lane.unlock();
    }
  }

  private @Nullable Segment replaceCompaction(Segment next) {
    compaction.lock();
    Segment previous = compaction.segment();
    compaction.setSegment(next);
    compaction.unlock();
    if (previous != null) {
      seal(previous);
    }
    return previous;
  }

  private long place(Segment segment, int size, long word0, long word1) {
    long offset = segment.top();
    Words.setPlain(memory, offset, word0);
    Words.setPlain(memory, offset + Long.BYTES, word1);
    segment.advance(size);
    return offset;
  }

  private long allocateLarge(int size, long word0, long word1) {
    int needed = geometry.pagesFor(size);
    long run = pages.take(needed, needed);
    return run == Pages.NONE ? NONE : placeAlone(run, size, word0, word1);
  }

  /** Puts a record alone on a run of pages that the caller has taken. */
  long placeAlone(long run, int size, long word0, long word1) {
    Segment segment = open(run);
    long offset = place(segment, size, word0, word1);
    seal(segment);
    return offset;
  }

  private @Nullable Segment openFor(long size) {
    long run = pages.take(geometry.pagesFor(size), geometry.segmentPages());
    return run == Pages.NONE ? null : open(run);
  }

  private Segment open(long run) {
    int first = Pages.first(run);
    int length = Pages.length(run);
    Segment segment = new Segment(first, length, geometry.pageShift(), nextSequence());
    if (lengths != null) {
      lengths.put(first, length);
    }
    segments.add(segment);
    return segment;
  }

  long nextSequence() {
    return sequences.incrementAndGet();
  }

  /** Ends appending to a segment, or its evacuation, and frees it if all in it is dead. */
  void seal(Segment segment) {
    if (segment.seal()) {
      release(segment);
    }
  }

  /**
   * Tells readers that remember where a record is that it no longer counts. The caller holds the
   * stripes of its key, and does so before others can find what comes after the record, or that
   * nothing does: whoever reads later must not find the record alive.
   */
  public void markDead(long offset) {
    long word1 = Words.getPlain(memory, offset + Long.BYTES);
    Words.setRelease(memory, offset + Long.BYTES, word1 | RecordLayout.DEAD);
  }

  /** Marks a record dead and gives its memory up. The caller made sure that no slot has it. */
  public void free(long offset) {
    markDead(offset);
    long word0 = Words.getPlain(memory, offset);
    long word1 = Words.getPlain(memory, offset + Long.BYTES);
    int size = RecordLayout.size(word0, word1);
    Segment segment = segments.ofRecord(offset);
    if (segment.free(size)) {
      release(segment);
    }
  }

  /** Makes sure that no lane appends to a segment any more. */
  public void retire(Segment segment) {
    for (int i = 0; i <= lanes.length; i++) {
      Lane lane = i < lanes.length ? lanes[i] : compaction;
      lane.lock();
      boolean appends = lane.segment() == segment;
      if (appends) {
        lane.setSegment(null);
      }
      lane.unlock();
      if (appends) {
        seal(segment);
      }
    }
  }

  /**
   * Seals the segments of all lanes from which so much could be won, because nobody may ever append
   * to them again; whoever does goes on in another one.
   *
   * @return whether there were any
   */
  boolean sealOpen(long least) {
    boolean any = false;
    for (Lane lane : lanes) {
      any |= seal(lane, least, false);
    }
    // What is left of the compactor's is won already; it only gains what died there.
    boolean ofCompaction = seal(compaction, least, true);
    return any || ofCompaction;
  }

  private boolean seal(Lane lane, long least, boolean onlyDead) {
    lane.lock();
    Segment segment = lane.segment();
    boolean seals =
        segment != null
            && (onlyDead ? segment.dead() : segment.capacity() - segment.live()) >= least;
    if (seals) {
      lane.setSegment(null);
    }
    lane.unlock();
    if (seals && segment != null) {
      seal(segment);
    }
    return seals;
  }

  private void release(Segment segment) {
    if (lengths != null) {
      lengths.remove(segment.firstPage());
    }
    pages.release(segment.firstPage(), segment.pages());
  }
}
