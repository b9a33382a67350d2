package io.wisp.store.cuckoo;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The memory of the records, as a log: a record is appended to a segment and never changed, and a
 * segment whose records are all dead gives its pages back. Threads append through a few lanes. A
 * record that would take much of a segment gets pages of its own.
 *
 * <p>The header of a record is written, with its lengths, before the top of the segment passes it;
 * so whoever walks over a segment up to its top finds every record, finished or not.
 */
final class Heap {

  /** The answer if there is no room: offset 0 is the header's. */
  static final long NONE = 0;

  private static final int MAX_LANES = 16;
  private static final int SEGMENTS_PER_LANE = 64;
  private static final int LARGE_SHIFT = 3;

  private final MemorySegment memory;
  private final Pages pages;
  private final Geometry geometry;
  private final Segment[] owners;
  private final Lane[] lanes;
  private final Lane compaction = new Lane();
  private final AtomicLong sequences = new AtomicLong();
  private volatile long spare;

  Heap(MemorySegment memory, Pages pages, Geometry geometry) {
    this.memory = memory;
    this.pages = pages;
    this.geometry = geometry;
    owners = new Segment[geometry.pages()];
    int wanted = Math.min(MAX_LANES, 2 * Runtime.getRuntime().availableProcessors());
    long affordable = geometry.pages() / ((long) SEGMENTS_PER_LANE * geometry.segmentPages());
    lanes = new Lane[Integer.highestOneBit(Math.clamp(affordable, 1, wanted))];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new Lane();
    }
    spare = pages.take(geometry.segmentPages(), geometry.segmentPages());
  }

  /** The size from which on a record gets pages of its own. */
  int largeSize() {
    return geometry.segmentSize() >>> LARGE_SHIFT;
  }

  /** Bytes of records that were allocated and not freed. */
  long liveBytes() {
    long live = 0;
    for (Segment segment : segments(segment -> !segment.isFree())) {
      live += segment.live();
    }
    return live;
  }

  /**
   * Room for a record, with its pending header written.
   *
   * @return its offset, or {@link #NONE} if no lane and no free page has the room
   */
  long allocate(long word0, long pendingWord1) {
    int size = RecordLayout.size(word0, pendingWord1);
    if (size >= largeSize()) {
      return allocateLarge(size, word0, pendingWord1);
    }
    int own = (int) Thread.currentThread().threadId() & (lanes.length - 1);
    long offset = append(lanes[own], size, word0, pendingWord1, true);
    for (int i = 0; offset == NONE && i < lanes.length; i++) {
      offset = append(lanes[i], size, word0, pendingWord1, false);
    }
    return offset;
  }

  /** {@link #allocate} for the compactor's holder, who may also use what compaction left over. */
  long allocateWithLeftovers(long word0, long pendingWord1) {
    long offset = allocate(word0, pendingWord1);
    int size = RecordLayout.size(word0, pendingWord1);
    return offset != NONE || size >= largeSize()
        ? offset
        : append(compaction, size, word0, pendingWord1, false);
  }

  /** Room for the copy of a record; it may use the memory that is kept for nothing else. */
  long allocateForCompaction(long word0, long pendingWord1) {
    int size = RecordLayout.size(word0, pendingWord1);
    if (size >= largeSize()) {
      return allocateLarge(size, word0, pendingWord1);
    }
    long offset = append(compaction, size, word0, pendingWord1, true);
    if (offset == NONE && spare != Pages.NONE) {
      Segment segment = open(spare);
      spare = Pages.NONE;
      replaceSegment(compaction, segment);
      offset = append(compaction, size, word0, pendingWord1, false);
    }
    return offset;
  }

  /**
   * Whether records of so many bytes are sure to find room for their copies. They are packed, so
   * what fits into a run by its size fits, and nobody but the compactor appends where they go.
   */
  boolean canMove(long live) {
    Segment current = compaction.segment();
    return live <= (long) Pages.length(spare) << geometry.pageShift()
        || (current != null && live <= current.remaining());
  }

  /** Sets memory for the next compaction aside, as long a run as there is. */
  void refillSpare() {
    int length = Pages.length(spare);
    if (length < geometry.segmentPages()) {
      long longer = pages.take(length + 1, geometry.segmentPages());
      if (longer != Pages.NONE) {
        releaseSpare();
        spare = longer;
      }
    }
  }

  /** Gives the memory set aside to everyone, until {@link #refillSpare}. */
  void releaseSpare() {
    long run = spare;
    if (run != Pages.NONE) {
      spare = Pages.NONE;
      pages.release(Pages.first(run), Pages.length(run));
    }
  }

  /** Whether the memory set aside has some of these pages. */
  boolean spareOverlaps(int from, int to) {
    return spare != Pages.NONE
        && Pages.first(spare) < to
        && from < Pages.first(spare) + Pages.length(spare);
  }

  /**
   * The run of so many pages with the fewest live bytes in it.
   *
   * @param from the first page that it may have
   * @param evict whether those bytes may be given up; otherwise they must fit into other free pages
   * @return its first page, or 0 if there is none
   */
  int cheapestRun(int length, int from, boolean evict) {
    long cost = 0;
    long best = Long.MAX_VALUE;
    int bestFirst = 0;
    for (int end = from; end < geometry.pages(); end++) {
      int first = end + 1 - length;
      cost += cost(end) - (first > from ? cost(first - 1) : 0);
      if (first >= from && cost < best) {
        best = cost;
        bestFirst = first;
      }
    }
    int freeElsewhere = pages.freeCount() - pages.freeCountIn(bestFirst, bestFirst + length);
    return evict || best <= (long) freeElsewhere << geometry.pageShift() ? bestFirst : 0;
  }

  /** The bytes to move for a page, a segment's being spread evenly over its pages. */
  private long cost(int page) {
    Segment owner = owners[page];
    return owner == null || owner.isFree() ? 0 : owner.live() / owner.pages();
  }

  /** The run of pages that is kept for the next compaction, or {@link Pages#NONE}. */
  long spare() {
    return spare;
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

  private void replaceSegment(Lane lane, Segment next) {
    lane.lock();
    Segment previous = lane.segment();
    lane.setSegment(next);
    lane.unlock();
    if (previous != null) {
      seal(previous);
    }
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

  private @Nullable Segment openFor(int size) {
    long run = pages.take(geometry.pagesFor(size), geometry.segmentPages());
    return run == Pages.NONE ? null : open(run);
  }

  private Segment open(long run) {
    int first = Pages.first(run);
    int length = Pages.length(run);
    Segment segment = new Segment(first, length, geometry.pageShift(), nextSequence());
    for (int page = first; page < first + length; page++) {
      owners[page] = segment;
    }
    return segment;
  }

  long nextSequence() {
    return sequences.incrementAndGet();
  }

  private void seal(Segment segment) {
    if (segment.seal()) {
      release(segment);
    }
  }

  /**
   * Tells readers that remember where a record is that it no longer counts. The caller holds the
   * stripes of its key, and does so before others can find what comes after the record, or that
   * nothing does: whoever reads later must not find the record alive.
   */
  void markDead(long offset) {
    long word1 = Words.getPlain(memory, offset + Long.BYTES);
    Words.setRelease(memory, offset + Long.BYTES, word1 | RecordLayout.DEAD);
  }

  /** Marks a record dead and gives its memory up. The caller made sure that no slot has it. */
  void free(long offset) {
    markDead(offset);
    long word0 = Words.getPlain(memory, offset);
    long word1 = Words.getPlain(memory, offset + Long.BYTES);
    int size = RecordLayout.size(word0, word1);
    Segment segment = owners[(int) (offset >>> geometry.pageShift())];
    if (segment.free(size)) {
      release(segment);
    }
  }

  /** Makes sure that no lane appends to a segment any more. */
  void retire(Segment segment) {
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
   * Ends an evacuation. If it used up the memory set aside for it, the pages that it freed are set
   * aside at once: through the free pages, writers could be there first, and the next evacuation
   * would have nowhere to copy to while most of the heap may be dead.
   */
  void endEvacuation(Segment segment) {
    if (!segment.endEvacuation()) {
      return;
    }
    if (spare == Pages.NONE
        && segment.pages() <= geometry.segmentPages()
        && pages.isOpen(segment.firstPage(), segment.pages())) {
      spare = Pages.run(segment.firstPage(), segment.pages());
    } else {
      release(segment);
    }
  }

  private void release(Segment segment) {
    pages.release(segment.firstPage(), segment.pages());
  }

  /** The segment that has a page now or had it last, or null. */
  @Nullable Segment owner(int page) {
    return page < owners.length ? owners[page] : null;
  }

  /**
   * Of the segments that can be moved now, the one with the most dead bytes, and at least so many.
   *
   * @param except segments that are left out
   */
  @Nullable Segment mostDead(long leastDead, Set<Segment> except) {
    Segment most = null;
    long mostDead = leastDead - 1;
    for (Segment segment : owners) {
      if (segment != null
          && segment != most
          && segment.dead() > mostDead
          && segment.isSealed()
          && canMove(segment.live())
          && !except.contains(segment)) {
        most = segment;
        mostDead = segment.dead();
      }
    }
    return most;
  }

  /** The sealed segment that was opened, or spared from eviction, the longest ago. */
  @Nullable Segment oldest() {
    Segment oldest = null;
    for (Segment segment : owners) {
      if (segment != null
          && segment.isSealed()
          && (oldest == null || segment.sequence() < oldest.sequence())) {
        oldest = segment;
      }
    }
    return oldest;
  }

  /** The segments that the predicate accepts; some may have given their pages back since. */
  List<Segment> segments(Predicate<Segment> wanted) {
    List<Segment> segments = new ArrayList<>();
    Segment last = null;
    for (Segment segment : owners) {
      if (segment != null && segment != last && wanted.test(segment)) {
        segments.add(segment);
      }
      last = segment;
    }
    return segments;
  }
}
