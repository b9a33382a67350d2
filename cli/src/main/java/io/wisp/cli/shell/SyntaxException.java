// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

/** A line is no command. The message says what is wrong with it. */
final class SyntaxException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  SyntaxException(String message) {
    super(message);
  }
}
