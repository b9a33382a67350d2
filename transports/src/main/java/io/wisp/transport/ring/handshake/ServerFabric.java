// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import io.wisp.transport.Waiting;
import io.wisp.transport.ring.Port;
import java.net.SocketAddress;

/** What carries the bytes, as a server uses it. Its methods are called by one thread at a time. */
public interface ServerFabric extends AutoCloseable {

  /** What it serves with, for people: the device and what it is, or the folder of its files. */
  String description();

  /** Whether clients may read the table. */
  boolean offersTable();

  /** Whether a read returns 64 aligned bytes as they were at one moment. */
  default boolean readsLinesInOnePiece() {
    return false;
  }

  /** A port for one thread of the server. */
  Port openPort(Waiting waiting);

  /**
   * Sets up what can be before the other side is known.
   *
   * @param ringBytes the length of both rings
   * @param reached this side's address of the control connection: the one that the client came to
   * @throws io.wisp.transport.TransportException if a limit forbids it; the message is for the
   *     client
   */
  ServerOffer offer(Port port, int ringBytes, SocketAddress reached);

  /** Frees what the fabric holds; its ports are closed before. */
  @Override
  void close();
}
