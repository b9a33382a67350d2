// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.store.Status;
import io.wisp.transport.ring.TokenQueue;

/** The requests that were submitted and not yet completed, oldest first. */
final class Submissions {

  /** Where the answer comes from, where it is not the status of a refusal. */
  static final int RING = 1_000;

  static final int ONE_SIDED = 1_001;

  private final TokenQueue entries = new TokenQueue();

  void addRing() {
    entries.add(RING);
  }

  void addOneSided() {
    entries.add(ONE_SIDED);
  }

  /** Adds a request that is not sent, since its answer is known. */
  void addRefused(Status refusal) {
    entries.add(refusal.code());
  }

  /** {@link #RING}, {@link #ONE_SIDED} or the code of a status; {@link TokenQueue#NONE} if none. */
  int oldest() {
    return entries.peek();
  }

  void removeOldest() {
    entries.poll();
  }

  int size() {
    return entries.size();
  }
}
