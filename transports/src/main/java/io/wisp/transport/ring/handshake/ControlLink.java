// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import io.wisp.transport.Closing;
import io.wisp.transport.Endpoint;
import io.wisp.transport.Log;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** A control connection, as the client sees it. */
public final class ControlLink implements AutoCloseable {

  private static final Log LOG = Log.of(ControlLink.class);

  private final Endpoint endpoint;
  private final long timeoutNanos;
  private final SocketChannel channel;
  private final Selector selector;
  private final ControlInput input = new ControlInput();
  private long waitingLeftNanos;

  /**
   * Connects.
   *
   * @param channel not connected yet; it is closed if this fails
   * @param timeoutNanos how long all waiting for the server may take together. What this side does
   *     in between, as opening its device, is not the server's time.
   */
  public ControlLink(
      SocketChannel channel, SocketAddress address, Endpoint endpoint, long timeoutNanos) {
    this.endpoint = endpoint;
    this.timeoutNanos = timeoutNanos;
    this.channel = channel;
    waitingLeftNanos = timeoutNanos;
    try {
      selector = Selector.open();
      channel.configureBlocking(false);
      KeepAlive.enable(channel);
      if (!channel.connect(address)) {
        SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
        while (!channel.finishConnect()) {
          await("cannot connect to " + endpoint);
        }
        key.interestOps(SelectionKey.OP_READ);
      } else {
        channel.register(selector, SelectionKey.OP_READ);
      }
    } catch (IOException e) {
      close();
      throw new TransportException("cannot connect to " + endpoint + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void await(String what) throws IOException {
    if (waitingLeftNanos <= 0) {
      throw new TransportTimeoutException(
          what + " within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms");
    }
    long since = System.nanoTime();
    selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitingLeftNanos)));
    waitingLeftNanos -= System.nanoTime() - since;
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new TransportException("interrupted while connecting to " + endpoint);
    }
  }

  /** How long the server may still be waited for. */
  public long waitingLeftNanos() {
    return waitingLeftNanos;
  }

  /**
   * Sends a message. That the server no longer listens is left to {@link #receive} to tell, which
   * may have heard why.
   */
  public void send(ControlMessage message) {
    ByteBuffer bytes = message.encode();
    try {
      while (bytes.hasRemaining()) {
        if (channel.write(bytes) == 0) {
          throw new TransportException(endpoint + " does not take what it is told");
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot send to " + endpoint, e);
    }
  }

  /**
   * Waits for what the server says next.
   *
   * @throws TransportException if it refuses, breaks off, or says what is no message
   */
  public ControlMessage receive() {
    try {
      ControlMessage message = input.read(channel);
      while (message == null) {
        if (input.ended()) {
          throw new TransportException(endpoint + " closed the connection without an answer");
        }
        await(endpoint + " did not answer");
        message = input.read(channel);
      }
      if (message instanceof ControlMessage.Refusal refusal) {
        throw new TransportException(endpoint + " refuses: " + refusal.reason());
      }
      return message;
    } catch (IOException e) {
      throw new TransportException(
          "the connection to " + endpoint + " broke: " + e.getMessage(), e);
    } catch (ControlMessage.FaultException e) {
      throw new TransportException(endpoint + " sent " + e.getMessage(), e);
    }
  }

  /** Looks, without waiting, whether the server is still there. */
  public boolean isOpen() {
    try {
      return input.read(channel) == null && !input.ended();
    } catch (IOException | ControlMessage.FaultException e) {
      return false;
    }
  }

  @Override
  public void close() {
    Closing.quietly(channel);
    Closing.quietly(selector);
  }
}
