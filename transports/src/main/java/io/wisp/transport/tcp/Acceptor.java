package io.wisp.transport.tcp;

import io.wisp.transport.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Accepts connections, up to the limit, and spreads them over the event loops. */
final class Acceptor implements ReadyChannel {

  private static final Log LOG = Log.of(Acceptor.class);

  private static final byte[] TOO_MANY_CLIENTS =
      ("-" + Errors.TOO_MANY_CLIENTS + "\r\n").getBytes(StandardCharsets.US_ASCII);

  private final TcpServer server;
  private final ServerSocketChannel channel;
  private final EventLoop loop;
  private final SelectionKey key;
  private int next;

  Acceptor(TcpServer server, ServerSocketChannel channel, EventLoop loop, SelectionKey key) {
    this.server = server;
    this.channel = channel;
    this.loop = loop;
    this.key = key;
  }

  @Override
  public boolean serve() {
    boolean accepted = false;
    try {
      SocketChannel client;
      while ((client = channel.accept()) != null) {
        accepted = true;
        admit(client);
      }
    } catch (ClosedChannelException e) {
      return accepted;
    } catch (IOException e) {
      // Out of file descriptors, most likely: the loop would spin on a connection it cannot take.
      LOG.log(Level.WARNING, "no connection can be accepted for a moment: " + e.getMessage());
      interest(0);
      loop.retryAcceptLater(this);
    }
    return accepted;
  }

  private void admit(SocketChannel client) {
    try {
      client.configureBlocking(false);
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (server.tryConnect()) {
        EventLoop chosen = server.loop(next++);
        if (chosen == loop) {
          loop.register(client);
        } else {
          chosen.handOver(client);
        }
      } else {
        client.write(ByteBuffer.wrap(TOO_MANY_CLIENTS));
        loop.linger(client);
      }
    } catch (IOException e) {
      EventLoop.closeQuietly(client);
    }
  }

  /** Accepts again after a failure. */
  void resume() {
    interest(SelectionKey.OP_ACCEPT);
  }

  private void interest(int operations) {
    try {
      key.interestOps(operations);
    } catch (CancelledKeyException e) {
      // The server is being closed.
    }
  }

  @Override
  public void close() {
    EventLoop.closeQuietly(channel);
  }
}
