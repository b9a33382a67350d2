// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/** Puts the bytes of a control connection together into messages. */
final class ControlInput {

  private final ByteBuffer bytes =
      ByteBuffer.allocate(Integer.BYTES + ControlMessage.MAX_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
  private boolean ended;

  /**
   * Reads what has arrived, without waiting, and gives the next message.
   *
   * @return a message, or null if none is complete yet
   * @throws ControlMessage.FaultException if the bytes are no message
   */
  @Nullable ControlMessage read(ReadableByteChannel channel)
      throws IOException, ControlMessage.FaultException {
    if (!ended && bytes.hasRemaining()) {
      ended = channel.read(bytes) < 0;
    }
    if (bytes.position() < Integer.BYTES) {
      return null;
    }
    int length = bytes.getInt(0);
    if (length < 1 || length > ControlMessage.MAX_LENGTH) {
      throw new ControlMessage.FaultException(
          "a message of %s bytes, and %s is the limit"
              .formatted(Integer.toUnsignedLong(length), ControlMessage.MAX_LENGTH));
    }
    if (bytes.position() < Integer.BYTES + length) {
      return null;
    }
    ByteBuffer body = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    body.put(0, bytes, Integer.BYTES, length);
    bytes.flip().position(Integer.BYTES + length);
    bytes.compact();
    return ControlMessage.decode(body);
  }

  /** Whether the other side has closed. */
  boolean ended() {
    return ended;
  }
}
