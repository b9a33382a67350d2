// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.wisp.measure.input.UserError;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueSizesTest {

  private static final int DRAWS = 1_000_000;

  private static int[] draw(ValueSizes sizes) {
    SplittableRandom random = new SplittableRandom(17);
    return IntStream.generate(() -> sizes.next(random)).limit(DRAWS).toArray();
  }

  private static double share(int[] sizes, int least, int most) {
    long within = IntStream.of(sizes).filter(size -> size >= least && size <= most).count();
    return within / (double) sizes.length;
  }

  @Test
  void shouldDrawAllSizesOfARangeEquallyOften() {
    int[] sizes = draw(ValueSizes.parse("5-14"));
    for (int size = 5; size <= 14; size++) {
      assertThat(share(sizes, size, size)).isCloseTo(0.1, within(0.002));
    }
  }

  @Test
  void shouldDrawSmallSizesAsOftenAsFacebooksPoolHasThem() {
    int[] sizes = draw(new ValueSizes.Etc());
    assertThat(share(sizes, 0, 0)).isCloseTo(0.00536, within(0.0005));
    assertThat(share(sizes, 2, 2)).isCloseTo(0.17820, within(0.002));
    assertThat(share(sizes, 3, 3)).isCloseTo(0.09239, within(0.002));
    assertThat(share(sizes, 11, 11)).isCloseTo(0.08989, within(0.002));
    assertThat(share(sizes, 0, 14)).isCloseTo(0.44155, within(0.002));
  }

  @Test
  void shouldDrawLargeSizesByTheParetoDistributionOfFacebooksPool() {
    int[] sizes = draw(new ValueSizes.Etc());
    for (int beyond : new int[] {100, 500, 1_000, 10_000}) {
      double expected = Math.pow(1 + 0.348238 * beyond / 214.476, -1 / 0.348238);
      assertThat(share(sizes, 15 + beyond, Integer.MAX_VALUE) / (1 - 0.44155))
          .isCloseTo(expected, within(0.002));
    }
    assertThat(share(sizes, 0, 1 << 20)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "100, fixed:100, 100, 100",
    "0, fixed:0, 0, 0",
    "1-1000, range:1-1000, 1, 1000",
    "7-7, range:7-7, 7, 7",
    "ETC, etc, 0, 1048576"
  })
  void shouldShowItsCanonicalTextAndItsBounds(String text, String canonical, int least, int most) {
    ValueSizes sizes = ValueSizes.parse(text);
    assertThat(sizes).hasToString(canonical);
    assertThat(sizes.least()).isEqualTo(least);
    assertThat(sizes.most()).isEqualTo(most);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          big         | --payload_size big is not understood
          5-3         | --payload_size 5-3 ends before it begins
          1-67108865  | --payload_size 67108865 is not between 0 and 67108864
          99999999999 | --payload_size 99999999999: 99999999999 is not between 0 and 67108864
          -1          | --payload_size -1 is not between 0 and 67108864
          """)
  void shouldSayWhatIsWrong(String text, String sentence) {
    assertThatThrownBy(() -> ValueSizes.parse(text))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(sentence);
  }
}
