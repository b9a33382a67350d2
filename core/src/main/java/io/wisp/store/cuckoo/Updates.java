// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.Transaction;
import io.wisp.store.Update;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import io.wisp.store.cuckoo.table.Index;
import java.util.BitSet;

/**
 * Updates and transactions. Each is tried without locks, until others have disturbed it too often;
 * then with those of its keys, for which the others wait.
 */
final class Updates {

  /** How often one is tried before others are asked to wait. */
  static final int WITHOUT_LOCK = 16;

  private final Store store;
  private final Index index;
  private final UpdateLocks updateLocks;

  /** Of a store, which has this table. */
  Updates(Store store, Table table) {
    this.store = store;
    index = table.index();
    updateLocks = table.updateLocks();
  }

  <S extends ValueSink> Status update(Slice key, S old, Update<S> update) {
    for (int i = 0; i < WITHOUT_LOCK; i++) {
      Status status = store.tryUpdate(key, old, update);
      if (status != Status.CONFLICT) {
        return status;
      }
    }
    if (updateLocks.isHolding()) {
      return tryUntilDone(key, old, update);
    }
    long hash = index.hash(key);
    updateLocks.lock(hash);
    try {
      return tryUntilDone(key, old, update);
    } finally {
      updateLocks.unlock(hash);
    }
  }

  private <S extends ValueSink> Status tryUntilDone(Slice key, S old, Update<S> update) {
    Status status;
    do {
      status = store.tryUpdate(key, old, update);
    } while (status == Status.CONFLICT);
    return status;
  }

  Status transact(Transaction transaction, Runnable work) {
    try {
      for (int i = 0; i < WITHOUT_LOCK; i++) {
        Status status = store.tryTransact(transaction, work);
        if (status != Status.CONFLICT || transaction.isRolledBack()) {
          return status;
        }
      }
      return transactWithLocks(transaction, work);
    } finally {
      transaction.reset();
    }
  }

  private Status transactWithLocks(Transaction transaction, Runnable work) {
    // Whoever holds locks must not wait for others.
    boolean mayLock = !updateLocks.isHolding();
    BitSet locks = new BitSet(UpdateLocks.COUNT);
    Status status;
    do {
      if (mayLock) {
        locks.or(locksOf(transaction.writes()));
      }
      status = transactWith(locks, transaction, work);
    } while (status == Status.CONFLICT && !transaction.isRolledBack());
    return status;
  }

  /** Attempts until one succeeds, or one has come to keys whose locks are not held. */
  private Status transactWith(BitSet locks, Transaction transaction, Runnable work) {
    updateLocks.lock(locks);
    try {
      Status status;
      do {
        status = store.tryTransact(transaction, work);
      } while (status == Status.CONFLICT
          && !transaction.isRolledBack()
          && areIn(locks, locksOf(transaction.writes())));
      return status;
    } finally {
      updateLocks.unlock(locks);
    }
  }

  private static boolean areIn(BitSet locks, BitSet some) {
    some.andNot(locks);
    return some.isEmpty();
  }

  private BitSet locksOf(WriteBatch writes) {
    BitSet locks = new BitSet(UpdateLocks.COUNT);
    for (int i = 0; i < writes.size(); i++) {
      locks.set(UpdateLocks.number(index.hash(writes.get(i).key())));
    }
    return locks;
  }
}
