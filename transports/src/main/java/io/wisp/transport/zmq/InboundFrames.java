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

  /** Who knows the connections of a server. */
  interface Owner {

    /** The connection that a message's metadata belongs to, or null if it is gone. */
    @Nullable ZmqConnection of(Metadata metadata);

    /** Whether the peer has yet to present the password. */
    boolean isStranger(@Nullable ZmqConnection connection);

    /** Closes a connection because of a limit. */
    void refuse(@Nullable ZmqConnection connection);
  }

  /** Short, since every connection waits meanwhile. */
  private static final long PATIENCE_MILLIS = 50;

  private final Owner owner;
  private final MemoryBudget.Account account;
  private volatile @Nullable ZmqConnection connection;
  private int parts;
  private boolean handshaken;
  private volatile boolean closing;
  private volatile long handedOutAt;

  /** Draws on an account. */
  InboundFrames(Owner owner, MemoryBudget.Account account) {
    this.owner = owner;
    this.account = account;
  }

  @Override
  public Msg allocate(int size) {
    if (!handshaken) {
      handshaken = true;
      return size >= 0 && size <= ZmqLimits.MAX_STRANGER_FRAME_LENGTH
          ? new Frame(size, false)
          : refusedFrame();
    }
    ZmqConnection sender = connection;
    int limit =
        owner.isStranger(sender) ? ZmqLimits.MAX_STRANGER_FRAME_LENGTH : ZmqLimits.MAX_FRAME_LENGTH;
    if (closing || size < 0 || size > limit || !account.draw(size, PATIENCE_MILLIS)) {
      return refusedFrame();
    }
    if (sender != null) {
      sender.frameBegins();
    }
    try {
      return new Frame(size, true);
    } catch (OutOfMemoryError e) {
      account.giveBack(size);
      return refusedFrame();
    }
  }

  /** Stands for a frame that gets no memory. It is not delivered, and its connection is closed. */
  private Frame refusedFrame() {
    Frame frame = new Frame(0, false);
    frame.refused = true;
    frame.setFlags(Msg.COMMAND);
    return frame;
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

  private @Nullable ZmqConnection arrived(Metadata metadata) {
    if (connection == null) {
      connection = owner.of(metadata);
      if (connection != null) {
        connection.spoke(this::close);
      }
    }
    if (connection != null) {
      connection.frameEnds();
    }
    return connection;
  }

  /** Whether a complete frame is to be delivered. */
  private boolean accepts(Msg frame) {
    parts = frame.hasMore() ? parts + 1 : 0;
    if (parts >= ZmqLimits.MAX_PARTS) {
      refuse();
    }
    return !closing;
  }

  /** Closes the connection, whose stream is not to be followed further. */
  private void refuse() {
    if (!closing) {
      closing = true;
      owner.refuse(connection);
    }
  }

  /** Frees the memory of all its frames. Any thread may do so. */
  void close() {
    closing = true;
    account.close();
  }

  /**
   * A frame that the peer sends. JeroMQ fills it, tells it its flags and, once it is complete, the
   * metadata of the connection that it came by. It delivers no commands, so what is not to be
   * delivered becomes one.
   */
  final class Frame extends Msg {

    /** Whether its memory is accounted for and not yet given back. */
    private boolean drawn;

    private boolean refused;
    private @Nullable ZmqConnection sender;

    private Frame(int size, boolean drawn) {
      super(size);
      this.drawn = drawn;
    }

    @Override
    public void setFlags(int flags) {
      super.setFlags(flags);
      if ((flags & COMMAND) != 0) {
        giveBack();
      }
    }

    @Override
    public Msg setMetadata(@Nullable Metadata metadata) {
      if (metadata != null) {
        sender = arrived(metadata);
        if (refused) {
          refuse();
        } else if (!isCommand() && !accepts(this)) {
          setFlags(COMMAND);
        }
      }
      return this;
    }

    /** The connection that it came by, or null if that is gone. */
    @Nullable ZmqConnection sender() {
      return sender;
    }

    /** Returns its memory to the account; its bytes are not to be used again. */
    void giveBack() {
      if (drawn) {
        drawn = false;
        account.giveBack(size());
      }
    }
  }
}
