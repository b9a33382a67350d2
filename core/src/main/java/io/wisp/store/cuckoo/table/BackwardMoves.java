// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

/**
 * The hashes of the last keys whose entries moved to a bucket that a {@link Walk} visits before the
 * one they left. A walk that is between the two looks for them again. Moves are numbered from 0.
 */
public final class BackwardMoves {

  /** How many are kept: 128 KiB of them. */
  static final int KEPT = 1 << 14;

  private final long[] hashes = new long[KEPT];
  private long count;

  /**
   * Notes the move of an entry. The caller holds the stripes of the key, so that a walk that finds
   * the bucket without the entry finds the move here.
   */
  synchronized void add(long hash) {
    hashes[(int) (count++ & (KEPT - 1))] = hash;
  }

  /** How many there have been. */
  public synchronized long count() {
    return count;
  }

  /** Whether a move is still kept. */
  synchronized boolean has(long move) {
    return move < count && move >= count - KEPT;
  }

  /** The hash of the key that moved, or of one that did so later if it is no longer kept. */
  synchronized long hash(long move) {
    return hashes[(int) (move & (KEPT - 1))];
  }
}
