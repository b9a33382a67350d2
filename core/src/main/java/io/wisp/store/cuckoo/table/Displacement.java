// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import io.wisp.store.cuckoo.region.Words;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Makes an empty slot for a key by moving other entries to their other buckets: the shortest chain
 * of moves is searched breadth first, without locks, and then carried out from its far end, so that
 * each move goes to an empty slot and no entry is ever without one. A move locks only its own two
 * buckets and is given up if they are not as the search saw them.
 *
 * @see <a href="https://www.cs.cmu.edu/~dga/papers/cuckoo-eurosys14.pdf">Li, Andersen, Kaminsky,
 *     Freedman: Algorithmic Improvements for Fast Concurrent Cuckoo Hashing, EuroSys 2014</a>
 */
public final class Displacement {

  /** What became of an attempt. */
  public enum Outcome {
    /** One of the key's buckets had an empty slot when the last move was done. */
    DONE,
    /** The chain was broken by another writer. It is worth trying again. */
    DISTURBED,
    /** There is no chain of moves. */
    NO_PATH
  }

  private static final int MAX_NODES = 2048;
  private static final ThreadLocal<Search> SEARCHES = ThreadLocal.withInitial(Search::new);

  private final MemorySegment memory;
  private final Index index;
  private final Stripes stripes;
  private final @Nullable ReferenceBits references;
  private final LongAdder displacements = new LongAdder();
  private final BackwardMoves backwardMoves = new BackwardMoves();

  /** The moves of a table; references are null unless entries are evicted. */
  public Displacement(Index index, Stripes stripes, @Nullable ReferenceBits references) {
    memory = index.memory();
    this.index = index;
    this.stripes = stripes;
    this.references = references;
  }

  /** Entries moved so far. */
  public long count() {
    return displacements.sum();
  }

  /** The moves that a walk must know of. */
  public BackwardMoves backwardMoves() {
    return backwardMoves;
  }

  /** Tries to free a slot in a bucket of the key with this hash. The caller holds no stripe. */
  public Outcome makeRoom(long hash) {
    return makeRoom(hash, null);
  }

  /**
   * {@link #makeRoom(long)} by moves between buckets whose stripes the caller holds, those of the
   * key among them; so nobody can disturb it. The answer is whether there is an empty slot.
   */
  public boolean makeRoomWithin(BitSet held, long hash) {
    return makeRoom(hash, held) == Outcome.DONE;
  }

  private Outcome makeRoom(long hash, @Nullable BitSet held) {
    Search search = SEARCHES.get();
    int node = findEmptySlot(search, hash, held);
    return node < 0 ? Outcome.NO_PATH : carryOut(search, node, held != null);
  }

  private Outcome carryOut(Search search, int lastNode, boolean areHeld) {
    for (int node = lastNode; search.parents[node] >= 0; node = search.parents[node]) {
      long from = search.buckets[search.parents[node]];
      long slot = search.slots[node];
      long to = search.buckets[node];
      if (!(areHeld ? moveHeld(from, slot, to) : move(from, slot, to))) {
        return Outcome.DISTURBED;
      }
    }
    return Outcome.DONE;
  }

  /** Moves the entry with this slot from one bucket to another, if it still is where it was. */
  public boolean move(long from, long slot, long to) {
    stripes.lockBuckets(from, to);
    try {
      return moveHeld(from, slot, to);
    } finally {
      stripes.unlockBuckets(from, to);
    }
  }

  private boolean moveHeld(long from, long slot, long to) {
    long source = find(from, slot);
    int empty = index.emptySlot(to);
    if (source == Index.NONE || empty < 0) {
      return false;
    }
    // The slot is still there and locked, so its record is too; the index may have grown, though.
    long hash = index.hashOfRecord(Bucket.recordOffset(slot));
    if (otherBucket(hash, from, index.buckets()) != to) {
      return false;
    }
    Words.setRelease(memory, Bucket.slotAddress(index.bucketAddress(to), empty), slot);
    index.announceDeparture(index.bucketAddress(from));
    Words.setRelease(memory, source, Bucket.EMPTY);
    if (references != null) {
      references.carry(from, Index.slotNumber(source), to, empty);
    }
    noteMove(hash, from, to);
    return true;
  }

  /** Before the stripes are free: a walk that comes to the emptied bucket must know of it. */
  private void noteMove(long hash, long from, long to) {
    displacements.increment();
    if (KeyHash.position(to) < KeyHash.position(from)) {
      backwardMoves.add(hash);
    }
  }

  private long find(long bucket, long slot) {
    for (int i = 0; i < Bucket.SLOTS; i++) {
      long address = Bucket.slotAddress(index.bucketAddress(bucket), i);
      if (Words.getPlain(memory, address) == slot) {
        return address;
      }
    }
    return Index.NONE;
  }

  /** The other bucket of an entry in a bucket, which may be the same. */
  public static long otherBucket(long hash, long bucket, long buckets) {
    long first = KeyHash.bucket(KeyHash.firstHalf(hash), buckets);
    long second = KeyHash.bucket(KeyHash.secondHalf(hash), buckets);
    return first == bucket ? second : first;
  }

  /** The number of a node whose bucket has an empty slot, or -1. */
  private int findEmptySlot(Search search, long hash, @Nullable BitSet held) {
    long count = index.buckets();
    search.size = 0;
    search.add(KeyHash.bucket(KeyHash.firstHalf(hash), count), -1, Bucket.EMPTY);
    search.add(KeyHash.bucket(KeyHash.secondHalf(hash), count), -1, Bucket.EMPTY);
    for (int node = 0; node < search.size; node++) {
      int found = expand(search, node, count, held);
      if (found >= 0) {
        return found;
      }
    }
    return -1;
  }

  private int expand(Search search, int node, long count, @Nullable BitSet held) {
    long bucket = search.buckets[node];
    for (int i = 0; i < Bucket.SLOTS && search.size < MAX_NODES; i++) {
      long slot = Words.getAcquire(memory, Bucket.slotAddress(index.bucketAddress(bucket), i));
      if (slot == Bucket.EMPTY) {
        return node;
      }
      long hash = index.hashOfRecord(Bucket.recordOffset(slot));
      long other = otherBucket(hash, bucket, count);
      if (other != bucket && (held == null || stripes.isIn(held, other))) {
        search.add(other, node, slot);
        if (index.emptySlot(other) >= 0) {
          return search.size - 1;
        }
      }
    }
    return -1;
  }

  /**
   * The buckets reached so far, each but the first two with the one before it and the slot there
   * that would move into it. Kept for each thread, so that a search allocates nothing; static, so
   * that no thread keeps a closed store alive.
   */
  private static final class Search {

    private final long[] buckets = new long[MAX_NODES];
    private final int[] parents = new int[MAX_NODES];
    private final long[] slots = new long[MAX_NODES];
    private int size;

    private void add(long bucket, int parent, long slot) {
      buckets[size] = bucket;
      parents[size] = parent;
      slots[size] = slot;
      size++;
    }
  }
}
