// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.io.IOException;

/** A server behind a network that fails on demand. */
public interface Network extends Reachable {

  /** From now on nothing passes, and nobody is told. */
  void holdBack() throws IOException, InterruptedException;

  /** Breaks every connection, which clients are told. */
  void cut() throws IOException;

  /** What a call ends in that waits for what is held back. */
  default Class<? extends TransportException> silence() {
    return TransportTimeoutException.class;
  }
}
