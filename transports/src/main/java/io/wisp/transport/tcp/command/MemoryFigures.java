// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.StoreStatistics;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What INFO and MEMORY STATS know of a server's memory.
 *
 * @param stored the store
 * @param used bytes of its index and of its records
 * @param peak the most bytes that were used when somebody asked
 * @param resident bytes of the whole process that are in RAM, where the system tells
 */
public record MemoryFigures(StoreStatistics stored, long used, long peak, OptionalLong resident) {

  /** Those of a store, by the most that was used so far, which is kept up to date. */
  public static MemoryFigures of(StoreStatistics stored, AtomicLong peak, OptionalLong resident) {
    long used = stored.indexBytes() + stored.recordBytes();
    return new MemoryFigures(stored, used, peak.accumulateAndGet(used, Math::max), resident);
  }
}
