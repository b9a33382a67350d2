// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import java.io.PrintStream;

/**
 * Writes replies to standard output, as redis-cli does: to a person, so that each is told from any
 * other and no byte acts upon the terminal; or raw to a program, as the bytes that they are.
 */
final class Replies {

  private final PrintStream out;
  private final boolean raw;

  Replies(PrintStream out, boolean raw) {
    this.out = out;
    this.raw = raw;
  }

  void say(String text) {
    out.println(text);
  }

  void number(long number) {
    out.println(number);
  }

  void value(byte[] value) {
    bytes(value, raw ? "" : Quoting.line(value));
  }

  /** The value of a key that is not there. */
  void absent() {
    out.println(raw ? "" : Quoting.ABSENT);
  }

  void key(byte[] key) {
    bytes(key, raw ? "" : Quoting.word(key));
  }

  /** There is no key to show. */
  void noKeys() {
    if (!raw) {
      out.println("(empty array)");
    }
  }

  private void bytes(byte[] bytes, String shown) {
    if (raw) {
      out.write(bytes, 0, bytes.length);
    }
    out.println(shown);
  }
}
