package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class StripeSetTest {

  @Property
  void shouldGoFromTheLowestToTheHighestOnce(
      @ForAll Set<@IntRange(max = Geometry.MAX_STRIPES - 1) Integer> stripes) {
    StripeSet set = new StripeSet();
    stripes.forEach(set::add);
    stripes.forEach(set::add);
    TreeSet<Integer> expected = new TreeSet<>(stripes);
    int stripe = set.next(0);
    for (int each : expected) {
      assertThat(stripe).isEqualTo(each);
      assertThat(set.has(stripe)).isTrue();
      stripe = set.next(stripe + 1);
    }
    assertThat(stripe).isEqualTo(-1);
    set.clear();
    assertThat(set.next(0)).isEqualTo(-1);
  }
}
