// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import io.wisp.transport.ClientOptions;
import io.wisp.transport.Endpoint;
import io.wisp.transport.IdleStrategy;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.transport.ring.Port;
import io.wisp.transport.ring.RemoteMemory;
import io.wisp.transport.ring.handshake.ControlLink;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How a client waits, and what ends its waiting: the time, the server's end, its own closing, an
 * interrupt. A call begins it once, with one deadline for all that the call waits for.
 */
final class ClientWait {

  /** How long it sleeps before it looks whether it should go on waiting. */
  private static final long LONGEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long CONTROL_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int LOOKS_BETWEEN_CLOCKS = 256;

  private final Endpoint endpoint;
  private final long timeoutNanos;
  private final LongSupplier nanoTime;
  private final Port port;
  private final RemoteMemory memory;
  private final ControlLink control;
  private final IdleStrategy idle;
  private volatile boolean closing;
  private int looks;

  /** 0 until the clock was looked at, which short waits do without. */
  private long deadline;

  private long nextControlCheck;

  /** What had arrived when the connection was last seen to have ended. */
  private long heard = -1;

  ClientWait(
      Endpoint endpoint,
      ClientOptions options,
      ClientConnection connection,
      LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.timeoutNanos = options.timeout().toNanos();
    this.nanoTime = nanoTime;
    port = connection.fabric().port();
    memory = connection.memory();
    control = connection.control();
    idle = new IdleStrategy(options.waiting(), port::await, LONGEST_SLEEP_NANOS);
  }

  /**
   * Begins a call.
   *
   * @param deadline until when it may wait, or 0 for the timeout from when it first has to
   */
  void begin(long deadline) {
    looks = 0;
    this.deadline = deadline;
    idle.reset();
  }

  /**
   * Takes in what has arrived, or waits for a moment.
   *
   * @throws TransportException if there is nothing to wait for any longer
   */
  void step() {
    boolean slept = false;
    if (port.poll()) {
      idle.reset();
      if (isBrokenUnheard()) {
        return;
      }
    } else {
      slept = idle.pause();
    }
    // In spite of news as well: a peer that always has some must not keep a call for ever.
    if (slept || ++looks % LOOKS_BETWEEN_CLOCKS == 0) {
      lookAround();
    }
  }

  /** Takes in what has arrived, and waits for nothing. */
  void poll() {
    if (port.poll()) {
      boolean ignored = isBrokenUnheard();
    }
  }

  /**
   * Looks whether the connection is known to be of no use; but a server that ends sends its last
   * replies first, which count.
   *
   * @return whether it is, and something has arrived that the caller is to look at before all else
   */
  boolean isBrokenUnheard() {
    String reason = memory.broken();
    if (reason == null) {
      return false;
    }
    if (!mayHaveMore()) {
      throw broke(reason);
    }
    return true;
  }

  /**
   * Of a connection that has ended: whether something arrived that the caller has not looked at.
   */
  private boolean mayHaveMore() {
    long arrived = memory.arrived();
    boolean isMore = arrived != heard;
    heard = arrived;
    return isMore;
  }

  private TransportException broke(String reason) {
    return new TransportException("the connection to " + endpoint + " broke: " + reason);
  }

  private void lookAround() {
    long now = nanoTime.getAsLong();
    if (closing) {
      throw new TransportException("the client of " + endpoint + " was closed during the call");
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new TransportException("interrupted while waiting for " + endpoint);
    }
    if (!isBrokenUnheard() && now - nextControlCheck >= 0) {
      nextControlCheck = now + CONTROL_CHECK_NANOS;
      if (isServerGoneUnheard()) {
        nextControlCheck = now;
      }
    }
    if (deadline == 0) {
      deadline = now + timeoutNanos | 1;
    } else if (now - deadline > 0) {
      throw new TransportTimeoutException(
          "%s did not answer within %s ms"
              .formatted(endpoint, TimeUnit.NANOSECONDS.toMillis(timeoutNanos)));
    }
  }

  /** Looks whether the connection is known to be of no use. */
  void failIfBroken() {
    String reason = memory.broken();
    if (reason != null) {
      throw broke(reason);
    }
  }

  /** Looks whether the server still holds its end of the control connection; a system call. */
  void failIfServerIsGone() {
    if (!control.isOpen()) {
      throw gone();
    }
  }

  /**
   * Looks likewise; but the last replies count.
   *
   * @return whether it does not, and something has arrived that the caller is to look at
   */
  boolean isServerGoneUnheard() {
    if (control.isOpen()) {
      return false;
    }
    boolean ignored = port.poll();
    if (!mayHaveMore()) {
      throw gone();
    }
    return true;
  }

  private TransportException gone() {
    return new TransportException(
        "the connection to " + endpoint + " broke, or the server closed it");
  }

  /** Makes whoever waits give up. Any thread may call this. */
  synchronized void close() {
    // Whoever comes second may find the port's memory gone.
    if (!closing) {
      closing = true;
      port.wake();
    }
  }
}
