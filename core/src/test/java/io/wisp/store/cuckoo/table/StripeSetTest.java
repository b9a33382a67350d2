// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Property;
import java.util.Collection;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StripeSetTest {

  @Test
  void shouldGoFromTheLowestToTheHighestOnce() {
    Property.check(
        draw -> checkOrder(draw.list(255, () -> draw.ints(0, StripeSet.MAX_STRIPES - 1))));
  }

  private static void checkOrder(Collection<Integer> stripes) {
    StripeSet set = new StripeSet();
    stripes.forEach(set::add);
    stripes.forEach(set::add);
    int stripe = set.next(0);
    for (int each : new TreeSet<>(stripes)) {
      assertThat(stripe).isEqualTo(each);
      assertThat(set.has(stripe)).isTrue();
      stripe = set.next(stripe + 1);
    }
    assertThat(stripe).isEqualTo(-1);
    set.clear();
    assertThat(set.next(0)).isEqualTo(-1);
  }
}
