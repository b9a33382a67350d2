// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What transports log in the process of a client. Who uses one is told by the command itself, in a
 * sentence where it matters; a log is for those who run a server.
 */
public final class ClientLog {

  /** Held, for a logger that nobody holds forgets its level. */
  private static final Logger LOG = Logger.getLogger("io.wisp");

  private ClientLog() {}

  /**
   * Leaves out all but warnings and errors from now on, unless the user has said what is to be
   * logged.
   */
  public static void quiet() {
    if (System.getProperty("java.util.logging.config.file") == null
        && System.getProperty("java.util.logging.config.class") == null) {
      LOG.setLevel(Level.WARNING);
    }
  }
}
