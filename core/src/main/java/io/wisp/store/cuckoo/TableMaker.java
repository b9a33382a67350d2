// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.log.Compactor;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.Pages;
import io.wisp.store.cuckoo.log.SegmentLengths;
import io.wisp.store.cuckoo.log.SpareRestoration;
import io.wisp.store.cuckoo.recovery.Recovery;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.Journal;
import io.wisp.store.cuckoo.region.RecoveryArea;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.UnrecoverableException;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.ClockEviction;
import io.wisp.store.cuckoo.table.Counters;
import io.wisp.store.cuckoo.table.Displacement;
import io.wisp.store.cuckoo.table.Entries;
import io.wisp.store.cuckoo.table.Growth;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.IndexMemory;
import io.wisp.store.cuckoo.table.ReferenceBits;
import io.wisp.store.cuckoo.table.Stripes;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Puts the parts of a table together, in a region that holds nothing or what another left. */
final class TableMaker {

  private final MemorySegment memory;
  private final int minBuckets;
  private final boolean fixed;
  private final boolean evict;
  private final Geometry geometry;
  private final @Nullable RecoveryArea area;
  private final long incarnation = new SecureRandom().nextLong() | 1;

  /**
   * The maker of a table in a region.
   *
   * @param minBuckets how many buckets its index has at first, and at least
   * @param fixed whether it has them for good
   * @param evict whether entries are evicted when memory is short
   * @param kept whether the region is to be recovered when its process has ended
   */
  TableMaker(MemorySegment memory, int minBuckets, boolean fixed, boolean evict, boolean kept) {
    this.memory = memory;
    this.minBuckets = minBuckets;
    this.fixed = fixed;
    this.evict = evict;
    Geometry region = Geometry.of(memory.byteSize());
    area = kept ? RecoveryArea.of(region) : null;
    geometry = area == null ? region : region.first(area.pages());
  }

  /** Makes an empty table, whatever was in the region. */
  Table create() {
    SecureRandom random = new SecureRandom();
    RegionHeader.invalidate(memory);
    int indexPages = IndexMemory.pagesFor(geometry, minBuckets);
    // All of it, not only the buckets of now: the index grows into the rest of its last page.
    memory.asSlice(0, geometry.bytes(indexPages)).fill((byte) 0);
    if (area != null) {
      memory.asSlice(area.offset()).fill((byte) 0);
    }
    RegionHeader.write(
        memory,
        random.nextLong(),
        random.nextLong(),
        Index.OFFSET,
        minBuckets,
        indexPages,
        area == null ? 0 : area.offset());
    BitSet free = new BitSet();
    free.set(indexPages, geometry.pages());
    Stripes stripes = stripes();
    Table table =
        assemble(stripes, free, area == null ? new Counters(stripes) : keptCounters(stripes, 0, 0));
    table.index().initialize(minBuckets);
    open();
    return table;
  }

  /** A table, and what its recovery found. */
  record Recovered(Table table, Recovery.Result found) {}

  /**
   * Goes on with the table that another process has left.
   *
   * @throws UnrecoverableException if there is none; the message says why
   */
  Recovered recover() {
    if (area == null) {
      throw new IllegalStateException("only a kept table is recovered");
    }
    Recovery.Result found = Recovery.run(memory, geometry, area, minBuckets, fixed);
    Stripes stripes = stripes();
    Counters counters = keptCounters(stripes, found.report().entries(), found.expiring());
    Table table = assemble(stripes, found.freePages(), counters);
    table.heap().adopt(found.segments(), RegionHeader.versionBound(memory));
    SpareRestoration spare =
        new SpareRestoration(table.pages(), table.heap(), geometry, table.compactor().evacuation());
    if (!spare.restore()) {
      throw new UnrecoverableException("its memory is so full of damage that none can be won");
    }
    open();
    return new Recovered(table, found);
  }

  private void open() {
    if (area != null) {
      RegionHeader.use(memory);
    }
    RegionHeader.open(memory, incarnation);
  }

  /** So many that no index that the table ever has is smaller. */
  private Stripes stripes() {
    return new Stripes(Math.min(Stripes.MAX_STRIPES, minBuckets));
  }

  private Counters keptCounters(Stripes stripes, long entries, long expiring) {
    return new Counters(stripes, memory, entries, expiring);
  }

  private Table assemble(Stripes stripes, BitSet freePages, Counters counters) {
    Index index = new Index(memory, Words.getPlain(memory, RegionHeader.HASH_SEED_OFFSET));
    long buckets = index.buckets();
    Pages pages = new Pages(geometry.pages(), freePages, geometry.segmentPages());
    SegmentLengths lengths = area == null ? null : new SegmentLengths(memory, area);
    Heap heap = new Heap(memory, pages, geometry, lengths);
    Entries entries = new Entries(index, stripes, heap, counters);
    ReferenceBits references = evict ? new ReferenceBits(buckets) : null;
    ClockEviction eviction =
        references == null
            ? null
            : new ClockEviction(index, stripes, references, entries, counters);
    Compactor compactor = new Compactor(memory, pages, heap, geometry, entries, eviction);
    IndexMemory indexMemory = new IndexMemory(memory, pages, geometry, compactor);
    Displacement displacement = new Displacement(index, stripes, references);
    Growth growth =
        new Growth(index, stripes, indexMemory, displacement, references, minBuckets, fixed);
    return new Table(
        memory,
        incarnation,
        Words.getPlain(memory, RegionHeader.CHECKSUM_SEED_OFFSET),
        geometry,
        index,
        stripes,
        new UpdateLocks(),
        pages,
        heap,
        counters,
        entries,
        compactor,
        indexMemory,
        growth,
        displacement,
        references,
        eviction,
        area == null ? null : new Journal(memory, area));
  }
}
