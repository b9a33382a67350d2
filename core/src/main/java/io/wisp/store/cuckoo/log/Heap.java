// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
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
public final class Heap {

  /** The answer if there is no room: offset 0 is the header's. */
  public static final long NONE = 0;

  private static final int MAX_LANES = 16;
  private static final int SEGMENTS_PER_LANE = 64;
  private static final int LARGE_SHIFT = 3;

  /** What a page costs that the index has, or that somebody took a moment ago. */
  private static final long IMMOVABLE = -1;

  private final MemorySegment memory;
  private final Pages pages;
  private final Geometry geometry;
  private final Segment[] owners;
  private final Lane[] lanes;
  private final Lane compaction = new Lane();
  private final AtomicLong sequences = new AtomicLong();

  public Heap(MemorySegment memory, Pages pages, Geometry geometry) {
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
  }

  /** What all records of a table could take at most, if nothing were ever lost between them. */
  public long limit(long indexBytes) {
    return bytes(geometry.pages() - geometry.segmentPages()) - indexBytes;
  }

  /** The size from which on a record gets pages of its own. */
  int largeSize() {
    return geometry.segmentSize() >>> LARGE_SHIFT;
  }

  /** Bytes of records that were allocated and not freed. */
  public long liveBytes() {
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
  public long allocate(long word0, long pendingWord1) {
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

  /**
   * Room for the copy of a record.
   *
   * @param mayTakeSpare whether the spare may be used because a run as long is about to be freed;
   *     otherwise what is free is
   */
  long allocateForCompaction(long word0, long pendingWord1, boolean mayTakeSpare) {
    int size = RecordLayout.size(word0, pendingWord1);
    if (size >= largeSize()) {
      return allocateLarge(size, word0, pendingWord1);
    }
    long offset = append(compaction, size, word0, pendingWord1, !mayTakeSpare);
    if (offset == NONE && mayTakeSpare) {
      long run = pages.takeSpare();
      if (run != Pages.NONE) {
        replaceSegment(compaction, open(run));
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
    Segment previous = compaction.segment();
    replaceSegment(compaction, open(run));
    return Objects.requireNonNull(previous);
  }

  /** Bytes left where compaction copies to. */
  private long leftover() {
    Segment current = compaction.segment();
    return current == null ? 0 : current.remaining();
  }

  /**
   * The run of so many pages with the fewest live bytes in it.
   *
   * @param evict whether those bytes may be given up; otherwise they must fit elsewhere
   * @return its first page, or 0 if there is none
   */
  int cheapestRun(int length, boolean evict) {
    BitSet free = pages.free();
    long spare = pages.spare();
    long cost = 0;
    long best = Long.MAX_VALUE;
    int bestFirst = 0;
    int first = 0;
    for (int page = 0; page < geometry.pages(); page++) {
      long added = cost(page, free, spare);
      if (added == IMMOVABLE) {
        first = page + 1;
        cost = 0;
        continue;
      }
      cost += added;
      if (page - first == length) {
        cost -= cost(first++, free, spare);
      }
      if (page + 1 - first == length && cost < best) {
        best = cost;
        bestFirst = first;
      }
    }
    int freeElsewhere = pages.freeCount() - pages.freeCountIn(bestFirst, bestFirst + length);
    return evict || best <= leftover() + bytes(freeElsewhere) ? bestFirst : 0;
  }

  /**
   * The bytes to move for a page, a segment's being spread evenly over its pages. For the spare
   * other pages must be found.
   */
  private long cost(int page, BitSet free, long spare) {
    if (free.get(page)) {
      return 0;
    }
    if (page >= Pages.first(spare) && page < Pages.first(spare) + Pages.length(spare)) {
      return geometry.pageSize();
    }
    Segment owner = owners[page];
    return owner == null || owner.isFree() ? IMMOVABLE : owner.live() / owner.pages();
  }

  private long bytes(int pages) {
    return (long) pages << geometry.pageShift();
  }

  /** Whether all that lives in a segment may find room in others, without the spare. */
  boolean mayMoveWithoutSpare(Segment segment) {
    long elsewhere = segment == compaction.segment() ? 0 : leftover();
    return segment.live() <= elsewhere + bytes(pages.openCount());
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
    Segment segment = owners[(int) (offset >>> geometry.pageShift())];
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

  void endEvacuation(Segment segment) {
    if (segment.endEvacuation()) {
      release(segment);
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
    pages.release(segment.firstPage(), segment.pages());
  }

  /** The segment that has a page now or had it last, or null. */
  public @Nullable Segment owner(int page) {
    return page < owners.length ? owners[page] : null;
  }

  /**
   * Of the segments that can be moved now, the one from which the most bytes can be won, and at
   * least so many.
   *
   * @param round the round whose passed over segments are left out
   */
  @Nullable Segment mostToWin(long least, long round) {
    long leftover = leftover();
    Segment most = null;
    long mostToWin = least - 1;
    for (int page = 0; page < owners.length; page = nextPage(page)) {
      Segment segment = owners[page];
      if (segment != null && segment.isSealed() && !segment.isPassedOver(round)) {
        long toWin = toWin(segment, leftover);
        if (toWin > mostToWin) {
          most = segment;
          mostToWin = toWin;
        }
      }
    }
    return most;
  }

  /**
   * The bytes that moving a segment adds to those that can be written. What does not fit into what
   * is left of the segment that is copied to goes into the spare, and then the end of that one is
   * lost, which is shorter than the record that did not fit.
   */
  private long toWin(Segment segment, long leftover) {
    long live = segment.live();
    if (segment.largest() >= largeSize()) {
      return 0;
    }
    long lost = live <= leftover ? 0 : Math.min(leftover, segment.largest());
    return segment.capacity() - live - lost;
  }

  /** Whether a segment's pages can replace the spare. */
  public boolean isFullLength(Segment segment) {
    return segment.pages() == geometry.segmentPages();
  }

  /** The page behind the segment that has this page, or behind the page if none has. */
  private int nextPage(int page) {
    Segment segment = owners[page];
    return segment == null || segment.isFree()
        ? page + 1
        : Math.max(page + 1, segment.firstPage() + segment.pages());
  }

  /**
   * The sealed segment that was opened, or spared from eviction, the longest ago.
   *
   * @param round the round whose passed over segments are left out
   */
  @Nullable Segment oldest(long round) {
    Segment oldest = null;
    for (int page = 0; page < owners.length; page = nextPage(page)) {
      Segment segment = owners[page];
      if (segment != null
          && segment.isSealed()
          && !segment.isPassedOver(round)
          && (oldest == null || segment.sequence() < oldest.sequence())) {
        oldest = segment;
      }
    }
    return oldest;
  }

  /** The segments that the predicate accepts; some may have given their pages back since. */
  public List<Segment> segments(Predicate<Segment> wanted) {
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
