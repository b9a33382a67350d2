package io.wisp.cli.perf.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class DecimalKeysTest {

  @Property
  void shouldWriteNumbersInExactlySoManyDigits(
      @ForAll @IntRange(min = 1, max = 18) int digits, @ForAll @LongRange(min = 0) long any) {
    long number = any % DecimalKeys.count(digits);
    String key = new DecimalKeys(new KeyLengths.Fixed(digits)).of(number).toString();
    assertThat(key).matches("[0-9]{" + digits + "}");
    assertThat(Long.parseLong(key)).isEqualTo(number);
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
}
