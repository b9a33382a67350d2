// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import io.wisp.verbs.QueuePairAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * What the other end of a link must know of this one.
 *
 * @param sendMemory where READs of the other end find a message
 * @param receiveMemory where WRITEs of the other end put a message
 * @param key with which the other end names both
 */
record LinkAddress(QueuePairAddress pair, long sendMemory, long receiveMemory, int key) {

  private static final int BYTES = QueuePairAddress.BYTES + 2 * Long.BYTES + Integer.BYTES;

  /** Hexadecimal, for a pipe. */
  String text() {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    pair.encode(buffer);
    buffer.putLong(sendMemory).putLong(receiveMemory).putInt(key);
    return HexFormat.of().formatHex(buffer.array());
  }

  static LinkAddress parse(String text) {
    ByteBuffer buffer = ByteBuffer.wrap(HexFormat.of().parseHex(text));
    return new LinkAddress(
        QueuePairAddress.decode(buffer), buffer.getLong(), buffer.getLong(), buffer.getInt());
  }
}
