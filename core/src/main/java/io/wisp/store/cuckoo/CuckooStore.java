// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.KeySink;
import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Steps;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.store.Transaction;
import io.wisp.store.Update;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.WrittenRecord;
import io.wisp.store.cuckoo.log.Deadline;
import io.wisp.store.cuckoo.log.Pages;
import io.wisp.store.cuckoo.recovery.RecoveryReport;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.Region;
import io.wisp.store.cuckoo.table.BackwardMoves;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Counters;
import io.wisp.store.cuckoo.table.IndexMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store in one region of memory, laid out so that others may read it without asking: {@code
 * FORMAT.md} describes it. Readers take no lock. Writers lock two of about a thousand stripes, for
 * the time that a few stores take; everything else (writing the record, making room for it) happens
 * outside. The index grows by a bucket at a time; memory of replaced and deleted records comes back
 * by compaction, which the writer does who finds no room, and {@link #maintain}.
 *
 * <p>A walk with {@link #scan} goes over the buckets of the index, which may become more or fewer
 * meanwhile. It gives every record that is there all the time. When writes that found both buckets
 * of their keys full have moved more than {@value BackwardMoves#KEPT} others to where the walk
 * already was between two of its calls, it begins anew and gives again what it gave. Each call
 * visits at most {@value Sweep#BUCKETS_PER_SCAN} buckets, and {@value Sweep#BUCKETS_PER_WANTED_KEY}
 * more for each of the keys wanted, of which only {@value Sweep#MAX_WANTED} count.
 *
 * <p>A write that is refused for want of memory changes nothing. Using a closed store throws {@link
 * IllegalStateException}.
 */
public final class CuckooStore implements Store {

  private static final int READS_WITHOUT_LOCK = 64;
  private static final int MERGES_BETWEEN_LOOKS_AT_THE_TIME = 256;

  private final OpenTable opened;
  private final InstantSource clock;
  private final Table table;
  private final Reader reader;
  private final Writer writer;
  private final BatchWriter batchWriter;
  private final Sweep sweep;
  private final Updates updates;

  private CuckooStore(Options options, OpenTable opened) {
    this.opened = opened;
    table = opened.table();
    clock = options.clock();
    reader = new Reader(table, clock);
    writer = new Writer(table, clock);
    batchWriter = new BatchWriter(table, clock);
    sweep = new Sweep(table, clock);
    updates = new Updates(this, table);
  }

  /**
   * A store in memory of its own.
   *
   * @throws IllegalArgumentException if the capacity is too small; the message names the least
   * @throws OutOfMemoryError if the system refuses the memory
   */
  public static CuckooStore open(long capacityBytes) {
    return open(Options.ofCapacity(capacityBytes));
  }

  /** A store in memory of its own, with options. */
  public static CuckooStore open(Options options) {
    return open(options, Region.reserve(options.capacity()));
  }

  /**
   * A store in a given region, which it owns from now on and closes. What the region held is lost.
   *
   * @throws IllegalArgumentException if the region's size is not the capacity of the options
   */
  public static CuckooStore open(Options options, Region region) {
    long size = region.memory().byteSize();
    if (size != options.capacity()) {
      throw new IllegalArgumentException(
          "the region has " + size + " bytes and the options say " + options.capacity());
    }
    return new CuckooStore(options, OpenTable.create(options.maker(region, false), region));
  }

  /**
   * A store in a file, which has all that a process put there which is no more: whatever ended it,
   * every write is there whose answer it gave, and none by half. It stays when this store is closed
   * or its process ends, and is open in one process at a time. The end of the machine it outlives
   * only on a disk and if it was closed before; {@link RecoveryReport#machineEnded} tells.
   *
   * <p>The capacity is the one with which the file was made. A part of it, 132 KiB and 8 bytes a
   * page, holds what a recovery needs.
   *
   * @param file see {@link Region#keptIn}; it is made if it is not there
   * @throws IOException if the file cannot be had, or holds no table that this version can go on
   *     with; the message names the file, says why and what can be done
   */
  public static CuckooStore keep(Options options, Path file) throws IOException {
    return keep(options, Region.keptIn(file, options.capacity()), file);
  }

  /** The same in the region of the file, for tests that take it away. */
  static CuckooStore keep(Options options, Region region, Path file) throws IOException {
    return new CuckooStore(options, OpenTable.keep(options.maker(region, true), region, file));
  }

  /** What was found in the file of a store that is kept, if an earlier process had left any. */
  public Optional<RecoveryReport> recovery() {
    return Optional.ofNullable(opened.recovery());
  }

  /** The memory that the store lives in, for those who map it or register it with a device. */
  public MemorySegment region() {
    return table.memory();
  }

  /** The file that the memory is in, if other processes can map it. */
  public Optional<Path> sharedFile() {
    return opened.region().file();
  }

  /** The parts, for tests that look inside. */
  Table table() {
    return table;
  }

  @Override
  public Status get(Slice key, ValueSink sink) {
    sink.begin();
    return lookUp(key, sink);
  }

  private Status lookUp(Slice key, @Nullable ValueSink sink) {
    Status refusal = Status.refusalOf(key);
    if (refusal != null) {
      return refusal;
    }
    long hash = table.index().hash(key);
    for (int attempt = 0; attempt < READS_WITHOUT_LOCK; attempt++) {
      int outcome = reader.read(key, hash, sink);
      if (outcome != Reader.RETRY) {
        return outcome == Reader.HIT ? Status.FOUND : Status.ABSENT;
      }
      Thread.onSpinWait();
    }
    table.stripes().lockKey(hash);
    try {
      return reader.read(key, hash, sink) == Reader.HIT ? Status.FOUND : Status.ABSENT;
    } finally {
      table.stripes().unlockKey(hash);
    }
  }

  @Override
  public long currentTimeMillis() {
    return clock.millis();
  }

  @Override
  public Prefetcher prefetcher() {
    return new TablePrefetcher(table);
  }

  @Override
  public boolean wantsReads() {
    return table.references() != null;
  }

  @Override
  public void noteRead(long keyHash) {
    reader.touch(keyHash);
  }

  @Override
  public boolean contains(Slice key) {
    return lookUp(key, null) == Status.FOUND;
  }

  @Override
  public Status write(
      Slice key, Slice value, WriteCondition condition, long expectedVersion, long expiresAt) {
    return writer.write(key, value, condition, expectedVersion, expiresAt, null);
  }

  @Override
  public Status write(
      Slice key,
      Slice value,
      WriteCondition condition,
      long expectedVersion,
      long expiresAt,
      WrittenRecord written) {
    written.begin();
    return writer.write(key, value, condition, expectedVersion, expiresAt, written);
  }

  /**
   * {@inheritDoc}
   *
   * <p>While the batch is published its thread holds the stripes of all its keys, and of all keys
   * if the index is so full that entries must be moved for it. In a store that evicts, others may
   * have been evicted for a batch that is refused.
   */
  @Override
  public Status writeAll(WriteBatch batch) {
    return batchWriter.write(batch);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Work whose keys others write again and again takes their locks, and they wait until it has
   * ended, as with {@link #update}. Each of them disturbs it once more at most, by a write that was
   * under way; unless the work has come to other keys meanwhile, and then it takes their locks too.
   */
  @Override
  public Status transact(Transaction transaction, Runnable work) {
    return updates.transact(transaction, work);
  }

  @Override
  public Status delete(Slice key) {
    return writer.delete(key, WriteCondition.ALWAYS, 0);
  }

  @Override
  public Status deleteIfVersion(Slice key, long expectedVersion) {
    return writer.delete(key, WriteCondition.IF_VERSION, expectedVersion);
  }

  @Override
  public Status expire(Slice key, long expiresAt) {
    return writer.expire(key, expiresAt, WriteCondition.ALWAYS, 0);
  }

  @Override
  public Status expireIfVersion(Slice key, long expiresAt, long expectedVersion) {
    return writer.expire(key, expiresAt, WriteCondition.IF_VERSION, expectedVersion);
  }

  /**
   * An update whose key others write again and again takes their lock, and they wait until it has
   * ended; so it tries a few times more than {@value Updates#WITHOUT_LOCK} at most, for those whose
   * writes were under way when it took the lock.
   */
  @Override
  public <S extends ValueSink> Status update(Slice key, S old, Update<S> update) {
    return updates.update(key, old, update);
  }

  @Override
  public long size() {
    return table.counters().entries();
  }

  @Override
  public Steps clearing() {
    return sweep.clearing();
  }

  @Override
  public long scan(long cursor, int atLeast, KeySink sink) {
    return sweep.scan(cursor, atLeast, sink);
  }

  @Override
  public Steps choosingKey(KeySink sink) {
    return sweep.choosingKey(sink);
  }

  @Override
  public StoreStatistics statistics() {
    Counters counters = table.counters();
    int freePages = table.pages().freeCount() + Pages.length(table.pages().spare());
    return new StoreStatistics(
        counters.entries(),
        table.memory().byteSize(),
        table.indexMemory().bytes(),
        table.heap().liveBytes(),
        (long) freePages << table.geometry().pageShift(),
        (double) counters.entries() / (table.index().buckets() * Bucket.SLOTS),
        table.displacement().count(),
        table.growth().count(),
        table.compactor().evacuation().relocations(),
        table.compactor().evacuation().relocatedBytes(),
        table.compactor().evacuation().wonBytes(),
        counters.expired(),
        counters.evicted(),
        counters.expiring(),
        sweep.averageTimeToLive());
  }

  @Override
  public boolean maintain(long nanoseconds) {
    long deadline = System.nanoTime() + nanoseconds;
    boolean more = sweep.reclaimExpired(deadline);
    more |= shrink(deadline);
    while (table.compactor().compactInBackground()) {
      if (Deadline.hasPassed(deadline)) {
        return true;
      }
    }
    return more;
  }

  /** Shrinks the index, by a few buckets even if the deadline has passed. */
  private boolean shrink(long deadline) {
    for (int merges = 1; table.growth().shrink(table.counters().entries()); merges++) {
      if (merges % MERGES_BETWEEN_LOOKS_AT_THE_TIME == 0 && Deadline.hasPassed(deadline)) {
        return true;
      }
    }
    return false;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Of a file that is kept, all is written back first: so an orderly end outlives the machine's,
   * too, unless the file is in memory.
   *
   * @throws UncheckedIOException if it cannot be; the store is closed all the same
   */
  @Override
  public synchronized void close() {
    opened.close();
  }

  /**
   * How a store is made.
   *
   * @param capacity the size of the region in bytes; the store never uses more
   * @param evict whether a store without memory for a write removes records that were not read for
   *     long, instead of refusing the write
   * @param fixedBuckets a number of buckets, a power of two, that the index has for good; or 0 for
   *     an index that grows
   * @param clock what expiries are compared with
   */
  public record Options(long capacity, boolean evict, int fixedBuckets, InstantSource clock) {

    /** Refuses what is beyond a limit, by an {@link IllegalArgumentException} that names it. */
    public Options {
      if (capacity < Geometry.MIN_REGION_SIZE || capacity > Bucket.MAX_REGION_SIZE) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "the memory of a store must be %d to %d bytes, not %d",
                Geometry.MIN_REGION_SIZE,
                Bucket.MAX_REGION_SIZE,
                capacity));
      }
      if (fixedBuckets < 0
          || Integer.bitCount(fixedBuckets) > 1
          || fixedBuckets > capacity / 2 / Bucket.SIZE) {
        throw new IllegalArgumentException(
            "fixedBuckets="
                + fixedBuckets
                + " must be a power of two and take less than half of the memory");
      }
    }

    /** The defaults: an index that grows, no eviction, the clock of the system. */
    public static Options ofCapacity(long bytes) {
      return new Options(bytes, false, 0, InstantSource.system());
    }

    /** The same, evicting or not. */
    public Options evict(boolean evict) {
      return new Options(capacity, evict, fixedBuckets, clock);
    }

    /** The same with so many buckets for good, a power of two, or 0 for an index that grows. */
    public Options fixedBuckets(int buckets) {
      return new Options(capacity, evict, buckets, clock);
    }

    /** The same with another clock. */
    public Options clock(InstantSource clock) {
      return new Options(capacity, evict, fixedBuckets, clock);
    }

    private TableMaker maker(Region region, boolean kept) {
      return new TableMaker(region.memory(), initialBuckets(), fixedBuckets > 0, evict, kept);
    }

    private int initialBuckets() {
      return fixedBuckets > 0 ? fixedBuckets : IndexMemory.initialBuckets(capacity);
    }
  }
}
