// SPDX-License-Identifier: Apache-2.0
package io.wisp.server;

import io.wisp.store.Store;
import io.wisp.transport.Threads;
import java.io.PrintStream;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The thread that calls {@link Store#maintain} as long as the server runs: in small pieces, each
 * followed by a rest, so that it takes no more than half a core when there is much to do and nearly
 * nothing when there is not.
 */
final class Housekeeper implements AutoCloseable {

  private static final long PIECE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long REST_NANOS = PIECE_NANOS;
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long AFTER_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Store store;
  private final PrintStream err;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  /**
   * One that does not work yet.
   *
   * @param onThreadLost is told if an error ends it
   */
  Housekeeper(Store store, PrintStream err, UncaughtExceptionHandler onThreadLost) {
    this.store = store;
    this.err = err;
    this.thread =
        Thread.ofPlatform()
            .name("wisp-housekeeper")
            .daemon()
            .uncaughtExceptionHandler(onThreadLost)
            .unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!stop.await(maintain(), TimeUnit.NANOSECONDS)) {
        // The condition does the work.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns how long to rest. A failure must not end the reclaiming of memory for good. */
  private long maintain() {
    try {
      return store.maintain(PIECE_NANOS) ? REST_NANOS : IDLE_NANOS;
    } catch (RuntimeException e) {
      err.println("wisp: housekeeping failed and will be tried again: " + e);
      return AFTER_FAILURE_NANOS;
    }
  }

  /** Waits until the thread is out of the store. */
  @Override
  public void close() {
    stop.countDown();
    Threads.joinUninterruptibly(thread);
  }
}
