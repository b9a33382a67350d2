// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.log.Compactor;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.Pages;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.RegionHeader;
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
import org.jspecify.annotations.Nullable;

/**
 * The parts of a table and how they are put together.
 *
 * @param incarnation what tells this table from all others
 * @param references null unless entries are evicted
 * @param eviction null unless entries are evicted
 */
record Table(
    MemorySegment memory,
    long incarnation,
    Geometry geometry,
    Index index,
    Stripes stripes,
    UpdateLocks updateLocks,
    Pages pages,
    Heap heap,
    Counters counters,
    Entries entries,
    Compactor compactor,
    IndexMemory indexMemory,
    Growth growth,
    Displacement displacement,
    @Nullable ReferenceBits references,
    @Nullable ClockEviction eviction) {

  /**
   * Makes an empty table in a region, whatever was in it.
   *
   * @param buckets how many buckets its index has
   * @param fixed whether it has them for good
   * @param evict whether entries are evicted when memory is short
   */
  static Table create(MemorySegment memory, int buckets, boolean fixed, boolean evict) {
    Geometry geometry = Geometry.of(memory.byteSize());
    SecureRandom random = new SecureRandom();
    long hashSeed = random.nextLong();
    long incarnation = random.nextLong() | 1;
    Index index = new Index(memory, hashSeed);
    Stripes stripes = new Stripes(Math.min(Stripes.MAX_STRIPES, buckets));
    Pages pages =
        new Pages(
            geometry.pages(), IndexMemory.pagesFor(geometry, buckets), geometry.segmentPages());
    Heap heap = new Heap(memory, pages, geometry);
    Counters counters = new Counters(stripes);
    Entries entries = new Entries(index, stripes, heap, counters);
    ReferenceBits references = evict ? new ReferenceBits(buckets) : null;
    ClockEviction eviction =
        references == null
            ? null
            : new ClockEviction(index, stripes, references, entries, counters);
    Compactor compactor = new Compactor(memory, pages, heap, geometry, entries, eviction);
    IndexMemory indexMemory = new IndexMemory(memory, pages, geometry, compactor, buckets);
    // All of it, not only the buckets of now: the index grows into the rest of its last page.
    memory.asSlice(0, indexMemory.bytes()).fill((byte) 0);
    index.initialize(buckets);
    RegionHeader.write(memory, incarnation, hashSeed, Index.OFFSET, buckets);
    Displacement displacement = new Displacement(index, stripes, references);
    Growth growth = new Growth(index, stripes, indexMemory, displacement, references, fixed);
    return new Table(
        memory,
        incarnation,
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
        eviction);
  }
}
