// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import java.nio.ByteBuffer;

/** What carries the bytes, as a client uses it, for one connection. */
public interface ClientFabric extends AutoCloseable {

  /** What it connects with, for people. */
  String description();

  /** The one port, which the connection belongs to. */
  Port port();

  /**
   * Sets up this side.
   *
   * @param offer what the server's {@link ServerOffer#encoded} gave
   * @param ringBytes the length of both rings
   * @param answer where what the server must know is put, little-endian, at most 4,096 bytes
   * @throws io.wisp.transport.TransportException if it cannot be; the message says why
   */
  RemoteMemory connect(ByteBuffer offer, int ringBytes, ByteBuffer answer);

  /** Frees what the fabric holds, the port included; the connection is closed before. */
  @Override
  void close();
}
