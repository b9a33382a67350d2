// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.log.Segment;
import io.wisp.store.cuckoo.log.SegmentLengths;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.Journal;
import io.wisp.store.cuckoo.region.RecoveryArea;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.UnrecoverableException;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.Index;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What is made of the region of a kept table whose process has ended. FORMAT.md says why it is
 * right, whatever that process was doing. It changes nothing that another recovery, if this one is
 * ended as well, would judge in another way.
 *
 * <p>The index is gone over twice and each segment once, from its start to its end, by the threads
 * of parallel streams: as many as there are processors, unless the caller is a thread of another
 * pool. What comes of it does not depend on them: no thread decides by what another one changes in
 * the same pass. It takes a bit of memory for 8 bytes of the region.
 */
public final class Recovery {

  /** A split or a merge that was under way leaves one bucket with the level of before. */
  private static final int MOST_MISFITS = 1;

  private final MemorySegment memory;
  private final Geometry geometry;
  private final Index index;
  private final Journal journal;
  private final SegmentLengths lengths;
  private final int indexPages;
  private final boolean wasClosed;
  private final boolean machineEnded;
  private final BitSet segmentPages = new BitSet();
  private final RecoveryCounts counts = new RecoveryCounts();
  private final long start = System.nanoTime();

  private Recovery(MemorySegment memory, Geometry geometry, RecoveryArea area) {
    this.memory = memory;
    this.geometry = geometry;
    index = new Index(memory, Words.getPlain(memory, RegionHeader.HASH_SEED_OFFSET));
    journal = new Journal(memory, area);
    lengths = new SegmentLengths(memory, area);
    indexPages = RegionHeader.indexPages(memory);
    wasClosed = RegionHeader.wasClosed(memory);
    machineEnded = !wasClosed && RegionHeader.isOfAnotherRun(memory);
  }

  /**
   * What a recovery found.
   *
   * @param segments those in which something lives
   * @param freePages which are neither theirs nor the index's
   * @param expiring entries that expire
   */
  public record Result(
      List<Segment> segments, BitSet freePages, long expiring, RecoveryReport report) {}

  /**
   * Recovers a region that nobody else uses.
   *
   * @param geometry of what lies before the recovery area
   * @param minBuckets the fewest that an index such as this has
   * @param fixed whether it has no more
   * @throws UnrecoverableException if the region is not that of such a table, or is damaged in a
   *     way that could pass for data; the message says how
   */
  public static Result run(
      MemorySegment memory, Geometry geometry, RecoveryArea area, long minBuckets, boolean fixed) {
    new HeaderCheck(memory, geometry).require(area, minBuckets, fixed);
    return new Recovery(memory, geometry, area).run();
  }

  private Result run() {
    List<Integer> starts = findSegments();
    requireJournal();
    take();
    long redone = journal.count();
    journal.redo();
    try (WordSet named = new WordSet(memory.byteSize());
        WordSet confirmed = new WordSet(memory.byteSize())) {
      IndexCheck entries =
          new IndexCheck(
              memory,
              geometry,
              index,
              segmentPages,
              named,
              confirmed,
              new RecordJudge(memory, index, confirmed),
              counts);
      entries.collect();
      requireLevels();
      requireSegments(named.next(0, memory.byteSize()) < memory.byteSize());
      SegmentChecks checks =
          new SegmentChecks(memory, geometry, index, lengths, starts, named, confirmed, counts);
      checks.judge();
      requireSegments(true);
      requireVersions();
      checks.buryRest();
      List<Segment> segments = checks.segments();
      entries.retireOthers(geometry.bytes(indexPages));
      entries.clear();
      forgetOthers(starts, segments);
      return new Result(segments, freePages(segments), counts.expiring.sum(), report(redone));
    }
  }

  /**
   * Before anything changes. If the machine has ended, whoever recovers what this process leaves is
   * to know that, too.
   */
  private void take() {
    RegionHeader.invalidate(memory);
    if (machineEnded) {
      RegionHeader.useStill(memory);
    } else {
      RegionHeader.use(memory);
    }
  }

  /**
   * The first pages of all segments; their lengths are in the recovery area. None is longer than
   * the longest record wants. So what lies between two records of one is never more than the header
   * of a dead one can say.
   */
  private List<Integer> findSegments() {
    List<Integer> starts = new ArrayList<>();
    int longest = geometry.pagesFor(RecordLayout.MAX_SIZE);
    for (int page = 0; page < geometry.pages(); page++) {
      long pages = lengths.get(page);
      if (pages == 0) {
        continue;
      }
      if (page < indexPages || pages < 0 || pages > Math.min(longest, geometry.pages() - page)) {
        throw new UnrecoverableException(
            "its recovery area is damaged: no segment has %d pages at page %d", pages, page);
      }
      int end = page + (int) pages;
      if (segmentPages.nextSetBit(page) >= 0) {
        throw new UnrecoverableException(
            "its recovery area is damaged: two segments have page %d", page);
      }
      segmentPages.set(page, end);
      starts.add(page);
    }
    return starts;
  }

  private void requireJournal() {
    boolean isSound = journal.isSound();
    for (int i = 0; isSound && i < journal.count(); i++) {
      long offset = journal.offset(i);
      isSound =
          offset % Long.BYTES == 0
              && offset >= Index.OFFSET
              && offset < geometry.bytes(geometry.pages());
    }
    if (!isSound) {
      throw new UnrecoverableException("its recovery area is damaged: its journal makes no sense");
    }
  }

  private void requireLevels() {
    if (counts.misfits.sum() > MOST_MISFITS) {
      throw new UnrecoverableException(
          "its index is damaged: %d of its buckets do not belong to %d buckets",
          counts.misfits.sum(), index.buckets());
    }
  }

  /**
   * Refuses lengths of segments that are damaged. They have no check of their own: but each record
   * that a slot names and that is whole lies in a segment, or the lengths are not those of the
   * slots. It is asked before segments are gone over, which changes what is between their records.
   *
   * <p>If the machine has ended, the pages of lengths and of slots may be of different times, and
   * what does not fit together is dropped as what is damaged.
   *
   * @param hasOthers whether there are other records
   */
  private void requireSegments(boolean hasOthers) {
    long strays = counts.strays.sum();
    if (strays > 0 && !(machineEnded && hasOthers)) {
      throw new UnrecoverableException(
          "its recovery area is damaged: records that are not all in a segment: %d", strays);
    }
  }

  private void requireVersions() {
    long bound = RegionHeader.versionBound(memory);
    long last = counts.lastVersion.get();
    if (bound < last && machineEnded) {
      // The pages of records were written back before that of the header.
      RegionHeader.setVersionBound(memory, last);
    } else if (bound < last) {
      throw new UnrecoverableException(
          "its header is damaged: it says that no version is above %d, and there is %d",
          bound, last);
    }
  }

  /** When no slot names anything in them: what they were is needed until then. */
  private void forgetOthers(List<Integer> starts, List<Segment> segments) {
    BitSet alive = new BitSet();
    segments.forEach(segment -> alive.set(segment.firstPage()));
    starts.stream().filter(page -> !alive.get(page)).forEach(lengths::remove);
  }

  private BitSet freePages(List<Segment> segments) {
    BitSet free = new BitSet();
    free.set(indexPages, geometry.pages());
    for (Segment segment : segments) {
      free.clear(segment.firstPage(), segment.firstPage() + segment.pages());
    }
    return free;
  }

  private RecoveryReport report(long redone) {
    return new RecoveryReport(
        wasClosed,
        machineEnded,
        counts.entries.sum(),
        counts.bytes.sum(),
        counts.finished.sum(),
        redone,
        counts.unfinished.sum(),
        counts.doubled.sum(),
        counts.damaged.sum(),
        Duration.ofNanos(System.nanoTime() - start));
  }
}
