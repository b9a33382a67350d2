// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import org.jspecify.annotations.Nullable;
import zmq.Msg;
import zmq.io.Metadata;

/**
 * A frame that a peer sends, in memory drawn from its connection's account. JeroMQ fills it, tells
 * it its flags and, once it is complete, the metadata of the connection that it came by.
 */
final class InboundFrame extends Msg {

  private final InboundFrames source;
  private boolean drawn;
  private boolean discarded;
  private @Nullable Connection connection;

  private InboundFrame(int size, InboundFrames source, boolean drawn) {
    super(size);
    this.source = source;
    this.drawn = drawn;
  }

  /** A frame whose memory was drawn. */
  static InboundFrame drawn(int size, InboundFrames source) {
    return new InboundFrame(size, source, true);
  }

  /** A small frame whose memory is not accounted for. */
  static InboundFrame uncounted(int size, InboundFrames source) {
    return new InboundFrame(size, source, false);
  }

  /** Stands for a frame that gets no memory. It is not delivered, and its connection is closed. */
  static InboundFrame refused(InboundFrames source) {
    InboundFrame frame = new InboundFrame(0, source, false);
    frame.discarded = true;
    return frame;
  }

  /** Whether JeroMQ is not to deliver it: it delivers no commands. */
  @Override
  public boolean isCommand() {
    return discarded || super.isCommand();
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
      connection = source.arrived(metadata);
      if (discarded) {
        source.refuse();
      } else if (!isCommand() && !source.accepts(this)) {
        discarded = true;
        giveBack();
      }
    }
    return this;
  }

  /** The connection that it came by, or null if that is gone. */
  @Nullable Connection connection() {
    return connection;
  }

  /** Returns its memory to the account; its bytes are not to be used again. */
  void giveBack() {
    if (drawn) {
      drawn = false;
      source.giveBack(size());
    }
  }
}
