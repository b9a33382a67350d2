// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import io.wisp.codec.RequestDescriptor;
import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.transport.ring.IncomingRing;

/**
 * Looks at the requests that wait in a ring behind the one that is executed, and has the store load
 * the memory of their keys together. The connections of a thread share it.
 */
final class FramesAhead {

  private final Prefetcher prefetcher;
  private final Slice key = new Slice();
  private boolean useful;

  /** How many requests from the next on need not be looked at. */
  private int seen;

  FramesAhead(Prefetcher prefetcher) {
    this.prefetcher = prefetcher;
  }

  /** Turns to a ring at the begin of a turn. */
  void begin() {
    useful = prefetcher.isUseful();
    // Not before the first request was executed: mostly there is but one.
    seen = 1;
  }

  /** Looks ahead if the next request was not seen yet. To be called before each. */
  void look(IncomingRing incoming) {
    if (!useful) {
      return;
    }
    if (seen == 0) {
      incoming.beginLookingAhead();
      boolean more = true;
      while (more && incoming.lookAhead()) {
        seen++;
        more = seen < Prefetcher.MAX_KEYS;
        // The client may be changing it: then what was loaded is of no use, and nothing worse.
        if (RequestDescriptor.findKey(
            incoming.segment(), incoming.aheadOffset(), incoming.aheadLength(), key)) {
          prefetcher.add(key);
        }
      }
      prefetcher.load();
    }
    seen = Math.max(0, seen - 1);
  }
}
