// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows bytes as text, so that {@link ShellWords} reads the same bytes back from it. */
final class Quoting {

  /** Stands for a value that is not there. */
  static final String ABSENT = "(nil)";

  private Quoting() {}

  /**
   * A value alone on a line: as it is if it is plain text, else quoted. One in parentheses is
   * quoted, for so are {@link #ABSENT} and errors.
   */
  static String line(byte[] bytes) {
    String text = printable(bytes);
    return text != null && isPlainLine(text) ? text : quote(bytes, text);
  }

  private static boolean isPlainLine(String text) {
    return !text.isEmpty()
        && text.equals(text.strip())
        && text.charAt(0) != '"'
        && text.charAt(0) != '(';
  }

  /** A word: as it is if it is plain text without blanks or quotes, else quoted. */
  static String word(byte[] bytes) {
    String text = printable(bytes);
    return text != null && isPlainWord(text) ? text : quote(bytes, text);
  }

  private static boolean isPlainWord(String text) {
    return !text.isEmpty() && text.indexOf('"') < 0 && text.indexOf(' ') < 0;
  }

  private static String quote(byte[] bytes, @Nullable String text) {
    StringBuilder quoted = new StringBuilder("\"");
    if (text != null) {
      quoted.append(text.replace("\\", "\\\\").replace("\"", "\\\""));
    } else {
      for (byte b : bytes) {
        appendEscaped(quoted, b);
      }
    }
    return quoted.append('"').toString();
  }

  private static void appendEscaped(StringBuilder text, byte b) {
    switch (b) {
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case '\\' -> text.append("\\\\");
      case '"' -> text.append("\\\"");
      default -> {
        if (b >= ' ' && b <= '~') {
          text.append((char) b);
        } else {
          text.append(String.format(Locale.ROOT, "\\x%02x", b));
        }
      }
    }
  }

  /** The bytes as UTF-8, or null if they are not UTF-8 or hold what a terminal would act upon. */
  private static @Nullable String printable(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.codePoints().allMatch(Quoting::isPrintable) ? text : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean isPrintable(int codePoint) {
    return codePoint == ' '
        || switch (Character.getType(codePoint)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR,
              Character.SPACE_SEPARATOR ->
              false;
          default -> true;
        };
  }
}
