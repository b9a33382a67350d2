// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Members of this process end side by side: what writes the log of one looks once in a second
 * whether it is to end.
 */
final class ClosedTogether {

  private ClosedTogether() {}

  static void closeAll(List<? extends @Nullable AutoCloseable> members) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> ends = new ArrayList<>();
      for (AutoCloseable each : members) {
        if (each != null) {
          ends.add(
              threads.submit(
                  () -> {
                    each.close();
                    return null;
                  }));
        }
      }
      for (Future<?> each : ends) {
        each.get();
      }
    }
  }
}
