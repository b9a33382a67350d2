// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import io.wisp.measure.input.UserError;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Threads that start together and are waited for, with the time between. */
public final class Phase {

  private final CountDownLatch start = new CountDownLatch(1);
  private final CountDownLatch end;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile long startedAt;
  private final LongAccumulator endedAt = new LongAccumulator(Math::max, Long.MIN_VALUE);

  /** A phase of so many threads. */
  public Phase(int threads) {
    this.end = new CountDownLatch(threads);
  }

  /**
   * Adds a thread, which waits for {@link #go}.
   *
   * @param work is given the time at which all threads start, by {@link System#nanoTime}
   */
  public void start(String name, LongConsumer work) {
    Thread.ofPlatform().name(name).daemon().start(() -> run(work));
  }

  private void run(LongConsumer work) {
    try {
      start.await();
      work.accept(startedAt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      failure.set(e);
    } finally {
      endedAt.accumulate(System.nanoTime());
      end.countDown();
    }
  }

  /**
   * Lets them start.
   *
   * @param lead how long from now, so that all are awake by then
   */
  public void go(Duration lead) {
    startedAt = System.nanoTime() + lead.toNanos();
    start.countDown();
  }

  /**
   * Waits for all threads, but not longer than {@code patience}.
   *
   * @return whether all have ended
   * @throws UserError if a thread failed for a reason that is nobody's input
   */
  public boolean awaitEnd(Duration patience) {
    try {
      boolean ended = end.await(patience.toNanos(), TimeUnit.NANOSECONDS);
      Throwable cause = failure.get();
      if (cause != null) {
        throw new IllegalStateException("a client failed: " + cause, cause);
      }
      return ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw UserError.failure("interrupted");
    }
  }

  /** Nanoseconds since the start. */
  public long elapsedSoFar() {
    return Math.max(0, System.nanoTime() - startedAt);
  }

  /** Nanoseconds from the start to the end of the last thread. */
  public long elapsed() {
    return endedAt.get() - startedAt;
  }
}
