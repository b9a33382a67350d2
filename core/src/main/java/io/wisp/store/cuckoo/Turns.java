// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets a read-modify-write come to its end that writes of the same key have disturbed too often:
 * while it has its turn, no other write of a key with these bits of its hash begins. Who waits for
 * a turn holds nothing, and turns are given in the order in which they were asked for.
 */
final class Turns {

  private static final int COUNT = 256;

  private final ReentrantLock[] turns = new ReentrantLock[COUNT];

  Turns() {
    for (int i = 0; i < COUNT; i++) {
      turns[i] = new ReentrantLock(true);
    }
  }

  private ReentrantLock of(long hash) {
    return turns[(int) hash & (COUNT - 1)];
  }

  /** Waits for a turn, which {@link #end} ends. The caller holds no lock. */
  void take(long hash) {
    of(hash).lock();
  }

  void end(long hash) {
    of(hash).unlock();
  }

  /** Waits while somebody else has a turn. The caller is about to write and holds no lock. */
  void letOthersEnd(long hash) {
    ReentrantLock turn = of(hash);
    if (turn.isLocked() && !turn.isHeldByCurrentThread()) {
      take(hash);
      end(hash);
    }
  }
}
