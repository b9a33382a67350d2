// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.cuckoo.region.Geometry;

/** The memory that records may fill before a write is refused, as {@code FORMAT.md} states it. */
final class UsableMemory {

  private UsableMemory() {}

  /**
   * The bytes that records may have in a store with the index of now.
   *
   * @param largest the size of the largest record, less than an eighth of a segment
   * @param writers threads that write at the same time
   */
  static long of(CuckooStore store, int largest, int writers) {
    Geometry geometry = store.table().geometry();
    long segment = geometry.segmentSize();
    long heap =
        ((long) geometry.pages() << geometry.pageShift())
            - store.table().indexMemory().bytes()
            - (2L + writers) * segment;
    return heap - heap / 128 - heap / segment * largest;
  }
}
