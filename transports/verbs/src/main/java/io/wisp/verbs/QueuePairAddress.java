// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * What a peer must know of a queue pair to connect to it; the two sides exchange theirs by some
 * other way, such as a TCP connection.
 *
 * @param queuePairNumber 24 bits
 * @param packetNumber the first packet sequence number that it will send; 24 bits
 * @param lid of its port on InfiniBand, or 0; 16 bits
 * @param gid of its port, or {@link Gid#NONE}
 * @param mtu the largest packets that its port carries
 */
public record QueuePairAddress(int queuePairNumber, int packetNumber, int lid, Gid gid, Mtu mtu) {

  /** The length in bytes of the encoded form. */
  public static final int BYTES = 28;

  private static final int MAX_24_BITS = (1 << 24) - 1;

  /** Checks every number against its limit. */
  public QueuePairAddress {
    check("queuePairNumber", queuePairNumber, MAX_24_BITS);
    check("packetNumber", packetNumber, MAX_24_BITS);
    check("lid", lid, 0xFFFF);
  }

  private static void check(String name, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s must be from 0 to %d: %d", name, most, value));
    }
  }

  /**
   * Appends the encoded form: 16 bytes of the GID, then big-endian the queue pair number (4 bytes),
   * the packet number (4), the LID (2), the code of the MTU (1) and a zero (1).
   */
  public void encode(ByteBuffer buffer) {
    putLong(buffer, gid.high());
    putLong(buffer, gid.low());
    putInt(buffer, queuePairNumber);
    putInt(buffer, packetNumber);
    buffer.put((byte) (lid >>> 8)).put((byte) lid).put((byte) mtu.code()).put((byte) 0);
  }

  /**
   * Reads the encoded form.
   *
   * @throws IllegalArgumentException if a number in it is not possible
   * @throws BufferUnderflowException if there are fewer than {@link #BYTES}
   */
  public static QueuePairAddress decode(ByteBuffer buffer) {
    if (buffer.remaining() < BYTES) {
      throw new BufferUnderflowException();
    }
    Gid gid = new Gid(getLong(buffer), getLong(buffer));
    int queuePairNumber = getInt(buffer);
    int packetNumber = getInt(buffer);
    int lid = Byte.toUnsignedInt(buffer.get()) << 8 | Byte.toUnsignedInt(buffer.get());
    Mtu mtu = Mtu.of(buffer.get());
    byte ignored = buffer.get();
    return new QueuePairAddress(queuePairNumber, packetNumber, lid, gid, mtu);
  }

  // The order of a buffer is its owner's to choose, so bytes are moved one by one.

  private static void putInt(ByteBuffer buffer, int value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      buffer.put((byte) (value >>> shift));
    }
  }

  private static void putLong(ByteBuffer buffer, long value) {
    putInt(buffer, (int) (value >>> 32));
    putInt(buffer, (int) value);
  }

  private static int getInt(ByteBuffer buffer) {
    int value = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      value = value << 8 | Byte.toUnsignedInt(buffer.get());
    }
    return value;
  }

  private static long getLong(ByteBuffer buffer) {
    return (long) getInt(buffer) << 32 | Integer.toUnsignedLong(getInt(buffer));
  }
}
