// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a disk is said to hang. */
class DiskWatchTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private long now = System.nanoTime();
  private final DiskWatch watch = new DiskWatch(now);

  private boolean hangsAfter(int seconds, long last, long flushed) {
    boolean hangs = false;
    for (int i = 0; i < seconds; i++) {
      now += SECOND;
      hangs = watch.hangs(last, flushed, now);
    }
    return hangs;
  }

  @Test
  void shouldFindADiskThatTakesNothingForLong() {
    assertThat(hangsAfter(10, 7, 5)).isFalse();
    assertThat(hangsAfter(2, 8, 5)).isTrue();
  }

  @Test
  void shouldForgiveADiskThatIsSlow() {
    for (int flushed = 0; flushed < 5; flushed++) {
      assertThat(hangsAfter(9, 100, flushed)).isFalse();
    }
  }

  @Test
  void shouldWaitForNothingWhereTheDiskHasAll() {
    assertThat(hangsAfter(100, 5, 5)).isFalse();
    assertThat(hangsAfter(9, 6, 5)).isFalse();
  }

  @Test
  void shouldNotTakeAPauseOfTheProcessForOneOfTheDisk() {
    assertThat(hangsAfter(1, 6, 5)).isFalse();
    now += 60 * SECOND;
    assertThat(watch.hangs(6, 5, now)).isFalse();
  }
}
