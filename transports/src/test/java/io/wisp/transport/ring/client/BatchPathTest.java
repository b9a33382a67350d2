// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchPathTest {

  private long nanos;
  private final BatchPath path = new BatchPath(() -> nanos);

  /** A batch of gets of which so many could read, and of writes, which takes so long. */
  private void batch(int able, int unable, int writes, int outstandingBefore, long takes) {
    for (int i = 0; i < able + unable; i++) {
      path.addGet(i < able);
    }
    for (int i = 0; i < writes; i++) {
      path.addWrite();
    }
    int size = able + unable + writes;
    path.flush(outstandingBefore + size);
    nanos += takes;
    for (int i = 0; i < size; i++) {
      path.complete();
    }
  }

  /** So many batches of 16, a get of which takes so long. */
  private void batches(int count, int able, long reading, long asking) {
    for (int i = 0; i < count; i++) {
      batch(able, 16 - able, 0, 0, 16 * (path.reads() ? reading : asking));
    }
  }

  @Test
  void shouldTimeAGetOfEitherWay() {
    batches(10_000, 16, 1_000, 3_000);
    assertThat(path.times().readingNanos()).isEqualTo(1_000);
    assertThat(path.times().askingNanos()).isEqualTo(3_000);
    assertThat(path.times().isReadingQuicker()).isTrue();
  }

  @Test
  void shouldTakeWhatIsQuickerAndGoBackWhenThatChanges() {
    batches(10_000, 16, 2_000, 500);
    assertThat(path.times().isReadingQuicker()).isFalse();
    batches(100_000, 16, 300, 500);
    assertThat(path.times().isReadingQuicker()).isTrue();
  }

  @Test
  void shouldTimeBatchesAFewOfWhichCannotRead() {
    batches(10_000, 12, 2_000, 500);
    assertThat(path.times().isReadingQuicker()).isFalse();
    batches(100_000, 12, 300, 500);
    assertThat(path.times().isReadingQuicker()).isTrue();
  }

  @Test
  void shouldNotTimeWhatSaysNothing() {
    for (int i = 0; i < 1_000; i++) {
      batch(11, 5, 0, 0, 16_000);
      batch(8, 0, 1, 0, 16_000);
      batch(8, 0, 0, 1, 16_000);
      batch(1, 0, 0, 0, 16_000);
      batch(0, 0, 0, 0, 16_000);
    }
    assertThat(path.times().readingNanos()).isZero();
    assertThat(path.times().askingNanos()).isZero();
  }

  @Test
  void shouldForgetABatchThatWasNotCompletedWhenTheNextIsSent() {
    for (int i = 0; i < 1_000; i++) {
      path.addGet(true);
      path.addGet(true);
      path.flush(2);
      path.complete();
      nanos += 1_000_000;
    }
    assertThat(path.times().readingNanos()).isZero();
  }
}
