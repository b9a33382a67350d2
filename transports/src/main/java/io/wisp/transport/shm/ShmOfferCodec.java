// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a server says of a connection's files: the connection (8 bytes) and the thread (4). */
final class ShmOfferCodec {

  static final int LENGTH = Long.BYTES + Integer.BYTES;

  private ShmOfferCodec() {}

  static ByteBuffer encode(long connection, int thread) {
    return ByteBuffer.allocate(LENGTH)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(connection)
        .putInt(thread)
        .flip();
  }
}
