// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Fair locks, for read-modify-writes that writes of the same key have disturbed too often: while an
 * update has its lock, no other write of a key with these bits of its hash begins. Who waits for a
 * lock holds nothing, and it is given in the order in which it was asked for.
 */
final class UpdateLocks {

  private static final int COUNT = 256;

  private final ReentrantLock[] locks = new ReentrantLock[COUNT];

  UpdateLocks() {
    for (int i = 0; i < COUNT; i++) {
      locks[i] = new ReentrantLock(true);
    }
  }

  private ReentrantLock of(long hash) {
    return locks[(int) hash & (COUNT - 1)];
  }

  /** Waits until others have unlocked. The caller holds no lock. */
  void lock(long hash) {
    of(hash).lock();
  }

  void unlock(long hash) {
    of(hash).unlock();
  }

  /** Waits while somebody else has the lock. The caller is about to write and holds no lock. */
  void awaitOthers(long hash) {
    ReentrantLock lock = of(hash);
    if (lock.isLocked() && !lock.isHeldByCurrentThread()) {
      lock(hash);
      unlock(hash);
    }
  }
}
