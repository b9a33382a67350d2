// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.IdleStrategy;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.tcp.buffer.NativeBuffer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket, on which no wait is longer than until a deadline. {@link #close} may come from
 * another thread and ends a wait; the rest belongs to one thread at a time.
 */
final class ClientSocket implements AutoCloseable {

  /**
   * How many times an empty socket is read when polling, until the clock is looked at and the core
   * is given away once.
   */
  private static final int READS_PER_YIELD = 16;

  private final Endpoint endpoint;
  private final ClientOptions options;
  private final LongSupplier nanoTime;
  private final IdleStrategy idle = IdleStrategy.polling(READS_PER_YIELD);
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private volatile boolean closed;

  private ClientSocket(
      Endpoint endpoint,
      ClientOptions options,
      SocketChannel channel,
      Selector selector,
      LongSupplier nanoTime)
      throws IOException {
    this.endpoint = endpoint;
    this.options = options;
    this.nanoTime = nanoTime;
    this.channel = channel;
    this.selector = selector;
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    key = channel.register(selector, 0);
  }

  /**
   * Connects to a server.
   *
   * @param deadline until when to try, by {@code nanoTime}
   * @param nanoTime as {@link System#nanoTime}
   * @throws TransportException if that fails; the message names the server
   */
  static ClientSocket connect(
      Endpoint endpoint, ClientOptions options, long deadline, LongSupplier nanoTime) {
    InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
    if (address.isUnresolved()) {
      throw new TransportException("cannot connect to " + endpoint + ": no such host");
    }
    SocketChannel channel = null;
    Selector selector = null;
    try {
      channel = SocketChannel.open();
      selector = Selector.open();
      ClientSocket socket = new ClientSocket(endpoint, options, channel, selector, nanoTime);
      socket.finishConnecting(address, deadline);
      return socket;
    } catch (IOException | RuntimeException e) {
      closeQuietly(channel, selector);
      throw e instanceof TransportException failure
          ? failure
          : new TransportException("cannot connect to " + endpoint + ": " + e.getMessage(), e);
    }
  }

  private void finishConnecting(InetSocketAddress address, long deadline) throws IOException {
    if (!channel.connect(address)) {
      key.interestOps(SelectionKey.OP_CONNECT);
      while (!channel.finishConnect()) {
        await(deadline);
      }
    }
    key.interestOps(SelectionKey.OP_READ);
  }

  /** Whether a deadline has passed. */
  boolean isPast(long deadline) {
    return deadline - nanoTime.getAsLong() <= 0;
  }

  /** Waits until something arrives, and appends it. */
  void receive(NativeBuffer input, long deadline) throws IOException {
    int reads = 0;
    // When polling the answer is read for at once; else the first read would mostly be in vain.
    if (!options.busyPoll()) {
      await(deadline);
    } else {
      checkDeadline(deadline);
    }
    while (!readAvailable(input)) {
      if (!options.busyPoll()) {
        await(deadline);
      } else {
        idle.pause();
        if (++reads % READS_PER_YIELD == 0) {
          checkDeadline(deadline);
        }
      }
    }
  }

  /** Appends what has arrived, and says whether that was anything. */
  boolean readAvailable(NativeBuffer input) throws IOException {
    input.ensureWritable(1);
    int count = input.readFrom(channel);
    if (count < 0) {
      throw new IOException("the server closed the connection");
    }
    return count > 0;
  }

  /**
   * Sends everything. What arrives in the meantime is appended to the input, for a server may stop
   * reading until its replies are read.
   */
  void send(NativeBuffer output, NativeBuffer input, long deadline) throws IOException {
    output.writeTo(channel);
    if (output.isEmpty()) {
      return;
    }
    interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    while (!output.isEmpty()) {
      await(deadline);
      readAvailable(input);
      output.writeTo(channel);
    }
    interest(SelectionKey.OP_READ);
  }

  private void interest(int operations) throws ClosedChannelException {
    try {
      key.interestOps(operations);
    } catch (CancelledKeyException e) {
      throw closedMeanwhile(e);
    }
  }

  private static ClosedChannelException closedMeanwhile(RuntimeException cause) {
    ClosedChannelException closed = new ClosedChannelException();
    closed.initCause(cause);
    return closed;
  }

  private void await(long deadline) throws IOException {
    long millis = checkDeadline(deadline) / 1_000_000 + 1;
    try {
      selector.select(ClientSocket::ignore, millis);
    } catch (ClosedSelectorException | CancelledKeyException e) {
      throw closedMeanwhile(e);
    }
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  /** What is ready shows when it is tried. */
  private static void ignore(SelectionKey key) {}

  private long checkDeadline(long deadline) {
    long left = deadline - nanoTime.getAsLong();
    if (left <= 0) {
      throw new TransportTimeoutException(
          endpoint + " did not answer within " + options.timeout().toMillis() + " ms");
    }
    return left;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    closeQuietly(channel, selector);
  }

  private static void closeQuietly(@Nullable SocketChannel channel, @Nullable Selector selector) {
    try (channel;
        selector) {
      // As good as closed whatever comes of it.
    } catch (IOException e) {
      // There is nobody to tell.
    }
  }
}
