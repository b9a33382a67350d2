// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import io.wisp.store.RecordAddress;
import java.util.Arrays;

/**
 * Where records were last found, by the hashes of their keys: a set-associative cache of a fixed
 * number of entries in two arrays. What it says is a guess; the record that is read there proves
 * itself or does not. No operation allocates. Belongs to one thread.
 */
public final class RecordAddressCache {

  private static final int WAYS = 4;
  private static final int MAX_ENTRIES = 1 << 28;

  private final long[] hashes;
  private final long[] addresses;
  private final int setMask;
  private int victim;

  /**
   * An empty cache.
   *
   * @param entries how many addresses it can hold, at 16 bytes each; rounded up to a power of two
   * @throws IllegalArgumentException if that is not 1 to 2^28
   */
  public RecordAddressCache(int entries) {
    if (entries < 1 || entries > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a cache of addresses has 1 to " + MAX_ENTRIES + " entries, not " + entries);
    }
    int capacity = Math.max(WAYS, Integer.highestOneBit(2 * entries - 1));
    hashes = new long[capacity];
    addresses = new long[capacity];
    setMask = capacity / WAYS - 1;
  }

  /** How many addresses it can hold. */
  public int capacity() {
    return addresses.length;
  }

  /**
   * The {@link RecordAddress} where the record of the key with this hash was, or {@link
   * RecordAddress#NONE}.
   */
  public long find(long hash) {
    int way = way(hash);
    return way < 0 ? RecordAddress.NONE : addresses[way];
  }

  /**
   * Remembers where the record of a key is, in place of what was known of it, or of another key.
   *
   * @param address a {@link RecordAddress}, not {@link RecordAddress#NONE}
   */
  public void put(long hash, long address) {
    int way = way(hash);
    if (way < 0) {
      way = freeWay(hash);
      hashes[way] = hash;
    }
    addresses[way] = address;
  }

  /** Forgets where the record of the key with this hash is. */
  public void invalidate(long hash) {
    int way = way(hash);
    if (way >= 0) {
      addresses[way] = RecordAddress.NONE;
    }
  }

  /** Forgets everything: to be done when the region holds another table. */
  public void clear() {
    Arrays.fill(addresses, RecordAddress.NONE);
  }

  private int way(long hash) {
    int first = firstWay(hash);
    for (int way = first; way < first + WAYS; way++) {
      if (hashes[way] == hash && addresses[way] != RecordAddress.NONE) {
        return way;
      }
    }
    return -1;
  }

  private int freeWay(long hash) {
    int first = firstWay(hash);
    for (int way = first; way < first + WAYS; way++) {
      if (addresses[way] == RecordAddress.NONE) {
        return way;
      }
    }
    return first + (victim++ & (WAYS - 1));
  }

  private int firstWay(long hash) {
    return ((int) (hash ^ (hash >>> 32)) & setMask) * WAYS;
  }
}
