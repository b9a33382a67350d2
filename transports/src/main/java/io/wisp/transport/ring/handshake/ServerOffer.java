// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteBuffer;
import io.wisp.transport.ring.RemoteMemory;
import java.nio.ByteBuffer;

/** The server's part of a connection whose client has not answered yet. */
public interface ServerOffer {

  /** The table that the client may read, or {@link RemoteBuffer#NONE}. */
  RemoteBuffer table();

  /** What the client must know, little-endian, at most 4,096 bytes. */
  ByteBuffer encoded();

  /**
   * Completes the connection, which owns what this holds from now on. Called in a thread that is
   * not the port's; the port's thread then {@linkplain Port#attach attaches} the connection, and
   * only after that is the client told that it may begin.
   *
   * @param number what the port calls the connection in {@link Port#nextReady}
   * @param answer what the client's {@link ClientFabric#connect} made of it
   * @throws io.wisp.transport.TransportException if the answer is none, or does not work
   */
  RemoteMemory accept(int number, ByteBuffer answer);

  /** Frees what was set up, where it was not accepted. */
  void withdraw();
}
