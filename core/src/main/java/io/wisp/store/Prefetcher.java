// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

/**
 * Loads, for several keys together, the memory that a read or write of each will wait for. Whoever
 * has several requests at hand adds their keys, calls {@link #load}, and then carries them out as
 * ever. It changes nothing and promises nothing. It belongs to one thread.
 */
public interface Prefetcher {

  /** How many keys are loaded together at most. No other number was measured. */
  int MAX_KEYS = 16;

  /** One of a store that has nothing to load. */
  Prefetcher NONE =
      new Prefetcher() {
        @Override
        public boolean isUseful() {
          return false;
        }

        @Override
        public boolean add(Slice key) {
          return false;
        }

        @Override
        public void load() {}
      };

  /** Whether the store is so large now that its memory is mostly not in a processor's cache. */
  boolean isUseful();

  /**
   * Adds a key, whose bytes are not needed afterwards; or does nothing if there is no room.
   *
   * @return whether there is room for another one
   */
  boolean add(Slice key);

  /** Loads what the keys added since the last call will need. Allocates nothing and never waits. */
  void load();
}
