// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.client;

import java.util.concurrent.atomic.AtomicReference;

/** Lets one call at a time use a connection, and any thread close it. */
final class CallGuard {

  /** Who may touch the connection. */
  private enum Use {
    NOBODY,
    A_CALL,
    /** A call, which has to clean up on its way out. */
    A_CALL_AFTER_CLOSE,
    CLOSED
  }

  /** A call in progress, until it is closed. */
  interface Call extends AutoCloseable {
    @Override
    void close();
  }

  private final ReplyStream stream;
  private final AtomicReference<Use> use = new AtomicReference<>(Use.NOBODY);
  private final Call call = this::exit;

  /** Guards a connection, and closes it. */
  CallGuard(ReplyStream stream) {
    this.stream = stream;
  }

  /** Begins a call; fails if another thread is in one, or the connection is closed. */
  Call enter() {
    if (!use.compareAndSet(Use.NOBODY, Use.A_CALL)) {
      throw new IllegalStateException(
          use.get() == Use.A_CALL
              ? "the client is in use by another thread"
              : "the client is closed");
    }
    return call;
  }

  private void exit() {
    if (!use.compareAndSet(Use.A_CALL, Use.NOBODY)) {
      use.set(Use.CLOSED);
      stream.close();
    }
  }

  /** Closes the connection, and ends the call that uses it. */
  void close() {
    // Again if a call has begun or ended in between.
    while (isOpen()) {
      if (use.compareAndSet(Use.NOBODY, Use.CLOSED)) {
        stream.close();
      } else if (use.compareAndSet(Use.A_CALL, Use.A_CALL_AFTER_CLOSE)) {
        stream.closeSocket();
      }
    }
  }

  private boolean isOpen() {
    Use now = use.get();
    return now == Use.NOBODY || now == Use.A_CALL;
  }
}
