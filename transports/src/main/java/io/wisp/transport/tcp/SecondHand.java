// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import io.wisp.transport.Threads;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A clock of seconds that costs those who look at it nothing, for a thread of its own sets it on:
 * so whoever serves need not read a clock to leave word of when that was. Any thread uses it.
 */
final class SecondHand implements AutoCloseable {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final AtomicInteger second = new AtomicInteger();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final long startedNanos = System.nanoTime();
  private final Runnable each;
  private final Thread thread;

  /**
   * One that does not go yet.
   *
   * @param each is done every second; it takes much less, and does not throw
   */
  SecondHand(Runnable each) {
    this.each = each;
    thread = Thread.ofPlatform().daemon().name("wisp-tcp-clock").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Seconds since it was made, or one less. */
  int second() {
    return second.getOpaque();
  }

  private void run() {
    try {
      while (!stop.await(SECOND, TimeUnit.NANOSECONDS)) {
        second.setOpaque((int) ((System.nanoTime() - startedNanos) / SECOND));
        each.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends its thread, and waits for that. */
  @Override
  public void close() {
    stop.countDown();
    Threads.joinUninterruptibly(thread);
  }
}
