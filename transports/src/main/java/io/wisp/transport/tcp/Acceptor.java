// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.Closing;
import io.wisp.transport.Log;
import io.wisp.transport.SpareDescriptor;
import io.wisp.transport.tcp.resp.Errors;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections, up to the limit, and spreads them over the event loops. Without a file
 * descriptor for a connection it accepts it with the one that it has in reserve, to refuse it in
 * words.
 */
final class Acceptor implements ReadyChannel {

  private static final Log LOG = Log.of(Acceptor.class);

  private static final byte[] TOO_MANY_CLIENTS =
      ("-" + Errors.TOO_MANY_CLIENTS + "\r\n").getBytes(StandardCharsets.US_ASCII);

  /** How many connections are accepted until those that are there get a turn. */
  private static final int MAX_ACCEPTED = 64;

  private final ServerSocketChannel channel;
  private final SelectionKey key;
  private final Clients clients;
  private final List<EventLoop> loops;
  private final EventLoop loop;
  private final SpareDescriptor spare = new SpareDescriptor();
  private boolean exhausted;
  private int accepted;

  /**
   * @param loops over which clients are spread; the first serves this acceptor
   */
  Acceptor(ServerSocketChannel channel, SelectionKey key, Clients clients, List<EventLoop> loops) {
    this.channel = channel;
    this.key = key;
    this.clients = clients;
    this.loops = loops;
    loop = loops.getFirst();
  }

  @Override
  public Next serve() {
    Next next = Next.IDLE;
    try {
      for (int i = 0; i < MAX_ACCEPTED && acceptOne(); i++) {
        next = Next.WAIT;
      }
    } catch (ClosedChannelException e) {
      return next;
    } catch (IOException | RuntimeException | Error e) {
      pause(e);
    }
    return next;
  }

  private boolean acceptOne() throws IOException {
    SocketChannel client;
    try {
      client = channel.accept();
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      return refuseOne(e);
    }
    if (client == null) {
      return false;
    }
    exhausted &= !spare.take();
    admit(client);
    return true;
  }

  private boolean refuseOne(IOException reason) throws IOException {
    if (!exhausted) {
      exhausted = true;
      LOG.log(Level.WARNING, "clients are refused for a moment: {0}", reason.getMessage());
    }
    if (!spare.free()) {
      throw reason;
    }
    try {
      return refuse(channel.accept());
    } finally {
      spare.take();
    }
  }

  private static boolean refuse(@Nullable SocketChannel client) {
    if (client == null) {
      return false;
    }
    try (client) {
      client.configureBlocking(false);
      client.write(ByteBuffer.wrap(TOO_MANY_CLIENTS));
    } catch (IOException e) {
      // It is gone.
    }
    return true;
  }

  private void admit(SocketChannel client) {
    try {
      client.configureBlocking(false);
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (!clients.tryConnect()) {
        client.write(ByteBuffer.wrap(TOO_MANY_CLIENTS));
        loop.linger(client);
        return;
      }
    } catch (IOException e) {
      Closing.quietly(client);
      return;
    } catch (RuntimeException | Error e) {
      Closing.quietly(client);
      throw e;
    }
    EventLoop chosen = loops.get(Math.floorMod(accepted++, loops.size()));
    if (chosen == loop) {
      loop.register(client);
    } else {
      chosen.handOver(client);
    }
  }

  /** The loop would spin on a connection that it cannot take; the port stays open for the next. */
  private void pause(Throwable reason) {
    interest(0);
    loop.retryLater(this::resume);
    if (!(reason instanceof IOException)) {
      LOG.log(Level.ERROR, "a client could not be accepted", reason);
    }
  }

  /** Accepts again after a failure. */
  private void resume() {
    spare.take();
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
    spare.close();
    Closing.quietly(channel);
  }
}
