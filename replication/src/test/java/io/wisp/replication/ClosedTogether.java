// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Members of this process end side by side: what writes the log of one looks once in a second
 * whether it is to end.
 */
final class ClosedTogether {

  /** More than the busiest machine needs. */
  private static final Duration BOUND = Duration.ofMinutes(2);

  /** The end of a member, and the thread that brings it about. */
  private record End(FutureTask<Boolean> closing, Thread thread) {

    static End begin(AutoCloseable member) {
      FutureTask<Boolean> closing =
          new FutureTask<>(
              () -> {
                member.close();
                return true;
              });
      return new End(closing, Thread.ofVirtual().start(closing));
    }

    void awaitUntil(long deadline) throws InterruptedException {
      long left = Math.max(0, deadline - System.nanoTime());
      if (!thread.join(Duration.ofNanos(left))) {
        AssertionError place = new AssertionError("it waits here");
        place.setStackTrace(thread.getStackTrace());
        throw new AssertionError("a member has not closed in time", place);
      }
    }
  }

  private ClosedTogether() {}

  /**
   * Closes them.
   *
   * @throws AssertionError if one does not end; its cause says where it waits
   */
  static void closeAll(List<? extends @Nullable AutoCloseable> members) throws Exception {
    closeAll(members, BOUND);
  }

  /** The same within a time. */
  static void closeAll(List<? extends @Nullable AutoCloseable> members, Duration bound)
      throws Exception {
    long deadline = System.nanoTime() + bound.toNanos();
    List<End> ends = new ArrayList<>();
    for (AutoCloseable each : members) {
      if (each != null) {
        ends.add(End.begin(each));
      }
    }
    for (End each : ends) {
      each.awaitUntil(deadline);
    }
    for (End each : ends) {
      each.closing().get();
    }
  }
}
