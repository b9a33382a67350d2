// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;

/**
 * The records that may be the key's: the one at a remembered address, or those that slots with its
 * tag point at. Asks for their bytes, of a few at once, and judges them one after the other until
 * one is the key's.
 */
final class CandidateRecords {

  /** How far it has come. */
  enum Progress {
    /** The reads that were added must be done first. */
    READING,
    /** {@link #record} is the key's, whole and alive. */
    FOUND,
    /** None of them is the key's, as far as can be told: see {@link #anyTorn}. */
    NONE,
    /** {@link #record}, the key's as far as it was read, is longer than the buffer. */
    NEEDS_SPACE,
    /** A record of another key is longer than the buffer, so that nothing can be told of it. */
    OTHER_NEEDS_SPACE
  }

  /** The longest record that is read whole before anything of it was seen. */
  private static final int LONGEST_UNSEEN = 1 << 20;

  /** The most records whose beginnings are read at once. */
  private static final int MAX_BATCH = 4;

  private final RemoteTable table;
  private final LookupBuffer buffer;
  private final RemoteReads reads;
  private final BucketPair pair;
  private final OtherRecords others;
  private final FetchedRecord record = new FetchedRecord();

  private TableLayout layout;
  private Slice key = new Slice();

  /** Whether the record being read is at a remembered address, not one that a slot gave. */
  private boolean atAddress;

  private long address;

  /** Of the candidates: the first not yet judged, how many are being read, and judged of those. */
  private int next;

  private int batch;
  private int judged;
  private boolean anyTorn;

  /**
   * The records of a lookup.
   *
   * @param table whose guess says how much of a record is read at first
   * @param reads where what is to be read is added
   * @param pair whose candidates are meant
   * @param others where records of other keys are remembered
   */
  CandidateRecords(
      RemoteTable table,
      LookupBuffer buffer,
      RemoteReads reads,
      BucketPair pair,
      OtherRecords others) {
    this.table = table;
    this.buffer = buffer;
    this.reads = reads;
    this.pair = pair;
    this.others = others;
    layout = table.layout();
  }

  /** Aims at another key, whose slice stays as it is until the next. */
  void aim(Slice key, TableLayout layout) {
    this.key = key;
    this.layout = layout;
  }

  /** Reads so many bytes at a remembered address, if a record can be there; NONE if not. */
  Progress readAt(long offset, int length) {
    atAddress = true;
    if (length < RecordLayout.HEADER_SIZE
        || length > RecordLayout.MAX_SIZE
        || !layout.canHold(offset, length)) {
      return Progress.NONE;
    }
    anyTorn = false;
    address = offset;
    next = 0;
    batch = 1;
    // A longer one is looked at first: if it is gone, that was not read in vain.
    if (length > buffer.room() && length <= LONGEST_UNSEEN) {
      record.expect(offset, length);
      return Progress.NEEDS_SPACE;
    }
    return readOne(offset, length);
  }

  /** Whether it was a remembered address that was read at last, not those that slots gave. */
  boolean areAtAddress() {
    return atAddress;
  }

  /** Reads the candidates of the bucket pair from the first on. */
  Progress readCandidates() {
    atAddress = false;
    anyTorn = pair.torn();
    next = 0;
    return readNext(table.guess());
  }

  /** Reads the beginnings of the next few candidates, as far as they fit side by side. */
  private Progress readNext(int length) {
    int left = pair.candidateCount() - next;
    if (left == 0) {
      return Progress.NONE;
    }
    int fitting = (int) Math.min(MAX_BATCH, buffer.room() / roundUp(length));
    if (left == 1 || fitting <= 1) {
      return readOne(pair.candidate(next), length);
    }
    reads.clear();
    batch = Math.min(left, fitting);
    judged = 0;
    for (int i = 0; i < batch; i++) {
      addRead(pair.candidate(next + i), length, buffer.records() + (long) i * roundUp(length));
    }
    return Progress.READING;
  }

  /** Reads so many bytes of one record, or as many as there is room for. */
  private Progress readOne(long offset, int length) {
    reads.clear();
    batch = 1;
    judged = 0;
    addRead(offset, (int) Math.min(length, buffer.room()), buffer.records());
    return Progress.READING;
  }

  private void addRead(long offset, int length, long bufferOffset) {
    long toTheEnd = layout.regionBytes() - offset & -Long.BYTES;
    reads.add(offset, (int) Math.min(roundUp(length), toTheEnd), bufferOffset);
  }

  private static int roundUp(int bytes) {
    return (Math.max(bytes, RecordLayout.HEADER_SIZE) + 7) & -Long.BYTES;
  }

  /** Judges what was read; reads the next candidates if there are any. */
  Progress judge() {
    for (; judged < batch; judged++) {
      // The rest of a record, read alone, lies behind what was read of it before.
      long at = batch == 1 ? buffer.records() : reads.bufferOffset(judged);
      int read = batch == 1 ? readSoFar(at) : reads.length(judged);
      switch (record.judge(layout, key, current(), buffer.segment(), at, read)) {
        case OURS -> {
          return Progress.FOUND;
        }
        case OTHER -> anyTorn |= !noteOther();
        case TORN -> anyTorn = true;
        case LONGER -> {
          // At once: where it is written over before its rest is read, the next look has it whole.
          table.learn(record.length());
          return readLonger(at, read);
        }
        case OTHER_LONGER -> {
          return readOtherLonger(at, read);
        }
      }
    }
    next += batch;
    return atAddress ? Progress.NONE : readNext(table.guess());
  }

  private int readSoFar(long at) {
    return (int) (reads.bufferOffset(0) + reads.length(0) - at);
  }

  private long current() {
    return atAddress ? address : pair.candidate(next + judged);
  }

  /** Remembers a whole record of another key, if it is by right where the slot said. */
  private boolean noteOther() {
    return !atAddress
        && pair.mayHold(record.keyHash(layout, buffer.segment()), layout.buckets())
        && others.add(record.offset(), record.word0(), record.word1());
  }

  private Progress readOtherLonger(long at, int read) {
    if (atAddress) {
      return Progress.NONE;
    }
    // Not worth a larger buffer: two keys share a tag by a chance of one in eight million.
    return record.length() > buffer.room() ? Progress.OTHER_NEEDS_SPACE : readLonger(at, read);
  }

  /** Reads the rest of a record of which only the first {@code read} bytes were read. */
  private Progress readLonger(long at, int read) {
    long offset = record.offset();
    int length = record.length();
    if (batch > 1) {
      next += judged;
    }
    if (length > buffer.room()) {
      return Progress.NEEDS_SPACE;
    }
    if (batch > 1) {
      return readOne(offset, length);
    }
    reads.clear();
    reads.add(offset + read, length - read, at + read);
    return Progress.READING;
  }

  /** Reads the record that needed space again, whole, now that there is room for it. */
  Progress readWithSpace() {
    return readOne(record.offset(), record.length());
  }

  /** Whether a candidate was not whole, so that they say nothing. */
  boolean anyTorn() {
    return anyTorn;
  }

  /** The record that was judged last. */
  FetchedRecord record() {
    return record;
  }
}
