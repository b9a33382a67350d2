// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    Thread timer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    Thread.sleep(milliseconds);
                    long asked = System.nanoTime();
                    while (!stop.get()
                        && !isEnough.getAsBoolean()
                        && System.nanoTime() - asked < PATIENCE.toNanos()) {
                      Thread.sleep(10);
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  } finally {
                    stop.set(true);
                  }
                });
    try {
      run(tasks);
    } finally {
      timer.interrupt();
      timer.join();
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
