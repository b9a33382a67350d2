// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import java.nio.ByteBuffer;
import zmq.Msg;

/** A reply on its way, which tells its connection when JeroMQ takes it to write it. */
final class ReplyFrame extends Msg {

  private final ZmqConnection connection;
  private boolean taken;

  ReplyFrame(byte[] bytes, ZmqConnection connection) {
    super(bytes);
    this.connection = connection;
    connection.replyQueued(bytes.length);
  }

  /** The bytes, which JeroMQ asks for when it writes them and not before. */
  @Override
  public ByteBuffer buf() {
    if (!taken) {
      taken = true;
      connection.replyTaken(size());
    }
    return super.buf();
  }
}
