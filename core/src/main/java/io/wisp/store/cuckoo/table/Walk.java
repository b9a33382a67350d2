// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;

/**
 * A walk over all buckets while the table is in use. It meets every entry that is there from its
 * beginning to its end.
 *
 * <p>Buckets are visited in the order of their positions. The position of a half of a hash is the
 * half with its 32 bits in reverse. A bucket of level l holds the halves that share their last l
 * bits, and so the positions that share their first l: an interval. A split cuts an interval in two
 * and a merge joins the two, neither moves an entry to another position, and so the buckets may
 * become more or fewer while a walk goes on.
 *
 * <p>A key has two positions. An entry that leaves one not yet visited for one already visited
 * would be missed: {@link BackwardMoves} tells of it, and it is visited after the move. Only the
 * last {@value BackwardMoves#KEPT} moves are known.
 *
 * @see <a href="https://github.com/redis/redis/pull/579">Noordhuis: SCAN, for the order of reversed
 *     bits</a>
 */
public final class Walk {

  /** What is done with the entries. */
  public interface Visitor {

    /** Sees an entry; the stripe of its bucket is held. */
    void visit(long slotAddress, long slot);

    /** Comes after the entries of a bucket, when no stripe is held. */
    default void leave() {}
  }

  /** The position behind the last. */
  private static final long END = 1L << Integer.SIZE;

  private static final long MOVES_MASK = Integer.MAX_VALUE;

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final BackwardMoves moves;
  private long position;
  private long movesSeen;
  private boolean missedMoves;

  /** A walk from a position on. */
  public Walk(Index index, Stripes stripes, BackwardMoves moves, long position) {
    this.memory = index.memory();
    this.index = index;
    this.stripes = stripes;
    this.moves = moves;
    this.position = position;
    movesSeen = moves.count();
  }

  /** A walk that goes on where an earlier one had this {@link #cursor}; 0 begins one. */
  public static Walk at(Index index, Stripes stripes, BackwardMoves moves, long cursor) {
    Walk walk = new Walk(index, stripes, moves, cursor & (END - 1));
    if (cursor != 0) {
      long since = (walk.movesSeen - (cursor >>> Integer.SIZE)) & MOVES_MASK;
      walk.movesSeen -= Math.min(since, walk.movesSeen);
    }
    return walk;
  }

  /** Where to go on: the position in the lower half, the moves seen in the upper; 0 at the end. */
  public long cursor() {
    return isOver() ? 0 : (movesSeen & MOVES_MASK) << Integer.SIZE | position;
  }

  /** The first position that was not yet visited. */
  public long position() {
    return position;
  }

  /** Whether all buckets were visited. */
  public boolean isOver() {
    return position == END;
  }

  /** Whether there were more moves at once than are known, so that entries may have been missed. */
  public boolean hasMissedMoves() {
    return missedMoves;
  }

  /**
   * Visits the next buckets, as long as there are any, then what has moved behind them meanwhile.
   *
   * @param mayGoOn asked after each bucket whether to visit another one
   */
  public void visit(BooleanSupplier mayGoOn, Visitor visitor) {
    long from = position;
    do {
      visitBucket(visitor);
    } while (!isOver() && mayGoOn.getAsBoolean());
    visitMoved(from, visitor);
  }

  /** What allows so many buckets in one {@link #visit}. */
  public static BooleanSupplier forBuckets(int count) {
    int[] left = {count};
    return () -> --left[0] > 0;
  }

  /*
   * The stripe follows from the last bits of the half, so it is known before the bucket is; and
   * while it is held, nobody splits or merges the bucket.
   */
  private void visitBucket(Visitor visitor) {
    long half = KeyHash.halfAt(position);
    stripes.lockBucket(half);
    try {
      long address = index.bucketAddress(KeyHash.bucket(half, index.buckets()));
      for (int i = 0; i < Bucket.SLOTS; i++) {
        visitSlot(Bucket.slotAddress(address, i), visitor);
      }
      int level = Bucket.level(Words.getPlain(memory, address));
      position = (position | (END - 1) >>> level) + 1;
    } finally {
      stripes.unlockBucket(half);
    }
    visitor.leave();
  }

  private void visitSlot(long slotAddress, Visitor visitor) {
    long slot = Words.getPlain(memory, slotAddress);
    if (slot != Bucket.EMPTY) {
      visitor.visit(slotAddress, slot);
    }
  }

  /*
   * An entry was missed only if it left for a position before the walk's, from one that was not yet
   * visited. It may have moved on since, so both its buckets are looked into at once.
   */
  private void visitMoved(long from, Visitor visitor) {
    long now = moves.count();
    while (movesSeen < now) {
      long hash = moves.hash(movesSeen);
      if (!moves.has(movesSeen)) {
        missedMoves = true;
        movesSeen = moves.count() - BackwardMoves.KEPT;
        continue;
      }
      movesSeen++;
      long first = KeyHash.position(KeyHash.firstHalf(hash));
      long second = KeyHash.position(KeyHash.secondHalf(hash));
      if (Math.min(first, second) < position && Math.max(first, second) >= from) {
        visitKey(hash, visitor);
      }
    }
  }

  private void visitKey(long hash, Visitor visitor) {
    stripes.lockKey(hash);
    try {
      long slotAddress = index.locateHash(hash);
      if (slotAddress != Index.NONE) {
        visitSlot(slotAddress, visitor);
      }
    } finally {
      stripes.unlockKey(hash);
    }
    visitor.leave();
  }
}
