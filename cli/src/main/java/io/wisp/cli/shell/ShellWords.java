// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Splits a line into words of bytes. Blanks separate; double quotes hold blanks together, and
 * inside them a backslash escapes: {@code \n \r \t \\ \"} and {@code \xHH} for any byte. Bytes
 * outside of quotes stand for themselves, backslashes too.
 */
final class ShellWords {

  private final byte[] line;
  private int position;

  private ShellWords(byte[] line) {
    this.line = line;
  }

  /**
   * The words of a line, none for a blank one.
   *
   * @throws SyntaxException if quotes or escapes are wrong
   */
  static List<byte[]> split(byte[] line) {
    return new ShellWords(line).split();
  }

  /** Whether a line starts with {@code #}, after blanks or none. */
  static boolean isComment(byte[] line) {
    ShellWords words = new ShellWords(line);
    return words.skipBlanks() && line[words.position] == '#';
  }

  private List<byte[]> split() {
    List<byte[]> words = new ArrayList<>();
    while (skipBlanks()) {
      words.add(line[position] == '"' ? quoted() : bare());
    }
    return words;
  }

  private boolean skipBlanks() {
    while (position < line.length && isBlank(line[position])) {
      position++;
    }
    return position < line.length;
  }

  private byte[] bare() {
    int start = position;
    while (position < line.length && !isBlank(line[position])) {
      if (line[position] == '"') {
        throw new SyntaxException(
            "a quote inside a word, at column " + (position + 1) + ": quote the whole word");
      }
      position++;
    }
    return Arrays.copyOfRange(line, start, position);
  }

  private byte[] quoted() {
    int start = position++;
    ByteArrayOutputStream word = new ByteArrayOutputStream();
    while (position < line.length && line[position] != '"') {
      word.write(line[position] == '\\' ? escaped() : line[position++]);
    }
    if (position == line.length) {
      throw new SyntaxException("the quote at column " + (start + 1) + " is not closed");
    }
    position++;
    if (position < line.length && !isBlank(line[position])) {
      throw new SyntaxException("a blank is missing after the quote at column " + position);
    }
    return word.toByteArray();
  }

  private int escaped() {
    int column = position + 1;
    position++;
    int letter = position < line.length ? line[position++] : -1;
    return switch (letter) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '\\' -> '\\';
      case '"' -> '"';
      case 'x' -> hexadecimal(column);
      default ->
          throw new SyntaxException(
              "an unknown escape at column " + column + ": there are \\n \\r \\t \\\\ \\\" \\xHH");
    };
  }

  private int hexadecimal(int column) {
    int high = digit();
    int low = digit();
    if (high < 0 || low < 0) {
      throw new SyntaxException("\\x at column " + column + " wants two hexadecimal digits");
    }
    return high << 4 | low;
  }

  private int digit() {
    return position < line.length ? Character.digit(line[position++], 16) : -1;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }
}
