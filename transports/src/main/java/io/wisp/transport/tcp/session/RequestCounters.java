// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.session;

import java.util.concurrent.atomic.AtomicLong;

/** What the sessions of one thread count, and any thread reads; without a lock or a barrier. */
public final class RequestCounters {

  private final AtomicLong executed = new AtomicLong();
  private final AtomicLong malformed = new AtomicLong();

  /** Counts a request that was executed or refused. */
  void countExecuted() {
    executed.setOpaque(executed.getPlain() + 1);
  }

  /** Counts a request that was none by its bytes. */
  void countMalformed() {
    malformed.setOpaque(malformed.getPlain() + 1);
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
