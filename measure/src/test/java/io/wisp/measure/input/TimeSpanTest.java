// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeSpanTest {

  @ParameterizedTest
  @CsvSource({"0, 0", "5, 5000", "5s, 5000", "500ms, 500", "2m, 120000", "1H, 3600000"})
  void shouldReadNumbersWithUnitsAndSecondsWithout(String text, long milliseconds) {
    assertThat(TimeSpan.parse(text)).isEqualTo(Duration.ofMillis(milliseconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "-5s", "1.5s", "5d", "99999999999"})
  void shouldSayHowToWriteATimeWhenTextIsNone(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TimeSpan.parse(text))
        .withMessage("\"" + text + "\" is no time: write it as 500ms, 5s, 2m or 1h");
  }
}
