// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatesTest {

  @Test
  void shouldTakeRatesInTheOrderAskedFor() {
    assertThat(Rates.parse("5000,0.5,1e3")).hasToString("5000, 0.5, 1000");
  }

  @Test
  void shouldDoubleARateInTwoSteps() {
    Rates.Climb climb = (Rates.Climb) Rates.parse("climb");
    assertThat(climb.after(0)).isEqualTo(1000);
    assertThat(climb.after(1)).isEqualTo(1410);
    assertThat(climb.after(2)).isEqualTo(2000);
    assertThat(climb.after(20)).isEqualTo(1_020_000);
    assertThat(((Rates.Climb) Rates.parse("climb:12345")).after(0)).isEqualTo(12_345);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fast      | --rate fast: "fast" is no number of requests per second
          100,,200  | --rate 100,,200: "" is no number
          0         | --rate 0: 0 is not between 0.01 and 1000000000
          -5        | --rate -5: -5 is not between
          NaN       | --rate NaN: "nan" is no number
          2e9       | --rate 2e9: 2e9 is not between
          climb:no  | --rate climb:no: "no" is no number
          """)
  void shouldSayWhatIsWrong(String text, String sentence) {
    assertThatThrownBy(() -> Rates.parse(text))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(sentence);
  }
}
