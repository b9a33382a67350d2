// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import java.lang.System.Logger.Level;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What threads that serve log with: no call of it fails. A line that cannot be written, for want of
 * memory, a file descriptor or room on the disk, is left out; the thread and its clients go on. Any
 * thread may use it.
 */
public final class Log {

  private final System.Logger logger;

  private Log(System.Logger logger) {
    this.logger = logger;
  }

  /** The log of a class, under its name. */
  public static Log of(Class<?> source) {
    return new Log(System.getLogger(source.getName()));
  }

  /**
   * Loads what the JDK would load for the first line: its handlers, its formats and the file of
   * time zones. It needs file descriptors, and what could not be loaded once is never loaded again,
   * so that all of the log would be lost. A server calls this before it lets anybody connect.
   */
  public static void prepare() {
    try {
      LogRecord line = new LogRecord(java.util.logging.Level.OFF, "{0}");
      line.setParameters(new Object[] {"a line that is formatted and shown to nobody"});
      line.setThrown(new IllegalStateException());
      for (Handler handler : Logger.getLogger("").getHandlers()) {
        handler.getFormatter().format(line);
      }
    } catch (RuntimeException e) {
      // Handlers of a user's configuration; the log goes on without them.
    }
  }

  /** Logs a sentence. */
  public void log(Level level, String sentence) {
    log(level, sentence, (Throwable) null);
  }

  /** Logs a sentence and where it came from. */
  public void log(Level level, String sentence, @Nullable Throwable cause) {
    try {
      logger.log(level, sentence, cause);
    } catch (Throwable e) {
      // There is nowhere left to say it.
    }
  }

  /** Logs a sentence with parameters, made only if its level is logged. */
  public void log(Level level, String format, @Nullable Object... parameters) {
    try {
      logger.log(level, format, parameters);
    } catch (Throwable e) {
      // There is nowhere left to say it.
    }
  }
}
