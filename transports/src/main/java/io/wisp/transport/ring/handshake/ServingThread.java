// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;

/** A thread that serves connections, as the handshake sees it. Any thread may call its methods. */
public interface ServingThread {

  /** Where what its clients send arrives. */
  Port port();

  /** How many connections the thread has, for spreading them. */
  int load();

  /** A number for a connection of this thread, until it is {@linkplain #release released}. */
  int reserve();

  /** Gives the number of a connection that is not served free. */
  void release(int number);

  /** Has the thread serve a connection, which it then owns. */
  void adopt(RemoteMemory memory, ServedClient control);

  /** Has the thread end the connection of a client that is gone. */
  void abandon(ServedClient control);
}
