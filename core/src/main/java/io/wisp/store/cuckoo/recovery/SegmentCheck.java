// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.recovery;

import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.log.Segment;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.UnrecoverableException;
import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Goes over a segment from its start to its end, has the records judged that slots name, and marks
 * dead what lies between them: nothing finds it, and a client that remembers where it is must not
 * take it for alive.
 *
 * <p>What lies before the first of them and behind the last it leaves as it is until all segments
 * are judged. If lengths are damaged, a record of the segment before may end there, or one of this
 * segment begin there; and that is found when it is judged, earlier or later, by another thread.
 */
final class SegmentCheck {

  private final MemorySegment memory;
  private final int firstPage;
  private final int pages;
  private final Geometry geometry;
  private final long start;
  private final long limit;
  private long first;
  private long position;
  private long dead;
  private long sequence;
  private int largest;
  private int alive;

  /** The check of a segment. */
  SegmentCheck(MemorySegment memory, Geometry geometry, int firstPage, int pages) {
    this.memory = memory;
    this.geometry = geometry;
    this.firstPage = firstPage;
    this.pages = pages;
    start = geometry.bytes(firstPage);
    limit = start + geometry.bytes(pages);
    first = limit;
    position = start;
  }

  /**
   * Judges its records.
   *
   * @param named the records that slots name; those are removed that are not their keys'
   * @throws UnrecoverableException if it cannot be such a segment
   */
  void judge(RecordBatch batch, WordSet named, RecordJudge judge) {
    for (long next = start; next < limit; ) {
      next = batch.load(next, limit);
      for (int i = 0; i < batch.count(); i++) {
        long record = batch.record(i);
        if (record >= position
            && judge.confirm(record, batch.hash(i), batch.slotAddress(i), batch.isWhole(i))) {
          add(record, judge);
        } else {
          named.remove(record);
        }
      }
    }
    if (pages > geometry.segmentPages() && alive > 1) {
      throw new UnrecoverableException(
          "its recovery area is damaged: a segment of %d pages has %d records", pages, alive);
    }
  }

  private void add(long record, RecordJudge judge) {
    if (alive == 0) {
      first = record;
      sequence = judge.version(record);
    } else {
      fill(position, record);
    }
    int size = judge.size(record);
    dead += record - position;
    largest = Math.max(largest, size);
    alive++;
    position = record + size;
  }

  /** Marks dead what lies before the first record and behind the last, or all if there is none. */
  void buryRest() {
    if (alive > 0) {
      fill(start, first);
    }
    bury(position, limit);
  }

  /** The segment as it is afterwards, or null if nothing in it is alive. */
  @Nullable Segment left() {
    return alive == 0
        ? null
        : Segment.left(geometry, firstPage, pages, sequence, position, dead, largest);
  }

  /**
   * Makes the memory between two records, or before the first one, dead records: those that are
   * there, as records follow each other without gaps; or one, if what is there is damaged.
   */
  private void fill(long from, long to) {
    if (bury(from, to) == to) {
      return;
    }
    if (to - from < RecordLayout.HEADER_SIZE) {
      throw new UnrecoverableException(
          "the %d bytes before the record at %d are no record's", to - from, to);
    }
    Words.setPlain(memory, from, 0);
    Words.setRelease(memory, from + Long.BYTES, RecordLayout.fillerWord1((int) (to - from)));
  }

  private static boolean isRecord(long word0, long word1) {
    return RecordLayout.isPossible(word0, word1) || RecordLayout.isFiller(word0, word1);
  }

  /** Marks the records dead that follow each other from here on; the answer is where they end. */
  private long bury(long from, long to) {
    long offset = from;
    while (to - offset >= RecordLayout.HEADER_SIZE) {
      long word0 = Words.getPlain(memory, offset);
      long word1 = Words.getPlain(memory, offset + Long.BYTES);
      int size = RecordLayout.size(word0, word1);
      if (!isRecord(word0, word1) || size > to - offset) {
        return offset;
      }
      if (!RecordLayout.isDead(word1)) {
        Words.setRelease(memory, offset + Long.BYTES, word1 | RecordLayout.DEAD);
      }
      offset += size;
    }
    return offset;
  }
}
