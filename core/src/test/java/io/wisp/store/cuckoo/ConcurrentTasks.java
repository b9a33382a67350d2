// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Runs tasks side by side until a time is over or one of them fails. */
final class ConcurrentTasks {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final AtomicBoolean stop = new AtomicBoolean();

  /** So many tasks, numbered from 0. */
  static List<Runnable> times(int count, IntConsumer task) {
    return IntStream.range(0, count).<Runnable>mapToObj(i -> () -> task.accept(i)).toList();
  }

  /** What a task asks again and again. */
  boolean areToStop() {
    return stop.get();
  }

  void runFor(long milliseconds, List<Runnable> tasks) throws Exception {
    runFor(milliseconds, () -> true, tasks);
  }

  /**
   * Goes on after the time, on a machine that is busy with other things, until what is tested has
   * happened, or never will.
   */
  void runFor(long milliseconds, BooleanSupplier isEnough, List<Runnable> tasks) throws Exception {
    long latest = System.nanoTime() + MILLISECONDS.toNanos(milliseconds) + PATIENCE.toNanos();
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      Future<?> timing =
          timer.scheduleWithFixedDelay(
              () -> stopIf(isEnough, latest), milliseconds, 10, MILLISECONDS);
      try {
        run(tasks);
      } finally {
        timing.cancel(true);
      }
    }
  }

  private void stopIf(BooleanSupplier isEnough, long latest) {
    boolean stops = true; // also if it cannot be told
    try {
      stops = isEnough.getAsBoolean() || System.nanoTime() - latest >= 0;
    } finally {
      if (stops) {
        stop.set(true);
      }
    }
  }

  void run(List<Runnable> tasks) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
      List<Future<?>> futures = new ArrayList<>();
      for (Runnable task : tasks) {
        futures.add(threads.submit(() -> stopOthersIfItFails(task)));
      }
      for (Future<?> future : futures) {
        try {
          future.get();
        } catch (ExecutionException e) {
          throw new AssertionError(e.getCause());
        }
      }
    }
  }

  private void stopOthersIfItFails(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      stop.set(true);
      throw e;
    }
  }
}
