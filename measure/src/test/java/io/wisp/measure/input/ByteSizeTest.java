// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "1k, 1024",
    "512m, 536870912",
    "512MB, 536870912",
    "4g, 4294967296",
    "4GiB, 4294967296",
    "2t, 2199023255552",
    "3b, 3"
  })
  void shouldReadNumbersWithBinaryUnits(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "g", "-1g", "1.5g", "4x", "4 g g", "0x10"})
  void shouldSayHowToWriteAnAmountWhenTextIsNone(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ByteSize.parse(text))
        .withMessage("\"" + text + "\" is no amount of memory: write it as 512m or 4g");
  }

  @Test
  void shouldRejectWhatDoesNotFitALong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ByteSize.parse("9000000000g"))
        .withMessage("\"9000000000g\" is more than any machine has");
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5 bytes",
    "1024, 1 KiB",
    "1536, 1.5 KiB",
    "4294967296, 4 GiB",
    "3298534883328, 3 TiB"
  })
  void shouldShowTheLargestFittingUnit(long bytes, String text) {
    assertThat(new ByteSize(bytes)).hasToString(text);
  }
}
