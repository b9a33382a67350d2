// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.Limits;
import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.table.Bucket;
import java.lang.foreign.MemorySegment;

/*
 * Where to look, in which order, and why the answer holds, is in FORMAT.md under "Reading from
 * elsewhere". How the reads of a lookup follow one another:
 *
 *   remembered address -> RECORDS (one) -+-> hit
 *                                        v  not the key's record any more
 *   otherwise ------------------------> BUCKETS --> HEADER (wrong level) --> BUCKETS
 *                                        |   ^
 *              slots with the key's tag  |   |  all torn, or all of other keys
 *                                        v   |
 *                                       RECORDS --> hit
 *
 *   BUCKETS without candidates, after other BUCKETS --> CONFIRMATION --> absent, or BUCKETS
 *
 * Every circle is a retry, of which there are so many and no more, or adds to the records of other
 * keys, of which there is room for a bucket pair's; so whatever the region holds, a lookup ends.
 * Where only addresses count (RemoteTable.Options), it ends before the first BUCKETS: ask the server.
 */
/**
 * Looks one key up in a {@link RemoteTable} by reads that somebody else does: it says which bytes
 * of the region to read next and where to put them, judges what arrived, and goes on until it is
 * sure. It does no I/O, never waits, and allocates nothing after it was made. It is made for a
 * lookup in flight and used again for the next.
 *
 * <pre>{@code
 * Step step = lookup.start(key);
 * while (step == Step.READ) {
 *   // do all of lookup.reads()
 *   step = lookup.proceed();
 * }
 * }</pre>
 *
 * <p>The key's bytes are borrowed: they must stay until the lookup is done. Nothing that was read
 * is trusted: no read is asked for that does not lie in the region and in the buffer. A value that
 * is given out is whole, and the key had it at some moment between the start of the lookup and its
 * end. A key that is said to be absent was absent at some such moment. Belongs to the thread of its
 * table.
 */
public final class RemoteLookup {

  /** What is to be done next, or how the lookup ended. */
  public enum Step {
    /** Do all of {@link #reads}, then call {@link #proceed}. */
    READ,
    /**
     * The record is larger than the buffer: give one of {@link #bytesNeeded} with {@link
     * #useBuffer} and call {@link #proceed}, or {@link #giveUp}.
     */
    NEEDS_SPACE,
    /** The key is there: {@link #pointAtValue}, {@link #version}, {@link #expiresAt}. */
    HIT,
    /** The key is absent. */
    ABSENT,
    /** The table changes too fast, is damaged, or only the server knows the time: ask it. */
    FALL_BACK,
    /** The region holds another table than the layout says: parse its header anew, or reconnect. */
    OTHER_TABLE;

    /** Whether the lookup is over. */
    public boolean isLast() {
      return this != READ && this != NEEDS_SPACE;
    }
  }

  private enum Phase {
    IDLE,
    BUCKETS,
    RECORDS,
    SPACE,
    CONFIRMATION,
    HEADER
  }

  /** The most reads that are asked for at once. */
  public static final int MAX_READS = 2 + BucketPair.MAX_CANDIDATES;

  /** The smallest buffer. */
  public static final int MIN_BUFFER_BYTES = LookupBuffer.MIN_BYTES;

  /** The largest buffer that a lookup ever needs: for the longest key and the longest value. */
  public static final long MAX_BUFFER_BYTES = LookupBuffer.MAX_BYTES;

  private final RemoteTable table;
  private final LookupStatistics statistics;
  private final RemoteReads reads = new RemoteReads(MAX_READS);
  private final BucketPair pair = new BucketPair();
  private final OtherRecords others = new OtherRecords(BucketPair.MAX_CANDIDATES);
  private final Slice key = new Slice();
  private final KeyHandle handle = new KeyHandle();

  private final LookupBuffer buffer = new LookupBuffer();
  private final CandidateRecords records;
  private final FetchedRecord record;

  private TableLayout layout;
  private Phase phase = Phase.IDLE;
  private int retriesLeft;
  private boolean spaceAsked;
  private boolean lacksTime;

  /** A lookup in a table; {@link #useBuffer} before the first one. */
  public RemoteLookup(RemoteTable table) {
    this.table = table;
    statistics = table.statistics();
    layout = table.layout();
    records = new CandidateRecords(table, buffer, reads, pair, others);
    record = records.record();
  }

  /**
   * Says where the bytes that are read shall go. Between lookups, or when a lookup {@link
   * Step#NEEDS_SPACE needs space}; what the old buffer held is not needed any more.
   *
   * @param segment memory that the reads can write to and this thread can read, such as memory
   *     registered with a device; borrowed until another is given
   * @param offset where in it this lookup's part starts, a multiple of 8
   * @param bytes the size of the part, at least {@link #MIN_BUFFER_BYTES}
   */
  public void useBuffer(MemorySegment segment, long offset, long bytes) {
    if (phase != Phase.IDLE && phase != Phase.SPACE) {
      throw new IllegalStateException("the lookup is waiting for reads into its buffer");
    }
    buffer.use(segment, offset, bytes);
  }

  /**
   * Begins to look a key up, at the address remembered for it if there is one.
   *
   * @throws IllegalArgumentException if it is not a possible key by {@link Limits}
   */
  public Step start(Slice key) {
    begin(key);
    table.find(this.key, handle);
    return startAtAddress();
  }

  /**
   * {@link #start(Slice)} by somebody who found the key before.
   *
   * @param found that {@link RemoteTable#find} pointed at the key
   */
  public Step start(Slice key, KeyHandle found) {
    begin(key);
    handle.set(found);
    return startAtAddress();
  }

  private Step startAtAddress() {
    long remembered = table.address(handle);
    if (remembered == RecordAddress.NONE) {
      statistics.unknownAddresses++;
      return aimAtBuckets();
    }
    return goOn(records.readAt(RecordAddress.offset(remembered), RecordAddress.length(remembered)));
  }

  /** Turns to the buckets, which a lookup that ends at a remembered address never asks for. */
  private Step aimAtBuckets() {
    if (table.options().addressesOnly()) {
      return fallBack();
    }
    pair.aim(handle.hash, layout.buckets());
    others.clear();
    return readBuckets();
  }

  /**
   * Begins to look a key up with a record that may be its own. If it is not, the lookup goes on as
   * any other.
   *
   * @param recordOffset where in the region the record was
   * @param recordLength its length in bytes
   */
  public Step startAt(Slice key, long recordOffset, int recordLength) {
    begin(key);
    table.find(this.key, handle);
    return goOn(records.readAt(recordOffset, recordLength));
  }

  private void begin(Slice key) {
    if (phase != Phase.IDLE) {
      throw new IllegalStateException("the previous lookup is not done");
    }
    if (!buffer.isPresent()) {
      throw new IllegalStateException("the lookup was not given a buffer");
    }
    if (key.length() == 0 || key.length() > Limits.MAX_KEY_LENGTH) {
      throw new IllegalArgumentException(
          "a key has 1 to " + Limits.MAX_KEY_LENGTH + " bytes, not " + key.length());
    }
    this.key.set(key.segment(), key.offset(), key.length());
    statistics.lookups++;
    layout = table.layout();
    retriesLeft = table.options().maxRetries();
    records.aim(this.key, layout);
    spaceAsked = false;
    lacksTime = false;
  }

  /** Goes on after all reads were done, or a larger buffer was given. */
  public Step proceed() {
    return switch (phase) {
      case BUCKETS -> lookAtBuckets();
      case RECORDS -> goOn(records.judge());
      case CONFIRMATION -> compareVersions();
      case HEADER -> refreshLayout();
      case SPACE -> readWithSpace();
      case IDLE -> throw new IllegalStateException("no lookup is under way");
    };
  }

  /** Ends the lookup without a result, as if it had come to {@link Step#FALL_BACK}. */
  public Step giveUp() {
    if (phase == Phase.IDLE) {
      throw new IllegalStateException("no lookup is under way");
    }
    return fallBack();
  }

  private Step readBuckets() {
    reads.clear();
    reads.add(layout.bucketAddress(pair.first()), Bucket.SIZE, buffer.buckets());
    if (pair.count() == 2) {
      reads.add(layout.bucketAddress(pair.second()), Bucket.SIZE, buffer.buckets() + Bucket.SIZE);
    }
    return read(Phase.BUCKETS);
  }

  private Step read(Phase phase) {
    this.phase = phase;
    statistics.reads += reads.count();
    return Step.READ;
  }

  private Step lookAtBuckets() {
    MemorySegment segment = buffer.segment();
    long at = buffer.buckets();
    if (!pair.areAddressed(segment, at)) {
      return readHeader();
    }
    pair.collectCandidates(segment, at, layout, others);
    if (pair.torn() || pair.candidateCount() > 0) {
      pair.rememberVersions(segment, at, Bucket.SIZE);
      return goOn(records.readCandidates());
    }
    if (!pair.areVersionsKnown()) {
      pair.rememberVersions(segment, at, Bucket.SIZE);
      return readBuckets();
    }
    if (!table.options().bucketsInOnePiece() || others.count() > 0) {
      return readConfirmation();
    }
    return pair.areVersionsUnchanged(segment, at, Bucket.SIZE) ? absent() : retry(at, Bucket.SIZE);
  }

  /** Starts over, with the version words at {@code at} as those that must not change. */
  private Step retry(long at, int distance) {
    pair.rememberVersions(buffer.segment(), at, distance);
    return mayRetry() ? readBuckets() : fallBack();
  }

  private boolean mayRetry() {
    if (retriesLeft == 0) {
      return false;
    }
    retriesLeft--;
    statistics.retries++;
    return true;
  }

  private Step readConfirmation() {
    reads.clear();
    reads.add(layout.bucketAddress(pair.first()), Long.BYTES, buffer.versions());
    if (pair.count() == 2) {
      reads.add(layout.bucketAddress(pair.second()), Long.BYTES, buffer.versions() + Long.BYTES);
    }
    for (int i = 0; i < others.count(); i++) {
      reads.add(
          others.offset(i),
          OtherRecords.WORDS_SIZE,
          buffer.others() + (long) i * OtherRecords.WORDS_SIZE);
    }
    return read(Phase.CONFIRMATION);
  }

  private Step compareVersions() {
    MemorySegment segment = buffer.segment();
    boolean unchanged = others.areUnchanged(segment, buffer.others());
    if (unchanged && pair.areVersionsUnchanged(segment, buffer.versions(), Long.BYTES)) {
      return absent();
    }
    if (!unchanged) {
      others.clear();
    }
    return retry(buffer.versions(), Long.BYTES);
  }

  private Step readHeader() {
    if (!mayRetry()) {
      return fallBack();
    }
    reads.clear();
    reads.add(0, TableLayout.HEADER_BYTES, buffer.header());
    return read(Phase.HEADER);
  }

  private Step refreshLayout() {
    if (!layout.refresh(buffer.segment(), buffer.header())) {
      phase = Phase.IDLE;
      return Step.OTHER_TABLE;
    }
    pair.aim(handle.hash, layout.buckets());
    others.clear();
    return readBuckets();
  }

  private Step goOn(CandidateRecords.Progress progress) {
    return switch (progress) {
      case READING -> read(Phase.RECORDS);
      case FOUND -> isUnchanged() ? judgeExpiry() : readAgain();
      case NONE -> records.areAtAddress() ? forgetAddress() : lookAgain();
      case NEEDS_SPACE -> askForSpace();
      case OTHER_NEEDS_SPACE -> fallBack();
    };
  }

  private boolean isUnchanged() {
    return table
        .options()
        .secondLook()
        .isUnchanged(record.offset(), record.word0(), record.word1());
  }

  /** Reads what was written over meanwhile, and is the key's record all the same. */
  private Step readAgain() {
    if (!mayRetry()) {
      return fallBack();
    }
    return records.areAtAddress()
        ? goOn(records.readAt(record.offset(), record.length()))
        : readBuckets();
  }

  private Step forgetAddress() {
    statistics.staleAddresses++;
    table.forget(handle);
    return aimAtBuckets();
  }

  /** Looks into the buckets again, after no candidate was the key's. */
  private Step lookAgain() {
    return !records.anyTorn() || mayRetry() ? readBuckets() : fallBack();
  }

  private Step askForSpace() {
    // A record that seems to grow with every look must have an end.
    if (spaceAsked && !mayRetry()) {
      return fallBack();
    }
    spaceAsked = true;
    phase = Phase.SPACE;
    return Step.NEEDS_SPACE;
  }

  private Step readWithSpace() {
    return record.length() > buffer.room() ? fallBack() : goOn(records.readWithSpace());
  }

  /** The size of the buffer that the lookup needs to go on, after {@link Step#NEEDS_SPACE}. */
  public long bytesNeeded() {
    return LookupBuffer.sizeFor(record.length());
  }

  private Step judgeExpiry() {
    if (!record.expires()) {
      return hit();
    }
    long now = table.serverTime();
    if (now == RemoteTable.UNKNOWN_TIME) {
      lacksTime = true;
      return fallBack();
    }
    return record.expiresAt() <= now ? expired() : hit();
  }

  private Step hit() {
    phase = Phase.IDLE;
    statistics.hits++;
    statistics.addressHits += records.areAtAddress() ? 1 : 0;
    table.learn(record.length());
    table.remember(handle, RecordAddress.of(record.offset(), record.length()));
    return Step.HIT;
  }

  private Step expired() {
    phase = Phase.IDLE;
    statistics.expired++;
    statistics.addressHits += records.areAtAddress() ? 1 : 0;
    return Step.ABSENT;
  }

  private Step absent() {
    phase = Phase.IDLE;
    statistics.confirmedMisses++;
    return Step.ABSENT;
  }

  private Step fallBack() {
    phase = Phase.IDLE;
    statistics.fallBacks++;
    return Step.FALL_BACK;
  }

  /** After {@link Step#FALL_BACK}, whether the record is there and only the time is unknown. */
  public boolean lacksTime() {
    return lacksTime;
  }

  /** The reads to do after {@link Step#READ}, in order. */
  public RemoteReads reads() {
    return reads;
  }

  /**
   * After a hit, points {@code slice} at the value in the buffer, where it stays until the buffer
   * is used again.
   */
  public Slice pointAtValue(Slice slice) {
    return slice.set(buffer.segment(), record.valueAt(), record.valueLength());
  }

  /** After a hit, the hash of its key: {@link Store#noteRead} takes it. */
  public long keyHash() {
    return handle.hash;
  }

  /** After a hit, the version of the record. */
  public long version() {
    return record.version();
  }

  /** After a hit, when the record expires by the server's clock, or {@link Store#NEVER}. */
  public long expiresAt() {
    return record.expiresAt();
  }

  /** After a hit, where in the region the record is: {@link #startAt} takes it. */
  public long recordOffset() {
    return record.offset();
  }

  /** After a hit, how long the record is, in bytes. */
  public int recordLength() {
    return record.length();
  }
}
