// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import java.io.IOException;
import java.nio.file.Path;
import java.util.logging.FileHandler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what Ratis says from the operator, who is told by the server itself: warnings go into a
 * file, all else nowhere.
 */
final class QuietLogs implements AutoCloseable {

  private static final int MOST_BYTES = 1 << 20;

  /** Held, for a logger that nobody holds forgets its level. */
  private static final Logger RATIS = Logger.getLogger("org.apache.ratis");

  private final @Nullable FileHandler handler;

  private QuietLogs(@Nullable FileHandler handler) {
    this.handler = handler;
  }

  /** From now on; if the file cannot be written, nothing is said at all. */
  static QuietLogs into(Path file) {
    RATIS.setUseParentHandlers(false);
    try {
      FileHandler handler =
          new FileHandler(file.toString().replace("%", "%%"), MOST_BYTES, 1, true);
      handler.setFormatter(new SimpleFormatter());
      handler.setLevel(Level.WARNING);
      RATIS.setLevel(Level.WARNING);
      RATIS.addHandler(handler);
      return new QuietLogs(handler);
    } catch (IOException e) {
      RATIS.setLevel(Level.OFF);
      return new QuietLogs(null);
    }
  }

  /** As if Ratis had said so. */
  static void threadEnded(Thread thread, Throwable cause) {
    RATIS.log(Level.WARNING, "thread " + thread.getName() + " has ended", cause);
  }

  @Override
  public void close() {
    if (handler != null) {
      RATIS.removeHandler(handler);
      handler.close();
    }
  }
}
