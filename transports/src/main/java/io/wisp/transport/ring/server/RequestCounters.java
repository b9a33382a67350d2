// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.store.Status;
import java.util.concurrent.atomic.AtomicLong;

/** What one thread of a server executed. That thread counts, any thread may read. */
final class RequestCounters {

  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong malformed = new AtomicLong();

  /** Counts a request by what was answered. */
  void count(Status status) {
    requests.setOpaque(requests.getPlain() + 1);
    if (status == Status.MALFORMED || status == Status.UNKNOWN_OPERATION) {
      countFault();
    }
  }

  /** Counts what was no request at all. */
  void countFault() {
    malformed.setOpaque(malformed.getPlain() + 1);
  }

  long requests() {
    return requests.getOpaque();
  }

  long malformed() {
    return malformed.getOpaque();
  }
}
