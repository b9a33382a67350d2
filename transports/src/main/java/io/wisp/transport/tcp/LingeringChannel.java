// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.Closing;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * A connection that was told why it is closed. What its client still sends is read and dropped
 * until the client closes too, or for a limited time and number of bytes: were the socket closed
 * with bytes unread, the reset would destroy the last reply before the client has seen it.
 */
final class LingeringChannel implements ReadyChannel {

  private static final int MAX_DROPPED_BYTES = 16 << 20;

  private final SocketChannel channel;
  private final LoopBuffers buffers;
  private final long deadlineNanos;
  private int droppedBytes;

  LingeringChannel(SocketChannel channel, LoopBuffers buffers, long deadlineNanos) {
    this.channel = channel;
    this.buffers = buffers;
    this.deadlineNanos = deadlineNanos;
  }

  @Override
  public Next serve() throws IOException {
    NativeBuffer dropped = buffers.input();
    int count = dropped.readFrom(channel);
    dropped.clear();
    droppedBytes += Math.max(0, count);
    if (count < 0 || droppedBytes > MAX_DROPPED_BYTES) {
      return Next.CLOSE;
    }
    return count == 0 ? Next.IDLE : Next.WAIT;
  }

  boolean isOverdue(long nowNanos) {
    return nowNanos - deadlineNanos > 0;
  }

  @Override
  public void close() {
    Closing.quietly(channel);
  }
}
