// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs tasks at the same time. */
public final class SideBySide {

  private SideBySide() {}

  /** What is done several times. */
  @FunctionalInterface
  public interface Task {

    /** Does it for the number of a thread, from 0. */
    void run(int number) throws Exception;
  }

  /** Runs a task in so many threads, and fails if any of them does. */
  public static void run(int threads, Task task) throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int number = i;
        runs.add(
            executor.submit(
                () -> {
                  task.run(number);
                  return null;
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    }
  }
}
