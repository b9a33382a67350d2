// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.resp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request typed by hand: words in a line. Words may be quoted as in Redis: {@code "..."} with
 * {@code \n \r \t \b \a \xHH \" \\}, and {@code '...'} with {@code \'}.
 */
public final class InlineRequest {

  /** The longest line, in bytes. */
  public static final int MAX_LENGTH = 64 << 10;

  private final byte[] line;
  private int at;

  private InlineRequest(byte[] line) {
    this.line = line;
  }

  /** The words of a line, or null if its quotes are not balanced. */
  public static @Nullable List<byte[]> words(byte[] line) {
    InlineRequest request = new InlineRequest(line);
    List<byte[]> words = new ArrayList<>();
    while (request.skipBlanks()) {
      ByteArrayOutputStream word = new ByteArrayOutputStream();
      if (!request.readWord(word)) {
        return null;
      }
      words.add(word.toByteArray());
    }
    return words;
  }

  private boolean skipBlanks() {
    while (at < line.length && isBlank(line[at])) {
      at++;
    }
    return at < line.length;
  }

  private boolean readWord(ByteArrayOutputStream word) {
    while (at < line.length && !isBlank(line[at])) {
      byte character = line[at++];
      boolean balanced =
          switch (character) {
            case '"' -> readDoubleQuoted(word);
            case '\'' -> readSingleQuoted(word);
            default -> {
              word.write(character);
              yield true;
            }
          };
      if (!balanced) {
        return false;
      }
    }
    return true;
  }

  private boolean readDoubleQuoted(ByteArrayOutputStream word) {
    while (at < line.length) {
      byte character = line[at++];
      if (character == '"') {
        return atEndOfWord();
      }
      if (character == '\\' && at < line.length) {
        readEscape(word);
      } else {
        word.write(character);
      }
    }
    return false;
  }

  private void readEscape(ByteArrayOutputStream word) {
    byte character = line[at++];
    if (character == 'x' && at + 1 < line.length && hex(line[at]) >= 0 && hex(line[at + 1]) >= 0) {
      word.write(16 * hex(line[at]) + hex(line[at + 1]));
      at += 2;
      return;
    }
    word.write(
        switch (character) {
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'b' -> '\b';
          case 'a' -> 7;
          default -> character;
        });
  }

  private boolean readSingleQuoted(ByteArrayOutputStream word) {
    while (at < line.length) {
      byte character = line[at++];
      if (character == '\'') {
        return atEndOfWord();
      }
      if (character == '\\' && at < line.length && line[at] == '\'') {
        character = line[at++];
      }
      word.write(character);
    }
    return false;
  }

  private boolean atEndOfWord() {
    return at == line.length || isBlank(line[at]);
  }

  private static boolean isBlank(byte character) {
    return character == ' ' || (character >= 9 && character <= 13);
  }

  private static int hex(byte character) {
    return Character.digit(character, 16);
  }
}
