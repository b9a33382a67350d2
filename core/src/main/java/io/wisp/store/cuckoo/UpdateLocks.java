// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Fair locks, for read-modify-writes that writes of the same keys have disturbed too often: while
 * an update has its locks, no other write of a key with these bits of its hash begins. Who waits
 * for the first lock holds nothing, who waits for others takes them in order, and they are given in
 * the order in which they were asked for.
 */
final class UpdateLocks {

  static final int COUNT = 256;

  private final ReentrantLock[] locks = new ReentrantLock[COUNT];

  UpdateLocks() {
    for (int i = 0; i < COUNT; i++) {
      locks[i] = new ReentrantLock(true);
    }
  }

  /** The number of the lock of a key. */
  static int number(long hash) {
    return (int) hash & (COUNT - 1);
  }

  /** Waits until others have unlocked. The caller holds no lock. */
  void lock(long hash) {
    locks[number(hash)].lock();
  }

  void unlock(long hash) {
    locks[number(hash)].unlock();
  }

  /** Locks the locks of some numbers, the lowest first. The caller holds no lock. */
  void lock(BitSet numbers) {
    numbers.stream().forEach(number -> locks[number].lock());
  }

  void unlock(BitSet numbers) {
    numbers.stream().forEach(number -> locks[number].unlock());
  }

  /**
   * Waits while somebody else has the lock. The caller is about to write. If he holds a lock
   * himself, even another one, he does not wait: so no circle of waiting threads can close.
   */
  void awaitOthers(long hash) {
    ReentrantLock lock = locks[number(hash)];
    if (lock.isLocked() && !isHolding()) {
      lock(hash);
      unlock(hash);
    }
  }

  /** Whether the caller holds a lock. */
  boolean isHolding() {
    for (ReentrantLock lock : locks) {
      if (lock.isHeldByCurrentThread()) {
        return true;
      }
    }
    return false;
  }
}
