// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyLengthsTest {

  private static final int KEYS = 200_000;

  @Test
  void shouldSpreadTheLengthsOfKeysAsFacebooksPoolDoes() {
    KeyLengths lengths = new KeyLengths.Etc(6);
    for (int length : new int[] {20, 25, 31, 40, 60, 80}) {
      long shorter =
          IntStream.range(0, KEYS).filter(number -> lengths.of(number) <= length).count();
      double standardised = (length + 0.5 - 30.7984) / 8.20449;
      double expected = Math.exp(-Math.pow(1 + 0.078688 * standardised, -1 / 0.078688));
      assertThat(shorter / (double) KEYS).isCloseTo(expected, within(0.01));
    }
  }

  @Test
  void shouldGiveAKeyTheSameLengthEveryTime() {
    KeyLengths lengths = new KeyLengths.Etc(3);
    for (int number = 0; number < 1_000; number++) {
      assertThat(lengths.of(number)).isEqualTo(lengths.of(number)).isBetween(3, lengths.most());
    }
  }

  @Test
  void shouldLeaveRoomForTheDigitsOfTheNumber() {
    KeyLengths lengths = new KeyLengths.Etc(18);
    for (int number = 0; number < 10_000; number++) {
      assertThat(lengths.of(number)).isGreaterThanOrEqualTo(18);
    }
  }
}
