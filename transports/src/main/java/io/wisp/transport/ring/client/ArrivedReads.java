// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.transport.TokenQueue;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.RendezvousRead;

/**
 * The reads of a client that have arrived, those of lookups and those of a long reply, so that
 * whoever waits for one takes nothing of the other. It belongs to one thread.
 */
final class ArrivedReads {

  private final RemoteMemory memory;
  private final TokenQueue lookups = new TokenQueue();
  private boolean rendezvous;

  ArrivedReads(RemoteMemory memory) {
    this.memory = memory;
  }

  /** The token of a lookup whose reads have arrived, or -1. */
  int nextLookup() {
    int token = lookups.poll();
    if (token == TokenQueue.NONE) {
      token = memory.completedReads();
      if (token == RendezvousRead.TOKEN) {
        rendezvous = true;
        token = memory.completedReads();
      }
    }
    return token;
  }

  /** Whether the reads of a long reply have arrived since this last said so. */
  boolean takeRendezvous() {
    while (!rendezvous) {
      int token = memory.completedReads();
      if (token == TokenQueue.NONE) {
        return false;
      }
      if (token == RendezvousRead.TOKEN) {
        rendezvous = true;
      } else {
        lookups.add(token);
      }
    }
    rendezvous = false;
    return true;
  }
}
