// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.wisp.measure.input.UserError;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyDistributionTest {

  private static final int DRAWS = 1_000_000;
  private static final int KEYS = 1_000;

  private static long[] counts(String distribution) {
    KeySpace space = new KeySpace(KEYS, KEYS);
    KeyChooser chooser = KeyDistribution.parse(distribution).chooser(space, 0, 1);
    SplittableRandom random = new SplittableRandom(11);
    long[] counts = new long[KEYS];
    for (int i = 0; i < DRAWS; i++) {
      counts[(int) chooser.next(random)]++;
    }
    return counts;
  }

  /** Five standard deviations of the statistic, whose mean is the degrees of freedom. */
  private static void assertThatCountsFit(long[] counts, IntToDoubleFunction probability) {
    double statistic = 0;
    for (int key = 0; key < counts.length; key++) {
      double expected = DRAWS * probability.applyAsDouble(key);
      statistic += (counts[key] - expected) * (counts[key] - expected) / expected;
    }
    double freedom = counts.length - 1;
    assertThat(statistic).isCloseTo(freedom, within(5 * Math.sqrt(2 * freedom)));
  }

  @Test
  void shouldChooseUniformKeysEquallyOften() {
    assertThatCountsFit(counts("uniform"), key -> 1.0 / KEYS);
  }

  @Test
  void shouldGiveTheHotSetItsShareAndTheOthersTheRest() {
    assertThatCountsFit(counts("hotset:0.1:0.9"), key -> key < 100 ? 0.9 / 100 : 0.1 / 900);
  }

  @Test
  void shouldScrambleZipfianKeysAsYcsbDoes() {
    long[] counts = counts("zipfian");
    double zeta = 26.46902820178302; // YCSB's ScrambledZipfianGenerator.ZETAN
    long[] sorted = Arrays.stream(counts).sorted().toArray();
    int first = (int) (Fnv.hash(0) % KEYS);
    int second = (int) (Fnv.hash(1) % KEYS);
    assertThat(counts[first]).isEqualTo(sorted[KEYS - 1]);
    assertThat(counts[second]).isEqualTo(sorted[KEYS - 2]);
    assertThat(counts[first] / (double) DRAWS).isBetween(1 / zeta, 1 / zeta + 0.005);
    assertThat(sorted[0]).isPositive();
  }

  @Test
  void shouldHashAsYcsbDoes() {
    assertThat(Fnv.hash(0)).isEqualTo(Math.abs(0xA8C7F832281A39C5L));
    assertThat(Fnv.hash(1)).isEqualTo(Math.abs(0x89CD31291D2AEFA4L));
  }

  @Test
  void shouldAskForTheLatestKeyMostOften() {
    long[] counts = counts("latest");
    double zeta = ZipfianRanks.zeta(KEYS, 0.99);
    assertThat(counts[KEYS - 1] / (double) DRAWS).isCloseTo(1 / zeta, within(0.002));
    assertThat(counts[KEYS - 2] / (double) DRAWS)
        .isCloseTo(Math.pow(2, -0.99) / zeta, within(0.002));
    assertThat(counts[0]).isLessThan(counts[KEYS - 1] / 100);
  }

  @Test
  void shouldMoveTheLatestKeyOnWithEveryInsertionThatWasAnswered() {
    KeySpace space = new KeySpace(100, 50);
    KeyChooser chooser = KeyDistribution.parse("latest").chooser(space, 0, 1);
    SplittableRandom random = new SplittableRandom(1);
    assertThat(space.insert()).isEqualTo(50);
    assertThat(mostFrequent(chooser, random)).isEqualTo(49);
    space.acknowledge();
    assertThat(mostFrequent(chooser, random)).isEqualTo(50);
    for (int i = 0; i < 60; i++) {
      space.insert();
      space.acknowledge();
    }
    assertThat(mostFrequent(chooser, random)).isEqualTo(10);
  }

  private static int mostFrequent(KeyChooser chooser, SplittableRandom random) {
    int[] counts = new int[100];
    for (int i = 0; i < 20_000; i++) {
      counts[(int) chooser.next(random)]++;
    }
    return IntStream.range(0, counts.length)
        .boxed()
        .max(Comparator.comparingInt(key -> counts[key]))
        .orElseThrow();
  }

  @Test
  void shouldGoThroughAllKeysInOrderEachClientFromAPlaceOfItsOwn() {
    KeySpace space = new KeySpace(10, 10);
    SplittableRandom random = new SplittableRandom(1);
    KeyChooser first = KeyDistribution.parse("sequential").chooser(space, 0, 2);
    KeyChooser second = KeyDistribution.parse("sequential").chooser(space, 1, 2);
    for (int i = 0; i < 25; i++) {
      assertThat(first.next(random)).isEqualTo(i % 10);
      assertThat(second.next(random)).isEqualTo((i + 5) % 10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uniform", "zipfian", "hotset", "sequential", "latest"})
  void shouldChooseTheOnlyKeyThereIs(String distribution) {
    KeyChooser chooser = KeyDistribution.parse(distribution).chooser(new KeySpace(10, 1), 0, 1);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100; i++) {
      assertThat(chooser.next(random)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          uniform         | uniform
          Zipfian         | zipfian:0.99
          zipfian:0.50    | zipfian:0.5
          hotset          | hotset:0.2:0.8
          hotset:0.1:0.95 | hotset:0.1:0.95
          sequential      | sequential
          latest          | latest:0.99
          """)
  void shouldShowItsCanonicalText(String text, String canonical) {
    assertThat(KeyDistribution.parse(text)).hasToString(canonical);
    assertThat(KeyDistribution.parse(canonical)).hasToString(canonical);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          normal       | --keys normal is not understood: it is uniform, zipfian
          uniform:1    | --keys uniform:1 is not understood
          hotset:0.1   | --keys hotset:0.1 is not understood
          zipfian:1    | --keys zipfian:1: THETA 1 is not more than 0 and less than 1
          zipfian:NaN  | --keys zipfian:NaN: THETA "nan" is no number
          latest:x     | --keys latest:x: THETA "x" is no number
          hotset:2:0.5 | --keys hotset:2:0.5: FRACTION 2 is not more than 0
          """)
  void shouldSayWhatIsWrong(String text, String sentence) {
    assertThatThrownBy(() -> KeyDistribution.parse(text))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(sentence);
  }
}
