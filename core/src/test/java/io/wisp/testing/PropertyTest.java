// SPDX-License-Identifier: Apache-2.0
package io.wisp.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PropertyTest {

  @Test
  void shouldNameTheSeedAndWhatWasDrawnWhenATryFails() {
    assertThatThrownBy(
            () ->
                Property.check(
                    7,
                    10,
                    draw -> {
                      draw.ints(5, 5);
                      draw.of("word");
                      draw.bytes(0);
                      throw new IllegalStateException("broken");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("try 0 of -Dwisp.property.seed=7, which drew [5, \"word\", 0x]: ")
        .hasMessageEndingWith("broken")
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldDrawTheSameForTheSameSeedAndOtherwiseInEveryTry() {
    assertThat(drawn(3)).isEqualTo(drawn(3)).doesNotHaveDuplicates();
    assertThat(drawn(3)).isNotEqualTo(drawn(1_000_003));
  }

  private static List<String> drawn(long seed) {
    List<String> drawn = new ArrayList<>();
    Property.check(seed, 100, draw -> drawn.add(draw.list(9, draw::anyLong) + draw.text() + draw));
    return drawn.stream().filter(each -> each.length() > 100).toList();
  }

  @Test
  void shouldDrawTheEdgesOfARangeAndNothingOutside() {
    Set<Long> seen = new HashSet<>();
    Set<Long> whole = new HashSet<>();
    Set<Integer> lengths = new HashSet<>();
    Property.check(
        draw -> {
          long number = draw.longs(-700, 1L << 40);
          assertThat(number).isBetween(-700L, 1L << 40);
          seen.add(number);
          whole.add(draw.anyLong());
          lengths.add(draw.bytes(300).length);
        });
    assertThat(seen).contains(-700L, -699L, -1L, 0L, 1L, (1L << 40) - 1, 1L << 40);
    assertThat(whole).contains(Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE);
    assertThat(lengths).contains(0, 1, 299, 300);
  }
}
