// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import io.wisp.transport.TransportException;
import io.wisp.verbs.QueuePairAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What one side of a connection must know of the other.
 *
 * @param ringPair the other's queue pair for WRITEs
 * @param readPair the other's queue pair for READs
 * @param mailboxAddress where its {@link Mailbox} begins, as its device counts
 * @param mailboxKey what lets the ring pair write there
 * @param readsAsInitiator how many READs it can have under way at once
 * @param readsAsTarget how many READs of its memory it can serve at once
 */
record EndAddress(
    QueuePairAddress ringPair,
    QueuePairAddress readPair,
    long mailboxAddress,
    int mailboxKey,
    int readsAsInitiator,
    int readsAsTarget) {

  /**
   * The length in bytes of the encoded form: both queue pairs, then little-endian the address (8
   * bytes), the key (4) and the numbers of READs (2 each).
   */
  static final int ENCODED_LENGTH =
      2 * QueuePairAddress.BYTES + Long.BYTES + Integer.BYTES + 2 * Short.BYTES;

  void encode(ByteBuffer target) {
    ringPair.encode(target);
    readPair.encode(target);
    target
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(mailboxAddress)
        .putInt(mailboxKey)
        .putShort((short) readsAsInitiator)
        .putShort((short) readsAsTarget);
  }

  /**
   * Reads what the other side sent.
   *
   * @throws TransportException if it is none
   */
  static EndAddress decode(ByteBuffer source) {
    if (source.remaining() != ENCODED_LENGTH) {
      throw new TransportException(
          "an RDMA address of " + source.remaining() + " bytes, not " + ENCODED_LENGTH);
    }
    try {
      QueuePairAddress ringPair = QueuePairAddress.decode(source);
      QueuePairAddress readPair = QueuePairAddress.decode(source);
      source.order(ByteOrder.LITTLE_ENDIAN);
      return new EndAddress(
          ringPair,
          readPair,
          source.getLong(),
          source.getInt(),
          Short.toUnsignedInt(source.getShort()),
          Short.toUnsignedInt(source.getShort()));
    } catch (IllegalArgumentException e) {
      throw new TransportException("an RDMA address that is none: " + e.getMessage(), e);
    }
  }
}
