// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.zmq;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import zmq.poll.IPollEvents;
import zmq.poll.Poller;

/**
 * Has JeroMQ 0.6.0 look at its channels again after it has connected. If it finds a connection made
 * and begins to use it in one round of its selector, it takes the selection key of the attempt,
 * about to be cancelled, for that of the connection; nothing is then heard of the connection until
 * something else has it register its channels. About one connection in fifty was lost so.
 *
 * <p>The key is gone one round after the connection was made, and the round after that registers
 * the channel. Timers stand for the rounds. All are set at once, since JeroMQ oversleeps a timer
 * that is set while it runs another one; and their times double, since those that come due together
 * count for one round only. All but the making of threads happens in JeroMQ's I/O thread.
 */
final class ConnectionNudge implements IPollEvents {

  private static final int LAST_MILLIS = 256;

  private final BiFunction<Runnable, String, Thread> threads;
  private volatile @Nullable Poller poller;

  ConnectionNudge(BiFunction<Runnable, String, Thread> threads) {
    this.threads = threads;
  }

  /** Makes a thread for JeroMQ, and learns which poller runs in the I/O thread. */
  Thread newThread(Runnable task, String name) {
    if (name.startsWith("iothread") && task instanceof Poller ioPoller) {
      poller = ioPoller;
    }
    return threads.apply(task, name);
  }

  /** To be called when a connection was made. */
  void connected() {
    Poller io = poller;
    if (io != null) {
      for (int millis = 1; millis <= LAST_MILLIS; millis *= 2) {
        io.addTimer(millis, this, millis);
      }
    }
  }

  @Override
  public void timerEvent(int millis) {
    Poller io = poller;
    if (io == null) {
      return;
    }
    try (SocketChannel none = SocketChannel.open()) {
      io.removeHandle(io.addHandle(none, this));
    } catch (IOException e) {
      // No channel to be had: whoever waits for the connection times out.
    }
  }
}
