// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.testing.Property;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {

  private static List<String> split(String line) {
    return ShellWords.split(line.getBytes(StandardCharsets.UTF_8)).stream()
        .map(word -> new String(word, StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void shouldSplitAtBlanks() {
    assertThat(split("  put\tkey   value\r")).containsExactly("put", "key", "value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t \r"})
  void shouldFindNoWordInABlankLine(String line) {
    assertThat(split(line)).isEmpty();
  }

  @Test
  void shouldKeepBlanksInsideQuotes() {
    assertThat(split("put \"a key\" \"\"")).containsExactly("put", "a key", "");
  }

  @Test
  void shouldReadEveryEscapeInsideQuotes() {
    assertThat(split("\"\\n\\r\\t\\\\\\\"\\x41\"")).containsExactly("\n\r\t\\\"A");
  }

  @Test
  void shouldReadBytesThatAreNoText() {
    assertThat(ShellWords.split("\"\\xff\\x00\\xC3\"".getBytes(StandardCharsets.US_ASCII)))
        .containsExactly(new byte[] {(byte) 0xff, 0, (byte) 0xc3});
  }

  @Test
  void shouldTakeBackslashesLiterallyOutsideOfQuotes() {
    assertThat(split("C:\\new")).containsExactly("C:\\new");
  }

  @Test
  void shouldPassTextOfOtherAlphabets() {
    assertThat(split("put ключ \"значение 值\"")).containsExactly("put", "ключ", "значение 值");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          put "a      | the quote at column 5 is not closed
          put "a\\    | an unknown escape at column 7: there are \\n \\r \\t \\\\ \\" \\xHH
          "a"b        | a blank is missing after the quote at column 3
          a"b         | a quote inside a word, at column 2: quote the whole word
          "\\q"       | an unknown escape at column 2: there are \\n \\r \\t \\\\ \\" \\xHH
          "\\x4"      | \\x at column 2 wants two hexadecimal digits
          "\\xgg"     | \\x at column 2 wants two hexadecimal digits
          "\\x        | \\x at column 2 wants two hexadecimal digits
          """)
  void shouldSayWhatIsWrongAndWhere(String line, String message) {
    assertThatThrownBy(() -> split(line)).isInstanceOf(SyntaxException.class).hasMessage(message);
  }

  @Test
  void shouldReadBackWhatQuotingWrote() {
    Property.check(
        draw -> {
          List<byte[]> words = draw.list(6, draw::bytes);
          StringBuilder line = new StringBuilder();
          words.forEach(word -> line.append(Quoting.word(word)).append(' '));
          assertThat(ShellWords.split(line.toString().getBytes(StandardCharsets.UTF_8)))
              .usingRecursiveComparison()
              .isEqualTo(words);
        });
  }

  @Test
  void shouldReadBackWhatQuotingWroteOfText() {
    Property.check(
        draw -> {
          String text = draw.text();
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          String word = Quoting.word(bytes);
          assertThat(ShellWords.split(word.getBytes(StandardCharsets.UTF_8)))
              .containsExactly(bytes);
        });
  }

  @Test
  void shouldNeverThrowAnythingButASyntaxException() {
    Property.check(
        draw -> {
          byte[] line = draw.bytes();
          try {
            assertThat(ShellWords.split(line))
                .allSatisfy(word -> assertThat(word).hasSizeLessThan(line.length + 1));
          } catch (SyntaxException e) {
            assertThat(e.getMessage()).isNotBlank();
          }
        });
  }
}
