// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import io.wisp.codec.RequestDescriptor;
import io.wisp.store.Limits;
import java.time.Duration;

/**
 * What a server lets its peers use.
 *
 * @param inboundBytes memory for frames that were announced and not yet executed, of all
 *     connections together
 * @param replyBytes memory for replies that one connection has not taken yet; while there is more,
 *     its further requests wait
 * @param waitingRequests requests of one connection that may wait so; with one more it is closed
 * @param stall how long a connection may keep the server waiting: for its first request, for the
 *     rest of a frame, or for taking a reply
 */
record ZmqLimits(long inboundBytes, long replyBytes, int waitingRequests, Duration stall) {

  /** The longest frame: the longest request. */
  static final int MAX_FRAME_LENGTH =
      (int) RequestDescriptor.frameLength(Limits.MAX_KEY_LENGTH, Limits.MAX_VALUE_LENGTH);

  /** The longest frame from a peer of whom nothing is known: a handshake, a password. */
  static final int MAX_STRANGER_FRAME_LENGTH = 4_096;

  /** The most frames of one message: a request and what routes its reply. */
  static final int MAX_PARTS = 8;

  private static final long LEAST_INBOUND_BYTES = 256L << 20;

  static ZmqLimits defaults() {
    long inbound = Math.max(LEAST_INBOUND_BYTES, Runtime.getRuntime().maxMemory() / 4);
    return new ZmqLimits(inbound, 32L << 20, 10_000, Duration.ofSeconds(30));
  }
}
