// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Gives some bytes, at most so many at a time, and then ends. */
record Trickle(ByteBuffer bytes, int atATime) implements ReadableByteChannel {

  @Override
  public int read(ByteBuffer target) {
    int length = Math.min(Math.min(atATime, target.remaining()), bytes.remaining());
    target.put(bytes.slice(bytes.position(), length));
    bytes.position(bytes.position() + length);
    return length == 0 ? -1 : length;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
