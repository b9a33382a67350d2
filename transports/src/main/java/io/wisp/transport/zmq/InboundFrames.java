// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import org.jspecify.annotations.Nullable;
import zmq.Msg;
import zmq.io.Metadata;
import zmq.msg.MsgAllocator;

/**
 * Gives JeroMQ memory for the frames that one peer announces. JeroMQ 0.6.0 takes the announced
 * length at its word: of a length from 2^63 on it checks nothing and keeps the lower 32 bits, and
 * it bounds neither the frames of a message nor what a peer may announce before it has said who it
 * is. So the bounds are here. Only the I/O thread calls it.
 */
final class InboundFrames implements MsgAllocator {

  /** Short, since every connection waits meanwhile. */
  private static final long PATIENCE_MILLIS = 50;

  private final Connections connections;
  private final MemoryBudget.Account account;
  private volatile @Nullable Connection connection;
  private int parts;
  private boolean handshaken;
  private volatile boolean closing;
  private volatile long handedOutAt;
  private volatile long incompleteSince;

  InboundFrames(Connections connections, MemoryBudget.Account account) {
    this.connections = connections;
    this.account = account;
  }

  @Override
  public Msg allocate(int size) {
    if (!handshaken) {
      handshaken = true;
      return size >= 0 && size <= ZmqLimits.MAX_STRANGER_FRAME_LENGTH
          ? InboundFrame.uncounted(size, this)
          : InboundFrame.refused(this);
    }
    int limit =
        connections.isStranger(connection)
            ? ZmqLimits.MAX_STRANGER_FRAME_LENGTH
            : ZmqLimits.MAX_FRAME_LENGTH;
    if (closing || size < 0 || size > limit || !account.draw(size, PATIENCE_MILLIS)) {
      return InboundFrame.refused(this);
    }
    incompleteSince = System.nanoTime() | 1;
    try {
      return InboundFrame.drawn(size, this);
    } catch (OutOfMemoryError e) {
      account.giveBack(size);
      return InboundFrame.refused(this);
    }
  }

  /** Whether the first frame has come, by which the connection is known. */
  boolean isAttached() {
    return connection != null;
  }

  /** Takes note that a connection has it, which began no later than now. */
  void handedOut() {
    handedOutAt = System.nanoTime();
  }

  /** When a connection got it, by {@link System#nanoTime}. */
  long handedOutAt() {
    return handedOutAt;
  }

  /** Takes note that the peer's frame is complete, and which connection this is. */
  @Nullable Connection arrived(Metadata metadata) {
    incompleteSince = 0;
    if (connection == null) {
      connection = connections.of(metadata);
      if (connection != null) {
        connection.attach(this);
      }
    }
    return connection;
  }

  /** Whether a complete frame is to be delivered. */
  boolean accepts(Msg frame) {
    parts = frame.hasMore() ? parts + 1 : 0;
    if (parts >= ZmqLimits.MAX_PARTS) {
      refuse();
    }
    return !closing;
  }

  /** Closes the connection, whose stream is not to be followed further. */
  void refuse() {
    if (!closing) {
      closing = true;
      connections.refuse(connection);
    }
  }

  /** Since when a frame has been incomplete, by {@link System#nanoTime}, or 0 if none is. */
  long incompleteSince() {
    return incompleteSince;
  }

  void giveBack(int bytes) {
    account.giveBack(bytes);
  }

  void close() {
    closing = true;
    account.close();
  }
}
