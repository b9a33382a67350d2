// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

/** Reads the numbers in commands. */
final class Numbers {

  private Numbers() {}

  /**
   * A whole number that may be negated.
   *
   * @param name what the number is, for the message
   * @throws SyntaxException if the word is something else
   */
  static long amount(String name, byte[] word) {
    return parse(name, word, -Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /**
   * A whole number within limits.
   *
   * @param name what the number is, for the message
   * @throws SyntaxException if the text is something else
   */
  static long parse(String name, byte[] word, long least, long most) {
    String text = ShellCommand.text(word);
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The message below is for this as well.
    }
    throw new SyntaxException(
        name
            + " wants a whole number from "
            + least
            + " to "
            + most
            + ", not "
            + Quoting.word(word));
  }
}
