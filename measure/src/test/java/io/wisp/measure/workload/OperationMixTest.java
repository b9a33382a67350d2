// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.wisp.measure.input.UserError;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationMixTest {

  private static Map<Action, Double> frequencies(String mix, int draws) {
    OperationMix parsed = OperationMix.parse(mix);
    SplittableRandom random = new SplittableRandom(7);
    Map<Action, Double> frequencies = new EnumMap<>(Action.class);
    for (int i = 0; i < draws; i++) {
      frequencies.merge(parsed.next(random), 1.0 / draws, Double::sum);
    }
    return frequencies;
  }

  @Test
  void shouldDrawOperationsInProportionToTheirWeights() {
    Map<Action, Double> frequencies = frequencies("get:95,put:5", 100_000);
    assertThat(frequencies).containsOnlyKeys(Action.GET, Action.PUT);
    assertThat(frequencies.get(Action.GET)).isCloseTo(0.95, within(0.01));
  }

  @Test
  void shouldDrawEqualWeightsEquallyOften() {
    assertThat(frequencies("put:1,get:1,delete:1", 100_000).values())
        .hasSize(3)
        .allSatisfy(frequency -> assertThat(frequency).isCloseTo(1 / 3.0, within(0.01)));
  }

  @Test
  void shouldNeverDrawAnOperationOfWeightZero() {
    assertThat(frequencies("put:0,get:0,delete:3", 1000)).containsOnlyKeys(Action.DELETE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          get:1              | get:1
          GET:2, put:3       | put:3,get:2
          delete:1,put:1     | put:1,delete:1
          95/5               | put:5,get:95
          100/0              | put:0,get:100
          rmw:1,insert:2     | insert:2,rmw:1
          """)
  void shouldShowItsCanonicalText(String text, String canonical) {
    assertThat(OperationMix.parse(text)).hasToString(canonical);
    assertThat(OperationMix.parse(canonical)).hasToString(canonical);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          get              | "get" has no weight
          get:1,           | "" has no weight
          fetch:1          | there is no operation "fetch"
          get:x            | "x" is no weight from 0 to 1000000
          get:1,get:2      | get is there twice
          get:0,put:0      | every weight is 0
          95/6             | 95 and 6 are not 100 percent
          """)
  void shouldSayWhatIsWrongWithAMix(String text, String reason) {
    assertThatThrownBy(() -> OperationMix.parse(text))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "--mix "
                + text
                + ": "
                + reason
                + "; write it as put:1,get:1,delete:1 or get:95,put:5 or 95/5");
  }

  @Test
  void shouldSayTheLimitsOfAWeight() {
    assertThatThrownBy(() -> OperationMix.parse("get:-1"))
        .isInstanceOf(UserError.class)
        .hasMessage("--mix weight -1 is not between 0 and 1000000");
  }

  @Test
  void shouldKnowTheMixesThatHaveAName() {
    assertThat(OperationMix.named("mixed")).hasToString("put:5,get:95");
    assertThat(OperationMix.named("delete")).hasToString("putdelete:1");
    assertThatThrownBy(() -> OperationMix.named("scan"))
        .hasMessage("there is no operation \"scan\"; there are get, put, delete, mixed, wisp");
  }
}
