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
 */
final class SegmentCheck {

  /** Records whose buckets are fetched at once. */
  private static final int AT_ONCE = 16;

  private final MemorySegment memory;
  private final WordSet named;
  private final RecordJudge judge;
  private final int firstPage;
  private final int pages;
  private final Geometry geometry;
  private final long start;
  private final long limit;
  private final long[] hashes = new long[AT_ONCE];
  private final long[] records = new long[AT_ONCE];
  private long position;
  private long dead;
  private long sequence;
  private int largest;
  private int alive;

  /**
   * The check of a segment.
   *
   * @param named the records that slots name; those are removed that are not their keys'
   */
  SegmentCheck(
      MemorySegment memory,
      Geometry geometry,
      WordSet named,
      RecordJudge judge,
      int firstPage,
      int pages) {
    this.memory = memory;
    this.geometry = geometry;
    this.named = named;
    this.judge = judge;
    this.firstPage = firstPage;
    this.pages = pages;
    start = geometry.bytes(firstPage);
    limit = start + geometry.bytes(pages);
    position = start;
  }

  /** The segment as it is afterwards, or null if nothing in it is alive. */
  @Nullable Segment run() {
    long record = named.next(start, limit);
    while (record < limit) {
      int count = 0;
      for (; count < AT_ONCE && record < limit; count++) {
        records[count] = record;
        hashes[count] = judge.hash(record);
        record = named.next(record + Long.BYTES, limit);
      }
      for (int i = 0; i < count; i++) {
        check(records[i], hashes[i]);
      }
    }
    bury(position, limit);
    if (pages > geometry.segmentPages() && alive > 1) {
      throw new UnrecoverableException(
          "its recovery area is damaged: a segment of %d pages has %d records", pages, alive);
    }
    return largest == 0
        ? null
        : Segment.left(geometry, firstPage, pages, sequence, position, dead, largest);
  }

  private void check(long record, long hash) {
    if (record < position || !judge.confirm(record, hash, limit)) {
      named.remove(record);
      return;
    }
    int size = judge.size(record);
    fill(position, record);
    dead += record - position;
    sequence = largest == 0 ? judge.version(record) : sequence;
    largest = Math.max(largest, size);
    alive++;
    position = record + size;
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
