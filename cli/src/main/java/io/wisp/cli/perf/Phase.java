package io.wisp.cli.perf;

import io.wisp.cli.common.UserError;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import org.jspecify.annotations.Nullable;

/** Threads that start together and are waited for, with the time between. */
final class Phase {

  private final CountDownLatch start = new CountDownLatch(1);
  private final CountDownLatch end;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile long startedAt;
  private final LongAccumulator endedAt = new LongAccumulator(Math::max, Long.MIN_VALUE);

  Phase(int threads) {
    this.end = new CountDownLatch(threads);
  }

  /** Adds a thread, which waits for {@link #go}. */
  void start(String name, LoadClient client, long requests) {
    Thread.ofPlatform().name(name).daemon().start(() -> work(client, requests));
  }

  private void work(LoadClient client, long requests) {
    try {
      start.await();
      client.run(requests);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      failure.set(e);
    } finally {
      endedAt.accumulate(System.nanoTime());
      end.countDown();
    }
  }

  void go() {
    startedAt = System.nanoTime();
    start.countDown();
  }

  /**
   * Waits for all threads, but not longer than {@code patience}.
   *
   * @return whether all have ended
   * @throws UserError if a thread failed for a reason that is nobody's input
   */
  boolean awaitEnd(Duration patience) {
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

  long elapsedSoFar() {
    return System.nanoTime() - startedAt;
  }

  long elapsed() {
    return endedAt.get() - startedAt;
  }
}
