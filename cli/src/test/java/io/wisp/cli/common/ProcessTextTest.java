// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import java.nio.charset.Charset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProcessTextTest {

  private static final List<byte[]> COMMAND_LINE =
      Stream.of("java", "-jar", "wisp.jar", "put", "", "\u00e9")
          .map(each -> each.getBytes(UTF_8))
          .toList();

  private static String[] decodedBy(Charset locale) {
    return COMMAND_LINE.subList(3, 6).stream()
        .map(bytes -> new String(bytes, locale))
        .toArray(String[]::new);
  }

  @Test
  void shouldTakeTheBytesOfArgumentsWhateverTheLocaleMadeOfThem() {
    for (Charset locale : List.of(US_ASCII, ISO_8859_1, UTF_8)) {
      assertThat(ProcessText.arguments(decodedBy(locale), COMMAND_LINE, locale))
          .containsExactly("put", "", "\u00e9");
    }
  }

  @Test
  void shouldRefuseAnArgumentThatTheLocaleDoesNotHaveIfItsBytesAreNotToBeHad() {
    List<List<byte[]>> others =
        List.of(List.of(), COMMAND_LINE.subList(0, 5), COMMAND_LINE.subList(5, 6));
    for (List<byte[]> other : others) {
      assertThatThrownBy(() -> ProcessText.arguments(decodedBy(US_ASCII), other, US_ASCII))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith(
              "argument 3 has characters that this locale's encoding, US-ASCII,")
          .hasMessageEndingWith("set LC_ALL to a locale in UTF-8");
    }
  }

  @Test
  void shouldTakeWhatTheLocaleLeavesNoDoubtOfWithoutTheBytes() {
    assertThat(ProcessText.arguments(decodedBy(UTF_8), List.of(), UTF_8))
        .containsExactly("put", "", "\u00e9");
    assertThat(ProcessText.arguments(new String[] {"get", "k"}, List.of(), US_ASCII))
        .containsExactly("get", "k");
  }

  @Test
  void shouldTakeTheBytesOfAVariable() {
    List<byte[]> environment =
        List.of("A=1".getBytes(UTF_8), "SECRET=\u00e9=".getBytes(UTF_8), new byte[] {'X'});
    assertThat(ProcessText.variable("SECRET", "??=", environment, US_ASCII)).isEqualTo("\u00e9=");
    assertThat(ProcessText.variable("ABSENT", null, environment, US_ASCII)).isNull();
    assertThat(ProcessText.variable("SECRET", "plain", List.of(), US_ASCII)).isEqualTo("plain");
    assertThatThrownBy(() -> ProcessText.variable("SECRET", "\uFFFD", List.of(), US_ASCII))
        .hasMessageStartingWith("SECRET has characters");
  }
}
