// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import java.util.Arrays;

/** A set of stripes, for a thread that holds those of many keys at once. */
public final class StripeSet {

  /** The stripes of a large table. */
  public static final int MAX_STRIPES = 1024;

  private final long[] words = new long[MAX_STRIPES / Long.SIZE];

  /** Takes all stripes out. */
  public void clear() {
    Arrays.fill(words, 0);
  }

  void add(int stripe) {
    words[stripe / Long.SIZE] |= 1L << stripe;
  }

  boolean has(int stripe) {
    return (words[stripe / Long.SIZE] & (1L << stripe)) != 0;
  }

  /** The lowest stripe of the set that is not below this one, or -1. */
  int next(int stripe) {
    int index = stripe / Long.SIZE;
    if (index == words.length) {
      return -1;
    }
    long word = words[index] & (-1L << stripe);
    while (word == 0) {
      if (++index == words.length) {
        return -1;
      }
      word = words[index];
    }
    return index * Long.SIZE + Long.numberOfTrailingZeros(word);
  }
}
