// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import io.wisp.measure.input.UserError;
import org.jspecify.annotations.Nullable;

/** The password of a server, which an option or the environment says. */
public final class Password {

  private static final String VARIABLE = "WISP_PASSWORD";

  private Password() {}

  /**
   * That of an option, or else the environment's, or null if neither says one.
   *
   * @throws UserError if the environment's is no text
   */
  public static @Nullable String of(@Nullable String option) {
    if (option != null) {
      return option;
    }
    String password = ProcessText.variable(VARIABLE);
    if (password != null && !ByteText.isUtf8(password)) {
      throw UserError.usage(VARIABLE + " is not UTF-8, which a password must be");
    }
    return password;
  }
}
