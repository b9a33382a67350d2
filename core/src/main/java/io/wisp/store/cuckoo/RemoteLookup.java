package io.wisp.store.cuckoo;

import io.wisp.store.Limits;
import io.wisp.store.Slice;
import io.wisp.store.Store;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

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
    /** The table changes too fast, or is damaged: ask the server. */
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

  private enum Verdict {
    HIT,
    EXPIRED,
    /** Whole, and by right where it is, but of another key with the same tag. */
    OTHER,
    TORN,
    /** More of it must be read to tell. */
    LONGER,
    /** The same, and of another key as far as can be seen. */
    OTHER_LONGER
  }

  /** The most reads that are asked for at once. */
  public static final int MAX_READS = 2 + BucketPair.MAX_CANDIDATES;

  /** The smallest buffer. */
  public static final int MIN_BUFFER_BYTES = 1024;

  /*
   * The buffer:
   *
   *     0  the two buckets, then the records from RECORDS_AT on
   *   128  both version words, then two words of each of the other records
   *   384  header of the region
   *   512  records
   */
  private static final int BUCKETS_AT = 0;
  private static final int VERSIONS_AT = 128;
  private static final int OTHERS_AT = VERSIONS_AT + 2 * Long.BYTES;
  private static final int HEADER_AT = 384;
  private static final int RECORDS_AT = 512;

  private static final int MAX_BATCH = 4;

  /** The largest buffer that a lookup ever needs: for the longest key and the longest value. */
  public static final long MAX_BUFFER_BYTES =
      (long) RECORDS_AT + RecordLayout.size(Limits.MAX_KEY_LENGTH, Limits.MAX_VALUE_LENGTH, true);

  private final RemoteTable table;
  private final LookupStatistics statistics;
  private final @Nullable RecordAddressCache addresses;
  private final RemoteReads reads = new RemoteReads(MAX_READS);
  private final BucketPair pair = new BucketPair();
  private final OtherRecords others = new OtherRecords();
  private final Slice key = new Slice();

  private MemorySegment buffer = MemorySegment.NULL;
  private long base;
  private long capacity;

  private Phase phase = Phase.IDLE;
  private long hash;
  private int guess;
  private int retriesLeft;
  private boolean spaceAsked;
  private boolean anyTorn;

  /** Whether the record being read is at a remembered address, not one that a slot gave. */
  private boolean atAddress;

  /** The version words of an earlier read of the same buckets, if there was one. */
  private boolean versionsKnown;

  private long firstVersion;
  private long secondVersion;

  /** Of the records to look at: the first that is not yet judged, and how many are being read. */
  private int next;

  private int batch;
  private int judged;
  private long address;
  private int neededLength;

  private long recordOffset;
  private int recordLength;
  private long valueAt;
  private int valueLength;
  private long version;
  private long expiresAt;

  /** A lookup in a table; {@link #useBuffer} before the first one. */
  public RemoteLookup(RemoteTable table) {
    this.table = table;
    statistics = table.statistics();
    addresses = table.addresses();
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
    if (offset < 0
        || offset % Long.BYTES != 0
        || bytes < MIN_BUFFER_BYTES
        || offset > segment.byteSize() - bytes) {
      throw new IllegalArgumentException(
          "a lookup needs a buffer of at least "
              + MIN_BUFFER_BYTES
              + " bytes at a multiple of 8: offset="
              + offset
              + " bytes="
              + bytes
              + " segment="
              + segment.byteSize()
              + " bytes");
    }
    buffer = segment;
    base = offset;
    capacity = bytes & -Long.BYTES;
  }

  /**
   * Begins to look a key up, at the address remembered for it if there is one.
   *
   * @throws IllegalArgumentException if it is not a possible key by {@link Limits}
   */
  public Step start(Slice key) {
    begin(key);
    long remembered = addresses == null ? RecordAddressCache.NONE : addresses.find(hash);
    return remembered == RecordAddressCache.NONE
        ? readBuckets()
        : readAt(RecordAddressCache.offset(remembered), RecordAddressCache.length(remembered));
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
    return readAt(recordOffset, recordLength);
  }

  private void begin(Slice key) {
    if (phase != Phase.IDLE) {
      throw new IllegalStateException("the previous lookup is not done");
    }
    if (capacity == 0) {
      throw new IllegalStateException("the lookup was not given a buffer");
    }
    if (key.length() == 0 || key.length() > Limits.MAX_KEY_LENGTH) {
      throw new IllegalArgumentException(
          "a key has 1 to " + Limits.MAX_KEY_LENGTH + " bytes, not " + key.length());
    }
    this.key.set(key.segment(), key.offset(), key.length());
    statistics.lookups++;
    hash = table.layout().hash(key);
    guess = table.guess();
    pair.aim(hash, table.layout().buckets());
    others.clear();
    retriesLeft = table.options().maxRetries();
    spaceAsked = false;
    versionsKnown = false;
    atAddress = false;
  }

  /** Goes on after all reads were done, or a larger buffer was given. */
  public Step proceed() {
    return switch (phase) {
      case BUCKETS -> lookAtBuckets();
      case RECORDS -> judgeRecords();
      case CONFIRMATION -> compareVersions();
      case HEADER -> refreshLayout();
      case SPACE -> readAgainWithSpace();
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
    TableLayout layout = table.layout();
    reads.clear();
    reads.add(layout.bucketAddress(pair.first()), Bucket.SIZE, base + BUCKETS_AT);
    if (pair.count() == 2) {
      reads.add(layout.bucketAddress(pair.second()), Bucket.SIZE, base + BUCKETS_AT + Bucket.SIZE);
    }
    return read(Phase.BUCKETS);
  }

  private Step read(Phase phase) {
    this.phase = phase;
    statistics.reads += reads.count();
    return Step.READ;
  }

  private Step lookAtBuckets() {
    long at = base + BUCKETS_AT;
    if (!pair.areAddressed(buffer, at)) {
      return readHeader();
    }
    pair.collectCandidates(buffer, at, table.layout(), others);
    if (pair.torn() || pair.candidateCount() > 0) {
      rememberVersions(at, Bucket.SIZE);
      anyTorn = pair.torn();
      next = 0;
      return readRecords();
    }
    if (!versionsKnown) {
      rememberVersions(at, Bucket.SIZE);
      return readBuckets();
    }
    if (table.options().bucketsInOnePiece() && others.count() == 0) {
      return areVersions(at, Bucket.SIZE) ? absent() : retry(at, Bucket.SIZE);
    }
    return readConfirmation();
  }

  private void rememberVersions(long at, int distance) {
    firstVersion = Words.getUnaligned(buffer, at);
    secondVersion = Words.getUnaligned(buffer, at + pair.secondAt(distance));
    versionsKnown = true;
  }

  private boolean areVersions(long at, int distance) {
    return Words.getUnaligned(buffer, at) == firstVersion
        && Words.getUnaligned(buffer, at + pair.secondAt(distance)) == secondVersion;
  }

  /** Starts over, with the version words at {@code at} as those that must not change. */
  private Step retry(long at, int distance) {
    rememberVersions(at, distance);
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
    TableLayout layout = table.layout();
    reads.clear();
    reads.add(layout.bucketAddress(pair.first()), Long.BYTES, base + VERSIONS_AT);
    if (pair.count() == 2) {
      reads.add(layout.bucketAddress(pair.second()), Long.BYTES, base + VERSIONS_AT + Long.BYTES);
    }
    for (int i = 0; i < others.count(); i++) {
      reads.add(
          others.offset(i),
          OtherRecords.WORDS_SIZE,
          base + OTHERS_AT + (long) i * OtherRecords.WORDS_SIZE);
    }
    return read(Phase.CONFIRMATION);
  }

  private Step compareVersions() {
    long at = base + VERSIONS_AT;
    boolean unchanged = others.areUnchanged(buffer, base + OTHERS_AT);
    if (unchanged && areVersions(at, Long.BYTES)) {
      return absent();
    }
    if (!unchanged) {
      others.clear();
    }
    return retry(at, Long.BYTES);
  }

  private Step readHeader() {
    if (!mayRetry()) {
      return fallBack();
    }
    reads.clear();
    reads.add(0, TableLayout.HEADER_BYTES, base + HEADER_AT);
    return read(Phase.HEADER);
  }

  private Step refreshLayout() {
    if (!table.layout().refresh(buffer, base + HEADER_AT)) {
      phase = Phase.IDLE;
      return Step.OTHER_TABLE;
    }
    pair.aim(hash, table.layout().buckets());
    others.clear();
    versionsKnown = false;
    return readBuckets();
  }

  private Step readAt(long offset, int length) {
    if (length < RecordLayout.HEADER_SIZE || !table.layout().canHold(offset, length)) {
      return forgetAddress();
    }
    atAddress = true;
    anyTorn = false;
    address = offset;
    next = 0;
    return readRecord(offset, length);
  }

  private Step forgetAddress() {
    statistics.staleAddresses++;
    atAddress = false;
    if (addresses != null) {
      addresses.invalidate(hash);
    }
    return readBuckets();
  }

  /** Reads the beginnings of the next few candidates, as far as they fit side by side. */
  private Step readRecords() {
    int left = pair.candidateCount() - next;
    if (left == 0) {
      return doneWithRecords();
    }
    int stride = stride();
    int fitting = Math.min(MAX_BATCH, (int) ((capacity - RECORDS_AT) / stride));
    if (left == 1 || fitting <= 1) {
      return readRecord(pair.candidate(next), guess);
    }
    reads.clear();
    batch = Math.min(left, fitting);
    judged = 0;
    for (int i = 0; i < batch; i++) {
      addRecord(pair.candidate(next + i), stride, base + RECORDS_AT + (long) i * stride);
    }
    return read(Phase.RECORDS);
  }

  private int stride() {
    return roundUp(Math.max(guess, RecordLayout.HEADER_SIZE));
  }

  private static int roundUp(int bytes) {
    return (bytes + 7) & -Long.BYTES;
  }

  /** Reads so many bytes of one record, or as many as there is room for. */
  private Step readRecord(long offset, int length) {
    reads.clear();
    batch = 1;
    judged = 0;
    int wanted = roundUp(Math.max(length, RecordLayout.HEADER_SIZE));
    addRecord(offset, (int) Math.min(wanted, capacity - RECORDS_AT), base + RECORDS_AT);
    return read(Phase.RECORDS);
  }

  private void addRecord(long offset, int length, long bufferOffset) {
    long toTheEnd = table.layout().regionBytes() - offset & -Long.BYTES;
    reads.add(offset, (int) Math.min(length, toTheEnd), bufferOffset);
  }

  private Step judgeRecords() {
    for (; judged < batch; judged++) {
      long offset = atAddress ? address : pair.candidate(next + judged);
      int firstRead = batch == 1 ? 0 : judged;
      long at = batch == 1 ? base + RECORDS_AT : reads.bufferOffset(firstRead);
      int length = (int) (reads.bufferOffset(firstRead) + reads.length(firstRead) - at);
      switch (judge(offset, at, length)) {
        case HIT -> {
          return hit();
        }
        case EXPIRED -> {
          return expired();
        }
        case OTHER -> anyTorn |= atAddress || !others.add(offset, word(at), word(at + Long.BYTES));
        case TORN -> anyTorn = true;
        case LONGER -> {
          return readLonger(offset, at, length, true);
        }
        case OTHER_LONGER -> {
          return readLonger(offset, at, length, false);
        }
      }
    }
    next += batch;
    return atAddress ? forgetAddress() : readRecords();
  }

  private Step doneWithRecords() {
    return !anyTorn || mayRetry() ? readBuckets() : fallBack();
  }

  private long word(long at) {
    return Words.getUnaligned(buffer, at);
  }

  private Verdict judge(long offset, long at, int length) {
    TableLayout layout = table.layout();
    long word0 = word(at);
    long word1 = word(at + Long.BYTES);
    if (!RecordLayout.isLive(word1) || !layout.canHold(offset, word0, word1)) {
      return Verdict.TORN;
    }
    int keyLength = RecordLayout.keyLength(word0);
    long keyAt = at + RecordLayout.keyStart(word1);
    boolean keyIsRead = keyAt + keyLength <= at + length;
    boolean ours =
        keyLength == key.length()
            && (!keyIsRead || Bytes.equal(buffer, keyAt, key.segment(), key.offset(), keyLength));
    neededLength = RecordLayout.size(word0, word1);
    if (neededLength > length) {
      return ours ? Verdict.LONGER : Verdict.OTHER_LONGER;
    }
    boolean expires = RecordLayout.expires(word1);
    long expiry = expires ? word(at + RecordLayout.HEADER_SIZE) : Store.NEVER;
    valueLength = RecordLayout.valueLength(word1);
    long content =
        XxHash64.hash(buffer, keyAt, (long) keyLength + valueLength, layout.incarnation());
    if (!RecordLayout.isIntact(offset, word0, word1, expiry, content)) {
      return Verdict.TORN;
    }
    if (!ours) {
      return pair.mayHold(layout.hash(buffer, keyAt, keyLength), layout.buckets())
          ? Verdict.OTHER
          : Verdict.TORN;
    }
    if (expires && table.hasExpired(expiry)) {
      return Verdict.EXPIRED;
    }
    recordOffset = offset;
    recordLength = neededLength;
    valueAt = keyAt + keyLength;
    version = RecordLayout.version(word0);
    expiresAt = expiry;
    return Verdict.HIT;
  }

  /** Reads the rest of a record of which only the first {@code length} bytes were read. */
  private Step readLonger(long offset, long at, int length, boolean ours) {
    if (atAddress && !ours) {
      return forgetAddress();
    }
    if (neededLength > capacity - RECORDS_AT) {
      if (!ours) {
        // Not worth a larger buffer: it happens to a miss in half a million.
        return fallBack();
      }
      // A record that seems to grow with every look must have an end.
      if (spaceAsked && !mayRetry()) {
        return fallBack();
      }
      spaceAsked = true;
      next += judged;
      phase = Phase.SPACE;
      return Step.NEEDS_SPACE;
    }
    if (batch > 1) {
      next += judged;
      return readRecord(offset, neededLength);
    }
    reads.clear();
    reads.add(offset + length, neededLength - length, at + length);
    return read(Phase.RECORDS);
  }

  private Step readAgainWithSpace() {
    if (neededLength > capacity - RECORDS_AT) {
      return fallBack();
    }
    return readRecord(atAddress ? address : pair.candidate(next), neededLength);
  }

  /** The size of the buffer that the lookup needs to go on, after {@link Step#NEEDS_SPACE}. */
  public long bytesNeeded() {
    return RECORDS_AT + (long) neededLength;
  }

  private Step hit() {
    phase = Phase.IDLE;
    statistics.hits++;
    statistics.addressHits += atAddress ? 1 : 0;
    table.learn(recordLength);
    if (addresses != null) {
      addresses.put(hash, recordOffset, recordLength);
    }
    return Step.HIT;
  }

  private Step expired() {
    phase = Phase.IDLE;
    statistics.expired++;
    statistics.addressHits += atAddress ? 1 : 0;
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

  /** The reads to do after {@link Step#READ}, in order. */
  public RemoteReads reads() {
    return reads;
  }

  /**
   * After a hit, points {@code slice} at the value in the buffer, where it stays until the buffer
   * is used again.
   */
  public Slice pointAtValue(Slice slice) {
    return slice.set(buffer, valueAt, valueLength);
  }

  /** After a hit, the version of the record. */
  public long version() {
    return version;
  }

  /** After a hit, when the record expires by the server's clock, or {@link Store#NEVER}. */
  public long expiresAt() {
    return expiresAt;
  }

  /** After a hit, where in the region the record is: {@link #startAt} takes it. */
  public long recordOffset() {
    return recordOffset;
  }

  /** After a hit, how long the record is, in bytes. */
  public int recordLength() {
    return recordLength;
  }
}
