// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import io.wisp.store.Status;
import java.util.concurrent.atomic.AtomicLong;

/** What one thread of a server counts, and any thread reads; without a lock or a barrier. */
public final class RequestCounters {

  private final AtomicLong executed = new AtomicLong();
  private final AtomicLong malformed = new AtomicLong();

  /** Counts a request that was executed or refused. */
  public void countExecuted() {
    executed.setOpaque(executed.getPlain() + 1);
  }

  /** Counts a request that was none by its bytes. */
  public void countMalformed() {
    malformed.setOpaque(malformed.getPlain() + 1);
  }

  /** Counts a request of the binary protocol by what was answered. */
  public void count(Status status) {
    countExecuted();
    if (status == Status.MALFORMED || status == Status.UNKNOWN_OPERATION) {
      countMalformed();
    }
  }

  /** How many requests were executed or refused. */
  public long executed() {
    return executed.getOpaque();
  }

  /** How many requests were none by their bytes. */
  public long malformed() {
    return malformed.getOpaque();
  }
}
