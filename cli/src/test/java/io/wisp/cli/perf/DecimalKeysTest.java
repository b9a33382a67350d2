package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DecimalKeysTest {

  @Property
  void shouldDrawKeysOfExactlySoManyDigits(
      @ForAll @IntRange(min = 1, max = 18) int digits, @ForAll long seed) {
    String key = new DecimalKeys(digits).next(new SplittableRandom(seed)).toString();
    assertThat(key).matches("[0-9]{" + digits + "}");
  }

  @Test
  void shouldDrawEveryKeyAboutEquallyOften() {
    DecimalKeys keys = new DecimalKeys(2);
    SplittableRandom random = new SplittableRandom(3);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      counts.merge(keys.next(random).toString(), 1, Integer::sum);
    }
    assertThat(counts).hasSize(100).containsKeys("00", "07", "99");
    assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(800, 1200));
  }

  @Test
  void shouldDrawTheSameKeysFromTheSameSeed() {
    DecimalKeys one = new DecimalKeys(18);
    DecimalKeys other = new DecimalKeys(18);
    SplittableRandom oneRandom = new SplittableRandom(5);
    SplittableRandom otherRandom = new SplittableRandom(5);
    for (int i = 0; i < 100; i++) {
      assertThat(one.next(oneRandom)).hasToString(other.next(otherRandom).toString());
    }
  }

  @Test
  void shouldCountTheKeys() {
    assertThat(DecimalKeys.count(1)).isEqualTo(10);
    assertThat(DecimalKeys.count(18)).isEqualTo(1_000_000_000_000_000_000L);
  }
}
