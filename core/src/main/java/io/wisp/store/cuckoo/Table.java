// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

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
    Turns turns,
    Pages pages,
    Heap heap,
    Ledger ledger,
    Remover remover,
    Compactor compactor,
    IndexMemory indexMemory,
    Growth growth,
    Displacement displacement,
    @Nullable ReferenceBits references,
    @Nullable Eviction eviction) {

  /** Makes an empty table in a region, whatever was in it. */
  static Table create(MemorySegment memory, CuckooStore.Options options) {
    Geometry geometry = options.geometry();
    int buckets = geometry.initialBuckets();
    SecureRandom random = new SecureRandom();
    long hashSeed = random.nextLong();
    long incarnation = random.nextLong() | 1;
    Index index = new Index(memory, geometry.indexOffset(), hashSeed);
    Stripes stripes = new Stripes(Math.min(Geometry.MAX_STRIPES, buckets));
    Pages pages =
        new Pages(
            geometry.pages(), IndexMemory.pagesFor(geometry, buckets), geometry.segmentPages());
    Heap heap = new Heap(memory, pages, geometry);
    Ledger ledger = new Ledger();
    Remover remover = new Remover(memory, heap, ledger);
    ReferenceBits references = options.evict() ? new ReferenceBits(buckets) : null;
    Eviction eviction =
        references == null
            ? null
            : new Eviction(memory, index, stripes, references, remover, ledger);
    Compactor compactor = new Compactor(memory, index, stripes, pages, heap, geometry, eviction);
    IndexMemory indexMemory = new IndexMemory(memory, pages, geometry, compactor);
    // All of it, not only the buckets of now: the index grows into the rest of its last page.
    memory.asSlice(0, indexMemory.bytes()).fill((byte) 0);
    index.initialize(buckets);
    RegionHeader.write(memory, incarnation, hashSeed, geometry.indexOffset(), buckets);
    Displacement displacement = new Displacement(memory, index, stripes, references);
    Growth growth =
        new Growth(
            memory,
            index,
            stripes,
            indexMemory,
            displacement,
            references,
            options.fixedBuckets() > 0);
    return new Table(
        memory,
        incarnation,
        geometry,
        index,
        stripes,
        new Turns(),
        pages,
        heap,
        ledger,
        remover,
        compactor,
        indexMemory,
        growth,
        displacement,
        references,
        eviction);
  }
}
