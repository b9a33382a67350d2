// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

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
    ConnectionOptions.check("queuePairNumber", queuePairNumber, MAX_24_BITS);
    ConnectionOptions.check("packetNumber", packetNumber, MAX_24_BITS);
    ConnectionOptions.check("lid", lid, 0xFFFF);
  }

  /**
   * Appends the encoded form: 16 bytes of the GID, then big-endian the queue pair number (4 bytes),
   * the packet number (4), the LID (2), the code of the MTU (1) and a zero (1).
   */
  public void encode(ByteBuffer buffer) {
    // By way of another buffer, because the order of the bytes in this one is its owner's to
    // choose.
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(gid.high()).putLong(gid.low()).putInt(queuePairNumber).putInt(packetNumber);
    bytes.putShort((short) lid).put((byte) mtu.code());
    buffer.put(bytes.array());
  }

  /**
   * Reads the encoded form.
   *
   * @throws IllegalArgumentException if a number in it is not possible
   * @throws BufferUnderflowException if there are fewer than {@link #BYTES}
   */
  public static QueuePairAddress decode(ByteBuffer buffer) {
    byte[] encoded = new byte[BYTES];
    buffer.get(encoded);
    ByteBuffer bytes = ByteBuffer.wrap(encoded);
    Gid gid = new Gid(bytes.getLong(), bytes.getLong());
    int queuePairNumber = bytes.getInt();
    int packetNumber = bytes.getInt();
    int lid = Short.toUnsignedInt(bytes.getShort());
    return new QueuePairAddress(queuePairNumber, packetNumber, lid, gid, Mtu.of(bytes.get()));
  }
}
