// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import java.io.PrintStream;

/** What a user sees of an error that is Wisp's own. */
public final class InternalErrors {

  private static final String TRACE = "WISP_TRACE";

  /** The end of a sentence about such an error. */
  public static final String HOW_TO_TRACE = "with " + TRACE + "=1 it says where";

  private InternalErrors() {}

  /** Shows where an error came from, if that is asked for in the environment. */
  public static void trace(Throwable error, PrintStream err) {
    if (System.getenv(TRACE) != null) {
      error.printStackTrace(err);
    }
  }
}
