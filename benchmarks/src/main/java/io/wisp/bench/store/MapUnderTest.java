// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.store;

import io.wisp.measure.workload.RequestKind;

/** A map from keys to values of {@link MapEntries}' sizes, which many threads use at once. */
interface MapUnderTest extends AutoCloseable {

  /** The map as one thread uses it. */
  Session session();

  /** The memory that the map occupies now, in bytes, with all that it holds. */
  long memoryBytes();

  @Override
  void close();

  /**
   * Buffers of one thread and what it does with them. Each map is used in the cheapest way that
   * does the same work: a put leaves a copy of key and value in the map, a get copies the value out
   * of it.
   */
  interface Session extends AutoCloseable {

    /** Puts the value under the key of this number. */
    boolean put(long number);

    /** Copies the value of a key; whether it is there. */
    boolean get(long number);

    /**
     * Loads what requests for the keys of these numbers, the first of them, will need; of a map
     * that cannot, nothing.
     */
    default void prefetch(long[] numbers, int count) {}

    /** Removes a key; whether it was there. */
    boolean delete(long number);

    @Override
    default void close() {}

    default boolean request(RequestKind kind, long number) {
      return switch (kind) {
        case PUT -> put(number);
        case GET -> get(number);
        case DELETE -> delete(number);
      };
    }
  }
}
