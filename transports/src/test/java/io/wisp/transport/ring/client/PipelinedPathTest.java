// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PipelinedPathTest {

  /** More than lie between two trials as long as one way takes at most four times the other. */
  private static final int MANY = 10 * QuickerPath.TURNS_PER_TRIAL;

  private long nanos;
  private final PipelinedPath path = new PipelinedPath(() -> nanos);

  /** A batch of gets of which so many could read, and of others, which takes so long. */
  private void batch(int able, int unable, int others, long takes) {
    submit(able, unable, others);
    int size = able + unable + others;
    path.flush();
    nanos += takes;
    complete(size);
  }

  private void submit(int able, int unable, int others) {
    for (int i = 0; i < able + unable; i++) {
      path.addGet(i < able);
    }
    for (int i = 0; i < others; i++) {
      path.addOther();
    }
  }

  private void complete(int count) {
    for (int i = 0; i < count; i++) {
      path.complete();
    }
  }

  /** So many batches of 16, a get of which takes so long. */
  private void batches(int count, int able, long reading, long asking) {
    for (int i = 0; i < count; i++) {
      batch(able, 16 - able, 0, 16 * (path.reads() ? reading : asking));
    }
  }

  @Test
  void shouldTimeAGetOfEitherWay() {
    batches(MANY, 16, 1_000, 3_000);
    assertThat(path.times().readingNanos()).isEqualTo(1_000);
    assertThat(path.times().askingNanos()).isEqualTo(3_000);
    assertThat(path.times().prefersReading()).isTrue();
  }

  @Test
  void shouldTakeWhatIsQuickerAndGoBackWhenThatChanges() {
    batches(MANY, 16, 2_000, 500);
    assertThat(path.times().prefersReading()).isFalse();
    batches(MANY, 16, 300, 500);
    assertThat(path.times().prefersReading()).isTrue();
  }

  @Test
  void shouldTimeBatchesAFewOfWhichCannotRead() {
    batches(MANY, 12, 2_000, 500);
    assertThat(path.times().prefersReading()).isFalse();
    batches(MANY, 12, 300, 500);
    assertThat(path.times().prefersReading()).isTrue();
  }

  @Test
  void shouldNotTimeWhatSaysNothing() {
    for (int i = 0; i < MANY; i++) {
      batch(11, 5, 0, 16_000);
      batch(8, 0, 1, 16_000);
      batch(0, 0, 3, 16_000);
      batch(0, 0, 0, 16_000);
    }
    assertThat(path.times().readingNanos()).isZero();
    assertThat(path.times().askingNanos()).isZero();
  }

  @Test
  void shouldNotLetBatchesWithoutGetsUseATrialUp() {
    batches(MANY, 16, 2_000, 500);
    assertThat(path.times().prefersReading()).isFalse();
    for (int i = 0; i < MANY; i++) {
      batch(0, 0, 16, 16_000);
      batch(15, 0, 1, 16_000);
    }
    assertThat(path.times().prefersReading()).as("nothing has changed").isFalse();
    assertThat(path.times().readingNanos()).isEqualTo(2_000);
  }

  /**
   * Gets one after the other, of which so many are always under way, for so many turns: each takes
   * a time by its way, and all that are under way get it together.
   */
  private void overlapping(int turns, int underWay, long reading, long asking) {
    submit(underWay, 0, 0);
    path.flush();
    for (int i = 0; i < turns; i++) {
      long takes = path.reads() ? reading : asking;
      submit(1, 0, 0);
      path.flush();
      nanos += takes;
      complete(1);
    }
    complete(underWay);
  }

  @Test
  void shouldTimeAClientThatAlwaysHasGetsUnderWay() {
    overlapping(MANY, 5, 2_000, 500);
    assertThat(path.times().prefersReading()).isFalse();
    overlapping(MANY, 5, 300, 500);
    assertThat(path.times().prefersReading()).isTrue();
    overlapping(MANY, 60, 2_000, 500);
    assertThat(path.times().prefersReading()).isFalse();
    overlapping(10 * MANY, 60, 300, 500);
    assertThat(path.times().prefersReading()).isTrue();
  }

  @Test
  void shouldComeBackToReadingWhereTooManyAreUnderWayToTimeATrial() {
    batches(MANY, 16, 2_000, 500);
    assertThat(path.times().prefersReading()).isFalse();
    overlapping(2 * MANY, 1_000, 300, 500);
    assertThat(path.times().prefersReading()).isTrue();
  }

  @Test
  void shouldTimeNothingWhileAWriteIsAmongWhatIsUnderWay() {
    batches(MANY, 16, 1_000, 3_000);
    long reading = path.times().readingNanos();
    for (int i = 0; i < MANY; i++) {
      submit(0, 0, 1);
      path.flush();
      submit(16, 0, 0);
      path.flush();
      nanos += 1_000_000;
      complete(17);
    }
    assertThat(path.times().readingNanos()).isEqualTo(reading);
  }

  @Test
  void shouldTimeABatchUntilItsLastThoughOthersFollowBefore() {
    for (int i = 0; i < MANY && path.times().readingNanos() == 0; i++) {
      submit(2, 0, 0);
      path.flush();
      nanos += 100;
      complete(1);
      submit(0, 0, 3);
      path.flush();
      nanos += 300;
      complete(1);
      nanos += 10_000;
      complete(3);
    }
    assertThat(path.times().readingNanos()).isEqualTo(200);
  }

  @Test
  void shouldSayWhatIsUnflushed() {
    assertThat(path.isUnflushed()).isFalse();
    submit(1, 1, 0);
    assertThat(path.isUnflushed()).isTrue();
    assertThat(path.isOfGets()).isTrue();
    submit(0, 0, 1);
    assertThat(path.isOfGets()).isFalse();
    path.flush();
    assertThat(path.isUnflushed()).isFalse();
    assertThat(path.isOfGets()).isFalse();
  }
}
