// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import java.io.PrintStream;

/** What a user sees of an error that is Wisp's own. */
public final class InternalErrors {

  private static final String TRACE = "WISP_TRACE";

  /** The end of a sentence about such an error. */
  public static final String HOW_TO_TRACE = "with " + TRACE + "=1 it says where";

  private InternalErrors() {}

  /**
   * What to tell of an error. Java has few objects for a heap that is full. So a resource often
   * fails to close by the very error that had it closed, and Java then tells of that instead.
   */
  public static Throwable told(Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      if (each instanceof OutOfMemoryError) {
        return each;
      }
    }
    return error;
  }

  /** Shows where an error came from, if that is asked for in the environment. */
  public static void trace(Throwable error, PrintStream err) {
    if (System.getenv(TRACE) != null) {
      error.printStackTrace(err);
    }
  }
}
