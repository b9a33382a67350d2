// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

/** A client's control connection, as the thread that serves the client sees it. */
public interface ServedClient {

  /** What the thread's port calls the connection. */
  int number();

  /** Tells the client that its requests are looked at. */
  void begin();

  /** Closes the control connection, which tells the client. */
  void end();
}
