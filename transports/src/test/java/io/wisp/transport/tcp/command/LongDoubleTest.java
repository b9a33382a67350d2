// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LongDoubleTest {

  /** Less than half of the last place that is shown, and not the work of thousands of digits. */
  @Test
  void shouldShowWhatIsTiny() {
    assertThat(read("1e-4940")).hasToString("0");
    assertThat(read("6e-18")).hasToString("0.00000000000000001");
    assertThat(read("-6e-18")).hasToString("-0.00000000000000001");
    assertThat(read("4e-18")).hasToString("0");
  }

  private static LongDouble read(String text) {
    return requireNonNull(LongDouble.read(text));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, 0",
    "+7, 7",
    "5., 5",
    ".5, 0.5",
    "5.0e3, 5000",
    "2E-3, 0.002",
    "0x1p3, 8",
    "-0X.8, -0.5",
    "0xAp-1, 5",
    "0e99999999999, 0",
    "1e-30, 0",
    "-1e-30, 0",
    "9223372036854775807, 9223372036854775807",
    // 64 bits hold it, and one more they do not.
    "18446744073709551615, 18446744073709551615",
    "18446744073709551617, 18446744073709551616",
    "18446744073709551619, 18446744073709551620"
  })
  void shouldReadAndWrite(String text, String written) {
    assertThat(read(text)).hasToString(written);
  }

  @ParameterizedTest
  @CsvSource({
    "10.50, 0.1, 10.6",
    "0.1, 0.2, 0.3",
    "5.0e3, 2.0e2, 5200",
    "10.6, -5, 5.6",
    "1, -1, 0",
    "1e19, 1, 10000000000000000001",
    "1e20, 1, 100000000000000000000",
    "0.1, 1e-20, 0.1"
  })
  void shouldAdd(String one, String other, String sum) {
    assertThat(read(one).plus(read(other))).hasToString(sum);
    assertThat(read(other).plus(read(one))).hasToString(sum);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "+",
        "-",
        " 1",
        "1 ",
        "1e",
        "1e+",
        "0x",
        "0x.",
        "0xg",
        "nan",
        "NAN(1)",
        "infinit",
        "1,5",
        "--1",
        "1.2.3",
        "1\0",
        "1e4933",
        "-1e99999999999",
        "1e-4960",
        "1e-99999999999"
      })
  void shouldRefuseWhatIsNoNumber(String text) {
    assertThat(LongDouble.read(text)).isNull();
  }

  @Test
  void shouldReadTheLargestAndTheSmallest() {
    LongDouble largest = read("1.18973149535723176502e+4932");
    assertThat(largest.toString()).hasSize(4933).startsWith("118973149535723176502126385303");
    assertThat(largest.plus(largest)).isNull();
    assertThat(LongDouble.read("1.18973149535723176509e+4932")).isNull();
    assertThat(read("3.7e-4951").plus(read("0"))).hasToString("0");
    assertThat(LongDouble.read("1.8e-4951")).isNull();
  }

  @Test
  void shouldAddNothingToWhatIsInfinite() {
    for (String infinite : new String[] {"inf", "-INF", "+Infinity"}) {
      assertThat(read(infinite).plus(read("1"))).isNull();
      assertThat(read("1").plus(read(infinite))).isNull();
    }
  }
}
