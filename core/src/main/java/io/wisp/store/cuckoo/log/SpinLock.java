// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A lock that is held for some tens of nanoseconds. Not reentrant, not fair. */
final class SpinLock {

  private static final VarHandle HELD;

  static {
    try {
      HELD = MethodHandles.lookup().findVarHandle(SpinLock.class, "held", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // through HELD
  private int held;

  void lock() {
    for (int attempt = 0; !HELD.weakCompareAndSetAcquire(this, 0, 1); attempt++) {
      Backoff.pause(attempt);
    }
  }

  void unlock() {
    HELD.setRelease(this, 0);
  }
}
