// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.util.function.Consumer;

/**
 * The threads of a member's engine. Nobody takes the place of one that an exception ends, so the
 * member has failed then. The operator is told in a line, and the file for what Ratis says gets the
 * stack: the JVM itself would print it where the server speaks.
 */
final class MemberThreads extends ThreadGroup {

  /** Made beforehand: there may be no heap for another text. */
  private static final String NO_HEAP = "a thread of the log has ended: there is no heap left";

  private final Consumer<String> onFailure;

  /**
   * A group for one engine.
   *
   * @param onFailure is told why the member has failed, by the thread that ends, and maybe often
   */
  MemberThreads(String name, Consumer<String> onFailure) {
    super(name);
    this.onFailure = onFailure;
  }

  @Override
  public void uncaughtException(Thread thread, Throwable cause) {
    try {
      onFailure.accept(
          cause instanceof OutOfMemoryError
              ? NO_HEAP
              : "thread %s of the log has ended: %s"
                  .formatted(thread.getName(), RaftEngine.reason(cause)));
    } finally {
      QuietLogs.threadEnded(thread, cause);
    }
  }
}
