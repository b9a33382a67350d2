// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.RecordAddress;
import java.util.Arrays;

/**
 * Where records were last found, by the hashes of their keys: a set-associative cache of a fixed
 * number of entries. What it says is a guess; the record that is read there proves itself or does
 * not. A key is looked for once a request, by {@link #locate}; all else begins at the place where
 * that found it. No operation allocates. Belongs to one thread.
 */
final class RecordAddressCache {

  private static final int WAYS = 4;
  private static final int MAX_ENTRIES = 1 << 28;

  /** Of an entry: the hash, and behind it the address, so that both are in one cache line. */
  private static final int WORDS = 2;

  private static final int SET_WORDS = WAYS * WORDS;

  /** An entry whose address was forgotten keeps its hash until another key takes it. */
  private final long[] entries;

  private final int setMask;
  private int victim;

  /**
   * An empty cache.
   *
   * @param entries how many addresses it can hold, at 16 bytes each; rounded up to a power of two
   * @throws IllegalArgumentException if that is not 1 to 2^28
   */
  RecordAddressCache(int entries) {
    if (entries < 1 || entries > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a cache of addresses has 1 to " + MAX_ENTRIES + " entries, not " + entries);
    }
    int capacity = Math.max(WAYS, Integer.highestOneBit(2 * entries - 1));
    this.entries = new long[capacity * WORDS];
    setMask = capacity / WAYS - 1;
  }

  /** How many addresses it can hold. */
  int capacity() {
    return entries.length / WORDS;
  }

  /** Looks where the key with the handle's hash is, and puts that into the handle. */
  void locate(KeyHandle key) {
    key.place = place(key.hash);
  }

  /**
   * The {@link RecordAddress} where the record of a key was when it was located or put, or {@link
   * RecordAddress#NONE}.
   */
  long find(KeyHandle key) {
    return isInPlace(key) ? entries[key.place + 1] : RecordAddress.NONE;
  }

  /**
   * Remembers where the record of a key is, in place of what was known of it, or of another key.
   *
   * @param address a {@link RecordAddress}, not {@link RecordAddress#NONE}
   */
  void put(KeyHandle key, long address) {
    if (!isInPlace(key)) {
      locate(key);
      if (key.place == KeyHandle.NOWHERE) {
        key.place = placeToTake(key.hash);
        entries[key.place] = key.hash;
      }
    }
    // To look takes less than to make a line of the processor's cache dirty.
    if (entries[key.place + 1] != address) {
      entries[key.place + 1] = address;
    }
  }

  /** Forgets where the record of a key is. */
  void invalidate(KeyHandle key) {
    if (!isInPlace(key)) {
      locate(key);
    }
    if (key.place != KeyHandle.NOWHERE) {
      entries[key.place + 1] = RecordAddress.NONE;
    }
  }

  /** Forgets everything: to be done when the region holds another table. */
  void clear() {
    Arrays.fill(entries, RecordAddress.NONE);
  }

  private boolean isInPlace(KeyHandle key) {
    return key.place != KeyHandle.NOWHERE && entries[key.place] == key.hash;
  }

  private int place(long hash) {
    int first = firstPlace(hash);
    for (int place = first; place < first + SET_WORDS; place += WORDS) {
      if (entries[place] == hash) {
        return place;
      }
    }
    return KeyHandle.NOWHERE;
  }

  private int placeToTake(long hash) {
    int first = firstPlace(hash);
    for (int place = first; place < first + SET_WORDS; place += WORDS) {
      if (entries[place + 1] == RecordAddress.NONE) {
        return place;
      }
    }
    return first + (victim++ & (WAYS - 1)) * WORDS;
  }

  private int firstPlace(long hash) {
    return ((int) (hash ^ (hash >>> 32)) & setMask) * SET_WORDS;
  }
}
