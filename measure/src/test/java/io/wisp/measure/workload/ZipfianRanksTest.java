// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZipfianRanksTest {

  private static final int DRAWS = 1_000_000;

  private static double sum(long count, double theta) {
    double sum = 0;
    for (long i = count; i >= 1; i--) {
      sum += Math.pow((double) i, -theta);
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"1, 0.99", "9999, 0.99", "10001, 0.99", "3000000, 0.99", "3000000, 0.2"})
  void shouldKnowTheSumOfManyTermsWithoutAddingThemAllUp(long count, double theta) {
    double exact = sum(count, theta);
    assertThat(ZipfianRanks.zeta(count, theta)).isCloseTo(exact, within(exact * 1e-11));
  }

  @Test
  void shouldAgreeWithYcsbAboutTenBillionRanks() {
    assertThat(ZipfianRanks.zeta(10_000_000_000L, 0.99)).isCloseTo(26.46902820178302, within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.8, 0.99})
  void shouldDrawRanksAsOftenAsTheoryHasIt(double theta) {
    int count = 10_000;
    ZipfianRanks ranks = new ZipfianRanks(theta, count);
    SplittableRandom random = new SplittableRandom(5);
    long[] counts = new long[count];
    for (int i = 0; i < DRAWS; i++) {
      counts[(int) ranks.next(random)]++;
    }
    double zeta = sum(count, theta);
    double drawn = 0;
    double expected = 0;
    for (int rank = 0; rank < count; rank++) {
      drawn += counts[rank] / (double) DRAWS;
      expected += Math.pow(rank + 1.0, -theta) / zeta;
      // Exact for two ranks but for chance, and within the approximation beyond.
      assertThat(drawn)
          .as("up to rank %d", rank)
          .isCloseTo(expected, within(rank < 2 ? .0025 : .02));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 1_664})
  void shouldComeToTheSameByGrowingAsByBeginningLarge(int step) {
    ZipfianRanks grown = new ZipfianRanks(0.99, 8);
    for (int count = 8; count <= 5_000; count += step) {
      grown.resize(count);
    }
    ZipfianRanks made = new ZipfianRanks(0.99, 5_000);
    SplittableRandom one = new SplittableRandom(2);
    SplittableRandom other = new SplittableRandom(2);
    for (int i = 0; i < 10_000; i++) {
      assertThat(grown.next(one)).isEqualTo(made.next(other));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 1_000_000_000_000_000_000L})
  void shouldStayWithinTheRanksThereAre(long count) {
    ZipfianRanks ranks = new ZipfianRanks(0.99, count);
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 10_000; i++) {
      assertThat(ranks.next(random)).isBetween(0L, count - 1);
    }
  }
}
