// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

  private static final List<String> KNOWN = List.of("keySize", "payloadSize", "pipeline", "server");

  @Test
  void shouldForgiveCaseAndTypingErrors() {
    assertThat(Nearest.to("keysize", KNOWN)).contains("keySize");
    assertThat(Nearest.to("payload", KNOWN)).contains("payloadSize");
    assertThat(Nearest.to("pipelnie", KNOWN)).contains("pipeline");
  }

  @Test
  void shouldSuggestNothingWhenNothingIsSimilar() {
    assertThat(Nearest.to("colour", KNOWN)).isEmpty();
  }

  @Test
  void shouldCountSingleLetterEdits() {
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("abc", "abc")).isZero();
  }
}
