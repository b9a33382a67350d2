// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import java.nio.ByteBuffer;

/**
 * Memory of the other side that may be read from here.
 *
 * @param address where it starts, as the other side's device or mapping counts
 * @param key what the device wants to hear with the address (an rkey), or which mapping it is
 * @param length its length in bytes
 */
public record RemoteBuffer(long address, int key, long length) {

  /** The length of {@link #encode}, in bytes: address, length, key and 4 bytes of zeros. */
  public static final int ENCODED_LENGTH = 24;

  /** What there is to read where nothing is offered. */
  public static final RemoteBuffer NONE = new RemoteBuffer(0, 0, 0);

  /** Puts this into a little-endian buffer. */
  public void encode(ByteBuffer target) {
    target.putLong(address).putLong(length).putInt(key).putInt(0);
  }

  /** Takes one from a little-endian buffer. */
  public static RemoteBuffer decode(ByteBuffer source) {
    long address = source.getLong();
    long length = source.getLong();
    int key = source.getInt();
    source.getInt();
    return new RemoteBuffer(address, key, length);
  }
}
