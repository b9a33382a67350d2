// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Property;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DecimalKeysTest {

  @Test
  void shouldWriteNumbersInExactlySoManyDigits() {
    Property.check(
        draw -> {
          int digits = draw.ints(1, 18);
          long any = draw.longs(0, Long.MAX_VALUE);
          long number = any % DecimalKeys.count(digits);
          String key = new DecimalKeys(new KeyLengths.Fixed(digits)).of(number).toString();
          assertThat(key).matches("[0-9]{" + digits + "}");
          assertThat(Long.parseLong(key)).isEqualTo(number);
        });
  }

  @Test
  void shouldGiveEveryNumberAKeyOfItsOwnWhateverItsLength() {
    DecimalKeys keys = new DecimalKeys(new KeyLengths.Etc(4));
    Set<String> written = new HashSet<>();
    for (int number = 0; number < 10_000; number++) {
      written.add(keys.of(number).toString());
    }
    assertThat(written).hasSize(10_000);
  }

  @Test
  void shouldCountTheKeys() {
    assertThat(DecimalKeys.count(1)).isEqualTo(10);
    assertThat(DecimalKeys.count(18)).isEqualTo(1_000_000_000_000_000_000L);
  }

  @Test
  void shouldPadLongKeysWithZeros() {
    DecimalKeys keys = new DecimalKeys(new KeyLengths.Fixed(25));
    assertThat(keys.of(123_456_789)).hasToString("0".repeat(16) + "123456789");
    assertThat(keys.of(7)).hasToString("0".repeat(24) + "7");
    assertThat(DecimalKeys.count(25)).isEqualTo(DecimalKeys.count(18));
  }
}
