// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {

  private static final List<String> KNOWN = List.of("keySize", "payloadSize", "pipeline", "server");

  @Test
  void shouldForgiveCaseAndTypingErrors() {
    assertThat(Suggestion.of("keysize", KNOWN)).contains("keySize");
    assertThat(Suggestion.of("payload", KNOWN)).contains("payloadSize");
    assertThat(Suggestion.of("pipelnie", KNOWN)).contains("pipeline");
  }

  @Test
  void shouldSuggestNothingWhenNothingIsSimilar() {
    assertThat(Suggestion.of("colour", KNOWN)).isEmpty();
  }

  @Test
  void shouldCountSingleLetterEdits() {
    assertThat(Suggestion.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Suggestion.distance("", "abc")).isEqualTo(3);
    assertThat(Suggestion.distance("abc", "abc")).isZero();
  }
}
