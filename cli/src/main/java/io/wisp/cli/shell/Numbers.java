// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

/** Reads the numbers in commands. */
final class Numbers {

  private Numbers() {}

  /**
   * A whole number within limits.
   *
   * @param name what the number is, for the message
   * @throws SyntaxException if the text is something else
   */
  static long parse(String name, String text, long least, long most) {
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The message below is for this as well.
    }
    throw new SyntaxException(
        name + " wants a whole number from " + least + " to " + most + ", not " + text);
  }
}
