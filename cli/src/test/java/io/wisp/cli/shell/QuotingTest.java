// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Property;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotingTest {

  private static String line(String text) {
    return Quoting.line(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"value", "two words", "it's \"so\"", "C:\\new", "значение", "😀"})
  void shouldShowPlainTextAsItIs(String text) {
    assertThat(line(text)).isEqualTo(text);
  }

  @Test
  void shouldQuoteAValueThatReadsLikeAnAbsentOne() {
    assertThat(line("(nil)")).isEqualTo("\"(nil)\"");
    assertThat(line("(error) all is lost")).isEqualTo("\"(error) all is lost\"");
  }

  @Test
  void shouldQuoteWhatWouldVanishOnALine() {
    assertThat(line("")).isEqualTo("\"\"");
    assertThat(line(" x")).isEqualTo("\" x\"");
    assertThat(line("\"x\"")).isEqualTo("\"\\\"x\\\"\"");
  }

  @Test
  void shouldEscapeWhatATerminalWouldActUpon() {
    assertThat(line("a\nb\t\u001b[31m")).isEqualTo("\"a\\nb\\t\\x1b[31m\"");
    assertThat(line("a\u202eb")).isEqualTo("\"a\\xe2\\x80\\xaeb\"");
  }

  @Test
  void shouldEscapeBytesThatAreNoText() {
    assertThat(Quoting.line(new byte[] {'a', (byte) 0xff, 0})).isEqualTo("\"a\\xff\\x00\"");
  }

  @Test
  void shouldQuoteWordsWithBlanks() {
    assertThat(Quoting.word("a b".getBytes(StandardCharsets.UTF_8))).isEqualTo("\"a b\"");
    assertThat(Quoting.word("ab".getBytes(StandardCharsets.UTF_8))).isEqualTo("ab");
  }

  @Test
  void shouldKeepEveryValueOnOneLine() {
    Property.check(
        draw -> {
          byte[] value = draw.bytes();
          assertThat(Quoting.line(value).lines()).hasSize(1);
        });
  }

  @Test
  void shouldShowDifferentValuesDifferently() {
    Property.check(
        draw -> {
          byte[] one = draw.bytes();
          byte[] other = draw.bytes();
          boolean same = Arrays.equals(one, other);
          assertThat(Quoting.line(one).equals(Quoting.line(other))).isEqualTo(same);
        });
  }

  @Test
  void shouldReadBackAQuotedLine() {
    Property.check(
        draw -> {
          byte[] value = draw.bytes();
          String shown = Quoting.line(value);
          List<byte[]> words =
              shown.startsWith("\"")
                  ? ShellWords.split(shown.getBytes(StandardCharsets.UTF_8))
                  : List.of(shown.getBytes(StandardCharsets.UTF_8));
          assertThat(words).containsExactly(value);
        });
  }
}
