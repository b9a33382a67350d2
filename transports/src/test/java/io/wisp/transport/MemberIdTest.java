// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemberIdTest {

  @Test
  void shouldBeAnotherOneOfTheSameNodeEachTime() {
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      String identifier = MemberId.anew("n-1.x");
      assertThat(MemberId.isOne(identifier)).isTrue();
      assertThat(MemberId.nodeOf(identifier)).isEqualTo("n-1.x");
      made.add(identifier);
    }
    assertThat(made).hasSizeGreaterThan(990).doesNotContain("n-1.x");
    assertThat(MemberId.nodeOf("a")).isEqualTo("a");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "#0123abcd", "a#", "a#0123abc", "a#0123ABCD", "a b", "a#0123abcd#1"})
  void shouldKnowWhatIsNone(String text) {
    assertThat(MemberId.isOne(text)).isFalse();
  }
}
