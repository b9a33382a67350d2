package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Status;
import org.junit.jupiter.api.Test;

class TallyTest {

  private final Tally tally = new Tally();

  @Test
  void shouldTellHitsFromMissesAndBothFromErrors() {
    tally.record(Status.FOUND, 10);
    tally.record(Status.DELETED, 10);
    tally.record(Status.REPLACED, 10);
    tally.record(Status.ABSENT, 10);
    tally.record(Status.CREATED, 10);
    tally.record(Status.STORED, 10);
    tally.record(Status.OUT_OF_MEMORY, 10);
    assertThat(tally.hits()).isEqualTo(3);
    assertThat(tally.misses()).isEqualTo(2);
    assertThat(tally.errors()).isEqualTo(1);
    assertThat(tally.requests()).isEqualTo(7);
  }

  @Test
  void shouldLeaveTheTimeOfAnErrorOutOfTheLatencies() {
    tally.record(Status.FOUND, 1_000);
    tally.record(Status.OUT_OF_MEMORY, 1_000_000_000);
    assertThat(tally.latency().getTotalCount()).isEqualTo(1);
    assertThat(tally.latency().getMaxValue()).isLessThan(1_100);
  }

  @Test
  void shouldSurviveATimeLongerThanItCanRecord() {
    tally.record(Status.FOUND, Long.MAX_VALUE);
    assertThat(tally.latency().getTotalCount()).isEqualTo(1);
  }

  @Test
  void shouldAddUpEverything() {
    Tally other = new Tally();
    other.record(Status.FOUND, 1_000);
    other.record(Status.OUT_OF_MEMORY, 1_000);
    tally.record(Status.FOUND, 3_000);
    tally.add(other);
    assertThat(tally.requests()).isEqualTo(3);
    assertThat(tally.errors()).isEqualTo(1);
    assertThat(tally.latency().getTotalCount()).isEqualTo(2);
  }
}
