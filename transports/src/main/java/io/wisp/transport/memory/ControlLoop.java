package io.wisp.transport.memory;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * The thread that accepts control connections and listens to all of them: to what clients say until
 * they are served, and then for their end.
 */
final class ControlLoop implements Runnable {

  private static final System.Logger LOGGER = System.getLogger(ControlLoop.class.getName());

  private static final long LONGEST_SELECT_MILLIS = 250;
  private static final long PAUSE_AFTER_FAILURE_MILLIS = 100;

  private final ServerSocketChannel listener;
  private final Selector selector;
  private final Admission admission;
  private final Duration handshake;
  private final Thread thread;
  private volatile boolean stopping;

  ControlLoop(String name, ServerSocketChannel listener, Admission admission, Duration handshake)
      throws IOException {
    this.listener = listener;
    this.admission = admission;
    this.handshake = handshake;
    selector = Selector.open();
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    thread = Thread.ofPlatform().name(name).unstarted(this);
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    while (!stopping) {
      try {
        selector.select(this::serve, LONGEST_SELECT_MILLIS);
        endOverdue();
      } catch (IOException | RuntimeException e) {
        LOGGER.log(Level.WARNING, "control connections go on after a failure", e);
        pause();
      } catch (Error e) {
        LOGGER.log(Level.ERROR, "control connections go on after an error", e);
        pause();
      }
    }
    closeAll();
  }

  private void serve(SelectionKey key) {
    if (key.attachment() instanceof ControlSession session) {
      session.serve();
    } else if (key.isValid()) {
      accept();
    }
  }

  private void accept() {
    try {
      SocketChannel client;
      while ((client = listener.accept()) != null) {
        admit(client);
      }
    } catch (IOException e) {
      // Out of file descriptors, most likely: not to be tried again at once.
      LOGGER.log(Level.WARNING, "no connection can be accepted for a moment: " + e.getMessage());
      pause();
    }
  }

  private void admit(SocketChannel client) throws IOException {
    try {
      client.configureBlocking(false);
      if (client.supportedOptions().contains(StandardSocketOptions.SO_KEEPALIVE)) {
        KeepAlive.enable(client);
      }
      ControlSession session =
          new ControlSession(client, admission, System.nanoTime() + handshake.toNanos());
      client.register(selector, SelectionKey.OP_READ, session);
    } catch (IOException e) {
      client.close();
    }
  }

  private void endOverdue() {
    long now = System.nanoTime();
    for (SelectionKey key : selector.keys()) {
      if (key.attachment() instanceof ControlSession session && session.isOverdue(now)) {
        admission.countRejection();
        session.gone();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the listener and every control connection, and waits for the thread. */
  void stop() {
    stopping = true;
    selector.wakeup();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeAll() {
    try {
      for (SelectionKey key : selector.keys()) {
        if (key.attachment() instanceof ControlSession session) {
          session.gone();
        }
      }
      listener.close();
      selector.close();
    } catch (IOException | ClosedSelectorException e) {
      LOGGER.log(Level.WARNING, "closing control connections: " + e.getMessage());
    }
  }
}
