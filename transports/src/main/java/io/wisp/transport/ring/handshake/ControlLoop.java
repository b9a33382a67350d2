// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.handshake;

import io.wisp.transport.Closing;
import io.wisp.transport.Log;
import io.wisp.transport.SpareDescriptor;
import io.wisp.transport.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The thread that accepts control connections and listens to all of them: to what clients say until
 * they are served, and then for their end.
 */
public final class ControlLoop implements Runnable {

  private static final Log LOG = Log.of(ControlLoop.class);

  private static final long LONGEST_SELECT_MILLIS = 250;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(LONGEST_SELECT_MILLIS);

  /** Clients that are refused in a row before those who are served have their turn. */
  private static final int MOST_REFUSED_AT_ONCE = 64;

  private final ServerSocketChannel listener;
  private final Selector selector;
  private final SelectionKey accepting;

  private final SpareDescriptor spare;

  private long acceptsAgainAt;
  private final ServerHandshake handshake;
  private final Duration timeout;
  private final Thread thread;
  private volatile boolean stopping;

  /**
   * A loop that does not run yet.
   *
   * @param timeout how long a client may take from connecting to being served
   * @param onThreadLost is told if the thread ends by a failure
   */
  public ControlLoop(
      String name,
      ServerSocketChannel listener,
      ServerHandshake handshake,
      Duration timeout,
      UncaughtExceptionHandler onThreadLost)
      throws IOException {
    this.listener = listener;
    this.handshake = handshake;
    this.timeout = timeout;
    listener.configureBlocking(false);
    selector = Selector.open();
    spare = new SpareDescriptor();
    try {
      accepting = listener.register(selector, SelectionKey.OP_ACCEPT);
      // Loads what it takes to refuse a client, which takes descriptors, too.
      new ControlMessage.Refusal("").encode();
      Closing.quietly(null);
    } catch (IOException | RuntimeException | Error e) {
      spare.close();
      selector.close();
      throw e;
    }
    thread = Thread.ofPlatform().name(name).uncaughtExceptionHandler(onThreadLost).unstarted(this);
  }

  /** Begins to accept clients. */
  public void start() {
    thread.start();
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        selector.select(this::serve, LONGEST_SELECT_MILLIS);
        long now = System.nanoTime();
        endOverdue(now);
        if (accepting.interestOps() == 0 && now - acceptsAgainAt > 0) {
          acceptAgain();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      closeAll();
    }
  }

  private void serve(SelectionKey key) {
    try {
      if (key.attachment() instanceof ControlSession session) {
        session.serve();
      } else if (key.isValid()) {
        accept();
      }
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a control connection ends, for serving it failed unexpectedly", e);
      if (key.attachment() instanceof ControlSession session) {
        session.gone();
      } else {
        pauseAccepting();
      }
    }
  }

  private void accept() {
    try {
      SocketChannel client;
      while ((client = listener.accept()) != null) {
        admit(client);
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "no client can be accepted for a moment: " + e.getMessage());
      refuse("this server has no room for one more client: " + e.getMessage());
      pauseAccepting();
    }
  }

  private void pauseAccepting() {
    accepting.interestOps(0);
    acceptsAgainAt = System.nanoTime() + PAUSE_NANOS;
  }

  private void admit(SocketChannel client) {
    try {
      client.configureBlocking(false);
      KeepAlive.enable(client);
      ControlSession session =
          new ControlSession(client, handshake, System.nanoTime() + timeout.toNanos());
      client.register(selector, SelectionKey.OP_READ, session);
    } catch (IOException e) {
      Closing.quietly(client);
    } catch (RuntimeException | Error e) {
      Closing.quietly(client);
      throw e;
    }
  }

  /** Tells those who wait to be accepted, with the one descriptor that is kept for that. */
  private void refuse(String reason) {
    spare.free();
    try {
      for (int i = 0; i < MOST_REFUSED_AT_ONCE; i++) {
        SocketChannel client = listener.accept();
        if (client == null) {
          break;
        }
        handshake.countRejection();
        try (client) {
          client.configureBlocking(false);
          new ControlSession(client, handshake, 0).refuse(reason);
        }
      }
    } catch (IOException e) {
      // Another thread was faster to take the descriptor.
    }
  }

  private void acceptAgain() {
    accepting.interestOps(SelectionKey.OP_ACCEPT);
    // If there is still none the next time, nobody can be told.
    spare.take();
  }

  private void endOverdue(long now) {
    for (SelectionKey key : selector.keys()) {
      if (key.attachment() instanceof ControlSession session && session.isOverdue(now)) {
        handshake.countRejection();
        session.gone();
      }
    }
  }

  /** Closes the listener and every control connection, and waits for the thread. */
  public void stop() {
    stopping = true;
    selector.wakeup();
    Threads.joinUninterruptibly(thread);
  }

  private void closeAll() {
    for (SelectionKey key : selector.keys()) {
      if (key.attachment() instanceof ControlSession session) {
        session.gone();
      }
    }
    spare.close();
    Closing.quietly(listener);
    Closing.quietly(selector);
  }
}
