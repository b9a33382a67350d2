// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuickerPathTest {

  private static final int PERIOD = QuickerPath.TURNS_PER_TRIAL;
  private static final int LONGEST_PERIOD = QuickerPath.MOST_TURNS_PER_TRIAL;
  private static final int TRIAL = QuickerPath.UNTIMED_TURNS + QuickerPath.TIMES_PER_TRIAL;

  private final QuickerPath path = new QuickerPath();
  private final SplittableRandom random = new SplittableRandom(1);

  /** Does so many turns that take so long, give or take a twentieth; says how many of them read. */
  private int reads(int turns, long reading, long asking) {
    int reads = 0;
    for (int i = 0; i < turns; i++) {
      boolean read = path.next();
      reads += read ? 1 : 0;
      if (path.isTimed()) {
        long nanos = read ? reading : asking;
        path.took(read, nanos + random.nextLong(-nanos / 20, nanos / 20 + 1));
      }
    }
    return reads;
  }

  /** Has it know that asking is quicker. */
  private void ask() {
    reads(4 * PERIOD, 4_000, 1_000);
    assertThat(path.prefersReading()).isFalse();
  }

  @Test
  void shouldReadAsLongAsNothingElseIsKnown() {
    assertThat(reads(PERIOD, 1_000, 1_000)).isEqualTo(PERIOD);
  }

  @Test
  void shouldAskOnlyIfThatIsQuickerByMoreThanAQuarter() {
    reads(20 * PERIOD, 1_100, 1_000);
    assertThat(path.prefersReading()).isTrue();
    reads(20 * LONGEST_PERIOD, 1_150, 1_000);
    assertThat(path.prefersReading()).isTrue();
    reads(20 * PERIOD, 1_400, 1_000);
    assertThat(path.prefersReading()).isFalse();
    reads(2 * LONGEST_PERIOD, 1_100, 1_000);
    assertThat(path.prefersReading()).as("reading is slower, and yet preferred").isTrue();
  }

  @Test
  void shouldTryTheOtherWayInBurstsThatTakeAHundredthOfTheTime() {
    int turns = 40 * PERIOD;
    int asked = turns - reads(turns, 1_000, 1_000);
    assertThat(asked).isBetween(30 * TRIAL, 40 * TRIAL);
    ask();
    int read = reads(turns, 4_000, 1_000);
    assertThat(read).isBetween(5 * TRIAL, 12 * TRIAL);
  }

  @Test
  void shouldTryAVerySlowWayRarelyAndYetAgainAndAgain() {
    reads(PERIOD, 1_000, 1_000);
    int turns = 20 * LONGEST_PERIOD;
    int asked = turns - reads(turns, 1_000, 1_000_000);
    assertThat(asked).isBetween(18 * TRIAL, 24 * TRIAL);
  }

  @Test
  void shouldGoBackToReadingWhenThatHasBecomeQuicker() {
    ask();
    reads(2 * 4 * PERIOD + PERIOD, 1_000, 1_000);
    assertThat(path.prefersReading()).isTrue();
  }

  @Test
  void shouldGoBackToReadingAtOnceWhenAskingHasBecomeSlow() {
    ask();
    reads(20 * QuickerPath.TURNS_PER_SAMPLE, 4_000, 8_000);
    assertThat(path.prefersReading()).isTrue();
  }

  /** The first reads after many gets that asked find nothing in the processor's caches. */
  @Test
  void shouldNotJudgeReadingByItsFirstReads() {
    ask();
    int inARow = 0;
    for (int i = 0; i < 10 * PERIOD && !path.prefersReading(); i++) {
      boolean read = path.next();
      inARow = read ? inARow + 1 : 0;
      if (path.isTimed()) {
        path.took(read, read ? (inARow <= QuickerPath.UNTIMED_TURNS ? 50_000 : 900) : 1_000);
      }
    }
    assertThat(path.prefersReading()).isTrue();
  }

  /** An address that is stale takes a read and a question. */
  @Test
  void shouldComeBackToReadingThoughTheFirstTrialsMeetStaleAddresses() {
    ask();
    for (int trial = 0; trial < 3; trial++) {
      reads(8 * PERIOD, 5_000, 1_000);
      assertThat(path.prefersReading()).isFalse();
    }
    reads(16 * PERIOD, 700, 1_000);
    assertThat(path.prefersReading()).isTrue();
  }

  @Test
  void shouldReadWhenNoTimesComeAnyMore() {
    ask();
    int reads = 0;
    int turns = 8 * PERIOD;
    for (int i = 0; i < turns; i++) {
      reads += path.next() ? 1 : 0;
    }
    assertThat(path.prefersReading()).isTrue();
    assertThat(path.readingNanos()).isZero();
    assertThat(reads).isGreaterThan(turns / 4);
  }

  @Test
  void shouldEndATrialOfWhichNoTimesComeAndForgetWhatItKnewOfTheWay() {
    reads(2 * PERIOD, 1_000, 2_000);
    assertThat(path.askingNanos()).isPositive();
    int asked = 0;
    for (int i = 0; i < 3 * PERIOD; i++) {
      boolean read = path.next();
      asked += read ? 0 : 1;
      if (read && path.isTimed()) {
        path.took(true, 1_000);
      }
    }
    assertThat(asked).isBetween(1, 2 * (TRIAL + QuickerPath.MOST_TIMED_TURNS));
    assertThat(path.askingNanos()).isZero();
    assertThat(path.prefersReading()).isTrue();
  }

  @Test
  void shouldCountTimesThatComeLate() {
    ask();
    // Each time comes three turns after its own, as that of a batch among others does.
    boolean[] timed = new boolean[3];
    boolean[] read = new boolean[3];
    for (int i = 0; i < 10 * PERIOD; i++) {
      int late = i % 3;
      if (timed[late]) {
        path.took(read[late], read[late] ? 500 : 1_000);
      }
      read[late] = path.next();
      timed[late] = path.isTimed();
    }
    assertThat(path.prefersReading()).isTrue();
  }

  @Test
  void shouldNotTurnForOnePauseOfAProcessor() {
    reads(100 * PERIOD, 1_000, 2_000);
    path.took(true, 16_000_000);
    assertThat(path.prefersReading()).isTrue();
    assertThat(path.readingNanos()).isBetween(900L, 1_500L);
    assertThat(path.askingNanos()).isBetween(1_800L, 2_200L);
  }

  @Test
  void shouldKnowATimeThatTheClockCannotTellFromNone() {
    for (int i = 0; i < 10; i++) {
      path.took(true, 0);
    }
    assertThat(path.readingNanos()).isEqualTo(1);
  }
}
