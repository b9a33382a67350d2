// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.input;

/** What the wisp command tells the shell that started it. */
public final class ExitCode {

  /** All was done. */
  public static final int SUCCESS = 0;

  /** It was understood, and could not be done, or not all of it. */
  public static final int FAILURE = 1;

  /** The command line was wrong, and nothing was tried. */
  public static final int USAGE = 2;

  /** A measurement was asked for, and the server reached none of the rates that were offered. */
  public static final int SATURATED = 3;

  /** A server lost a thread that served, and ended so that it can be started again. */
  public static final int LOST_THREAD = 4;

  /** A measurement was interrupted, by SIGINT or SIGTERM, before all was measured. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
