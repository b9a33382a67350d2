// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoundTripTimesTest {

  @Test
  void shouldSummariseTheTimesBetweenBeginnings() {
    assertThat(RoundTripTimes.of(100, 110, 140, 160).summary(1))
        .containsEntry("p50", 20.0)
        .containsEntry("min", 10.0)
        .containsEntry("max", 30.0)
        .containsEntry("mean", 20.0);
  }

  @Test
  void shouldDivideARoundTripByItsTrips() {
    assertThat(RoundTripTimes.of(0, 10, 20, 50).summary(2))
        .containsEntry("p50", 5.0)
        .containsEntry("max", 15.0);
  }

  @Test
  void shouldTellTheHighestPercentileFromTheMost() {
    long[] beginnings = new long[1002];
    for (int i = 1; i < beginnings.length; i++) {
      beginnings[i] = beginnings[i - 1] + i;
    }

    assertThat(RoundTripTimes.of(beginnings).summary(1))
        .containsEntry("p50", 501.0)
        .containsEntry("p99", 991.0)
        .containsEntry("max", 1001.0);
  }

  @Test
  void shouldMakeAsManyRoundTripsAsThereIsRoomFor() {
    AtomicInteger made = new AtomicInteger();

    new RoundTripTimes(7).measure(made::incrementAndGet);

    assertThat(made).hasValue(7);
  }
}
