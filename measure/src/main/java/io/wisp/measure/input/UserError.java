// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.input;

import org.jspecify.annotations.Nullable;

/** Ends the command. The message is one sentence for the user, who sees nothing else of it. */
public final class UserError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private UserError(@Nullable String message, int exitCode) {
    super(String.valueOf(message));
    this.exitCode = exitCode;
  }

  /** The command line was wrong. */
  public static UserError usage(@Nullable String message) {
    return new UserError(message, ExitCode.USAGE);
  }

  /** What was asked for cannot be done. */
  public static UserError failure(@Nullable String message) {
    return new UserError(message, ExitCode.FAILURE);
  }

  /** What the command tells the shell that started it, of {@link ExitCode}. */
  public int exitCode() {
    return exitCode;
  }
}
