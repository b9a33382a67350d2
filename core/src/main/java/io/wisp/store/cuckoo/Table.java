// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.log.Compactor;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.Pages;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.Journal;
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
import org.jspecify.annotations.Nullable;

/**
 * The parts of a table. A {@link TableMaker} puts them together.
 *
 * @param incarnation what tells this table from all others
 * @param checksumSeed of its records' checksums
 * @param references null unless entries are evicted
 * @param eviction null unless entries are evicted
 * @param journal null unless the table is kept
 */
record Table(
    MemorySegment memory,
    long incarnation,
    long checksumSeed,
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
    @Nullable ClockEviction eviction,
    @Nullable Journal journal) {}
