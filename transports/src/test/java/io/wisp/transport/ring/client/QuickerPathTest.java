// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuickerPathTest {

  private static final int PERIOD = QuickerPath.GETS_PER_SAMPLE * QuickerPath.SAMPLES_PER_TRIAL;

  private final QuickerPath path = new QuickerPath();
  private final SplittableRandom random = new SplittableRandom(1);

  /** Does so many gets that take so long, and says how many of them read. */
  private int reads(int gets, long reading, long asking) {
    int reads = 0;
    for (int i = 0; i < gets; i++) {
      boolean read = path.next();
      reads += read ? 1 : 0;
      if (path.isSampled()) {
        long nanos = read ? reading : asking;
        path.took(read, nanos + random.nextLong(nanos / 4));
      }
    }
    return reads;
  }

  @Test
  void shouldReadAsLongAsNothingElseIsKnown() {
    for (int i = 1; i < PERIOD; i++) {
      assertThat(path.next()).isTrue();
    }
  }

  @Test
  void shouldTakeTheQuickerWayButForATrialNowAndThen() {
    assertThat(reads(100 * PERIOD, 1_000, 2_000)).isEqualTo(100 * (PERIOD - 1));
    reads(40 * PERIOD, 4_000, 2_000);
    assertThat(path.isReadingQuicker()).isFalse();
    assertThat(reads(100 * PERIOD, 4_000, 2_000)).isEqualTo(100);
    reads(40 * PERIOD, 1_000, 2_000);
    assertThat(path.isReadingQuicker()).isTrue();
  }

  @Test
  void shouldTimeFewGetsAndSomeOfEitherWay() {
    int sampled = 0;
    for (int i = 0; i < 10 * PERIOD; i++) {
      path.next();
      sampled += path.isSampled() ? 1 : 0;
    }
    assertThat(sampled).isEqualTo(10 * QuickerPath.SAMPLES_PER_TRIAL);
  }

  @Test
  void shouldNotTurnForOnePauseOfAProcessor() {
    reads(100 * PERIOD, 1_000, 2_000);
    path.took(true, 16_000_000);
    assertThat(path.isReadingQuicker()).isTrue();
    assertThat(path.readingNanos()).isBetween(1_000L, 2_000L);
    assertThat(path.askingNanos()).isBetween(2_000L, 2_500L);
  }
}
