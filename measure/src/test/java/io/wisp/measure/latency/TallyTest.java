// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.latency;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Status;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TallyTest {

  private final Tally tally = new Tally(true);

  @Test
  void shouldTellHitsFromMissesAndBothFromErrors() {
    tally.record(Status.FOUND, 10, 5);
    tally.record(Status.DELETED, 10, 5);
    tally.record(Status.REPLACED, 10, 5);
    tally.record(Status.ABSENT, 10, 5);
    tally.record(Status.CREATED, 10, 5);
    tally.record(Status.STORED, 10, 5);
    tally.record(Status.OUT_OF_MEMORY, 10, 5);
    assertThat(tally.hits()).isEqualTo(3);
    assertThat(tally.misses()).isEqualTo(2);
    assertThat(tally.errors()).isEqualTo(1);
    assertThat(tally.requests()).isEqualTo(7);
  }

  @Test
  void shouldLeaveTheTimeOfAnErrorOutOfTheLatencies() {
    tally.record(Status.FOUND, 1_000, 5);
    tally.record(Status.OUT_OF_MEMORY, 1_000_000_000, 5);
    assertThat(tally.latency().getTotalCount()).isEqualTo(1);
    assertThat(tally.latency().getMaxValue()).isLessThan(1_100);
  }

  @Test
  void shouldSurviveATimeLongerThanItCanRecord() {
    tally.record(Status.FOUND, Long.MAX_VALUE, 5);
    assertThat(tally.latency().getTotalCount()).isEqualTo(1);
  }

  @Test
  void shouldAddUpEverything() {
    Tally other = new Tally(true);
    other.record(Status.FOUND, 1_000, 5);
    other.record(Status.OUT_OF_MEMORY, 1_000, 5);
    tally.record(Status.FOUND, 3_000, 5);
    tally.add(other);
    assertThat(tally.requests()).isEqualTo(3);
    assertThat(tally.errors()).isEqualTo(1);
    assertThat(tally.latency().getTotalCount()).isEqualTo(2);
  }

  @Test
  void shouldKeepTheTimeSinceARequestWasDueApartFromTheTimeSinceItWasSent() {
    tally.record(Status.FOUND, 9_000, 2_000);
    assertThat(tally.latency().getMinValue()).isBetween(8_990L, 9_000L);
    assertThat(Objects.requireNonNull(tally.service()).getMaxValue()).isBetween(2_000L, 2_001L);
  }

  @Test
  void shouldHaveNoServiceTimesOfItsOwnInAClosedLoop() {
    Tally closed = new Tally(false);
    closed.record(Status.FOUND, 9_000, 9_000);
    assertThat(closed.service()).isNull();
    assertThat(closed.latency().getTotalCount()).isEqualTo(1);
  }
}
