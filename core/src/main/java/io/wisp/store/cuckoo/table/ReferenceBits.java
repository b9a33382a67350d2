// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import java.util.Arrays;

/**
 * Which entries were read since eviction last came by: one bit a slot, a byte a bucket. Races may
 * lose a bit, or leave one to the next entry of a slot: eviction is a guess anyway, and a bit that
 * is right nearly always costs readers far less than one that is right always.
 */
public final class ReferenceBits {

  private byte[] bits;

  /** No entry of so many buckets was read. */
  public ReferenceBits(long buckets) {
    bits = new byte[Math.toIntExact(buckets)];
  }

  /** Notes that an entry was read. */
  public void set(long bucket, int slot) {
    byte[] array = bits;
    if (bucket < array.length) {
      byte old = array[(int) bucket];
      int bit = 1 << slot;
      if ((old & bit) == 0) {
        array[(int) bucket] = (byte) (old | bit);
      }
    }
  }

  /** Clears the bit; the answer is whether it was set. */
  boolean clear(long bucket, int slot) {
    byte[] array = bits;
    if (bucket >= array.length) {
      return false;
    }
    byte old = array[(int) bucket];
    int bit = 1 << slot;
    array[(int) bucket] = (byte) (old & ~bit);
    return (old & bit) != 0;
  }

  /** Takes the bit along with an entry that moves to another slot. */
  void carry(long fromBucket, int fromSlot, long toBucket, int toSlot) {
    if (clear(fromBucket, fromSlot)) {
      set(toBucket, toSlot);
    }
  }

  /** Makes room for so many buckets. Called by one thread at a time. */
  void ensureCapacity(long buckets) {
    if (buckets > bits.length) {
      bits = Arrays.copyOf(bits, Math.toIntExact(Math.max(buckets, bits.length * 2L)));
    }
  }
}
