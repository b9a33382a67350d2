// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import io.wisp.cluster.SlotChange;
import io.wisp.cluster.SlotLedger;
import io.wisp.cluster.SlotMoves;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import java.io.IOException;

/**
 * Carries out what the log says: each entry at one moment, each write with its own version. A write
 * whose key has a record that is as new or newer changes nothing, so that a snapshot which was
 * taken while writes went on becomes whole when the entries behind its beginning are carried out
 * again.
 *
 * <p>One thread uses it, and nobody else writes to the store.
 */
final class StoreWriter {

  private static final long MAKE_ROOM_NANOS = 10_000_000;
  private static final int KEYS_PER_STEP = 1024;

  private final Store store;
  private final SlotLedger slots;
  private final WriteBatch batch = new WriteBatch();
  private final RecordSink found = new RecordSink();
  private long applied;
  private long newestOfSnapshot;

  /** One that writes to an empty store. */
  StoreWriter(Store store) {
    this(store, new SlotLedger(null));
  }

  /**
   * One that writes to an empty store.
   *
   * @param slots is told of moves of slots
   */
  StoreWriter(Store store, SlotLedger slots) {
    this.store = store;
    this.slots = slots;
  }

  /** The version of the last write of the log that was carried out. */
  long applied() {
    return applied;
  }

  /** The version of the newest record of the snapshot; 0 if there was none. */
  long newestOfSnapshot() {
    return newestOfSnapshot;
  }

  /**
   * Empties the store: what it is to hold is in a snapshot of another member. Before, leases end by
   * which clients may read it, of a reign of this member that was until now.
   */
  void startAnew() {
    Reign.outlastLeases(System.nanoTime());
    store.clear();
    slots.restore(SlotMoves.NONE);
    applied = 0;
    newestOfSnapshot = 0;
  }

  /** The store has what a snapshot says, which began behind the write with this version. */
  void startAt(long version, long newest) {
    applied = version;
    newestOfSnapshot = newest;
  }

  /** The log of a snapshot has said this of moves of slots. */
  void restore(SlotMoves moves) {
    slots.restore(moves);
  }

  /**
   * Carries out an entry.
   *
   * @return whether it is the next one; if not, it is one that its writer has given up, and changes
   *     nothing
   * @throws IOException if the store has no memory for it
   */
  boolean apply(Entry entry) throws IOException {
    if (entry.first() != applied + 1) {
      return false;
    }
    boolean mayBeOlder = entry.first() <= newestOfSnapshot;
    if (entry.clears()) {
      clear(entry.first(), mayBeOlder);
      slots.clear();
    }
    if (entry.count() > 0) {
      batch.clear();
      try {
        fill(entry, mayBeOlder);
        write();
      } finally {
        batch.clear();
      }
    }
    SlotChange change = entry.change();
    if (change != null) {
      slots.apply(change);
    }
    applied = entry.last();
    return true;
  }

  private void fill(Entry entry, boolean mayBeOlder) {
    long now = store.currentTimeMillis();
    entry.forEach(
        new Entry.Sink() {
          @Override
          public void put(Slice key, Slice value, long expiresAt, long version) {
            if (mayBeOlder && isAsNew(key, version)) {
              return;
            }
            if (hasPassed(expiresAt, now)) {
              batch.delete(key, WriteCondition.ALWAYS, 0);
            } else {
              batch.putAs(key, value, expiresAt, version);
            }
          }

          @Override
          public void delete(Slice key, long version) {
            if (!mayBeOlder || !isAsNew(key, version)) {
              batch.delete(key, WriteCondition.ALWAYS, 0);
            }
          }
        });
  }

  private boolean isAsNew(Slice key, long version) {
    return store.get(key, found) == Status.FOUND && found.version() >= version;
  }

  /** Puts a record of a snapshot. */
  void restore(Slice key, Slice value, long expiresAt, long version) throws IOException {
    if (isAsNew(key, version) || hasPassed(expiresAt, store.currentTimeMillis())) {
      return;
    }
    batch.clear();
    try {
      batch.putAs(key, value, expiresAt, version);
      write();
    } finally {
      batch.clear();
    }
  }

  private static boolean hasPassed(long expiresAt, long now) {
    return expiresAt != Store.NEVER && expiresAt <= now;
  }

  private void write() throws IOException {
    Status status = store.writeAll(batch);
    for (boolean more = true; status == Status.OUT_OF_MEMORY && more; ) {
      // What has expired may still be there: nobody reclaims it while the log is read.
      more = store.maintain(MAKE_ROOM_NANOS);
      status = store.writeAll(batch);
    }
    if (status == Status.OUT_OF_MEMORY) {
      throw new IOException(
          "the store has no room for what the log says: start the server with more --memory");
    }
    if (status != Status.DONE) {
      throw new IOException("the store answered " + status + " to what the log says");
    }
  }

  /** Removes all, but what a snapshot has that is newer. */
  private void clear(long version, boolean mayBeOlder) {
    if (!mayBeOlder) {
      store.clear();
      return;
    }
    StoreWalk walk = new StoreWalk(store);
    while (walk.hasMore()) {
      for (byte[] bytes : walk.next(KEYS_PER_STEP)) {
        Slice key = Slice.of(bytes);
        if (!isAsNew(key, version)) {
          store.delete(key);
        }
      }
    }
  }
}
