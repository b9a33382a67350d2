// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TableLeaseTest {

  private static final long MICRO = 1_000;

  /** So that it passes the end of what a long counts. */
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 3 * MICRO);

  private final TableLease lease = new TableLease(nanos::get);

  /** Of what is read at once. */
  private boolean holds() {
    return lease.holdsUntil(lease.end());
  }

  /** The server may have lost its lead between both. */
  @Test
  void shouldNotHoldForWhatWasBegunBeforeItWasTold() {
    assertThat(lease.askBy(1)).isTrue();
    lease.answered(1, 10);
    long known = lease.end();
    nanos.addAndGet(9 * MICRO);
    assertThat(lease.askBy(2)).isTrue();
    lease.answered(2, 10);
    assertThat(lease.holdsUntil(known)).isTrue();
    nanos.addAndGet(MICRO);
    assertThat(lease.holdsUntil(known)).isFalse();
    assertThat(lease.mayHold()).isTrue();
    assertThat(holds()).isTrue();
  }

  @Test
  void shouldNotHoldBeforeAServerHasSaidSo() {
    assertThat(lease.mayHold()).isFalse();
    assertThat(holds()).isFalse();
    assertThat(lease.askBy(7)).isTrue();
    assertThat(holds()).isFalse();
    lease.answered(7, 0);
    assertThat(lease.mayHold()).isFalse();
  }

  @Test
  void shouldHoldFromWhenTheRequestWasSentAndNotFromTheReply() {
    assertThat(lease.askBy(7)).isTrue();
    nanos.addAndGet(4 * MICRO);
    lease.answered(7, 10);
    nanos.addAndGet(6 * MICRO - 1);
    assertThat(holds()).isTrue();
    nanos.addAndGet(1);
    assertThat(lease.mayHold()).isTrue();
    assertThat(holds()).isFalse();
    assertThat(lease.mayHold()).isFalse();
  }

  @Test
  void shouldNotHoldIfTheReplyTookLongerThanTheLease() {
    assertThat(lease.askBy(7)).isTrue();
    nanos.addAndGet(10 * MICRO);
    lease.answered(7, 10);
    assertThat(holds()).isFalse();
  }

  @Test
  void shouldAskByOneRequestAtATimeAndBelieveTheReplyToThatAlone() {
    assertThat(lease.askBy(7)).isTrue();
    nanos.addAndGet(20 * MICRO);
    assertThat(lease.askBy(8)).isFalse();
    lease.answered(8, 30);
    assertThat(lease.mayHold()).isFalse();
    lease.answered(7, 30);
    nanos.addAndGet(10 * MICRO - 1);
    assertThat(holds()).isTrue();
    lease.answered(7, 1_000);
    nanos.addAndGet(1);
    assertThat(holds()).isFalse();
    assertThat(lease.askBy(9)).isTrue();
  }

  @Test
  void shouldTakeNothingAwayByALeaseThatEndsSooner() {
    assertThat(lease.askBy(1)).isTrue();
    lease.answered(1, 10);
    assertThat(lease.askBy(2)).isTrue();
    lease.answered(2, 5);
    assertThat(lease.askBy(3)).isTrue();
    lease.answered(3, 0);
    nanos.addAndGet(10 * MICRO - 1);
    assertThat(holds()).isTrue();
  }

  @Test
  void shouldNotHoldAgainByALeaseThatEndsNoLaterThanOneThatIsOver() {
    assertThat(lease.askBy(1)).isTrue();
    lease.answered(1, 10);
    assertThat(lease.askBy(2)).isTrue();
    nanos.addAndGet(10 * MICRO);
    assertThat(holds()).isFalse();
    lease.answered(2, 10);
    assertThat(lease.mayHold()).isFalse();
  }

  @Test
  void shouldCountWhatWasReadInVain() {
    assertThat(holds()).isFalse();
    assertThat(holds()).isFalse();
    assertThat(lease.lapses()).isEqualTo(2);
  }

  /** Whatever takes how long, by clocks of which one is ahead of the other and none is set. */
  @Test
  void neverHoldsForLongerThanTheServersOwn() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 10_000; round++) {
      long ahead = random.nextLong();
      AtomicLong time = new AtomicLong(random.nextLong(1_000_000_000_000L));
      TableLease held = new TableLease(() -> time.get() + ahead);
      long proposed = time.get();
      long end = proposed + 200_000 * MICRO;
      for (int request = 0; request < 3; request++) {
        assertThat(held.askBy(request)).isTrue();
        time.addAndGet(random.nextLong(100_000_000));
        long micros = Math.max(0, (end - time.get()) / MICRO);
        time.addAndGet(random.nextLong(100_000_000));
        held.answered(request, micros);
        time.addAndGet(random.nextLong(100_000_000));
        if (held.holdsUntil(held.end())) {
          assertThat(time.get()).isLessThan(end);
        }
      }
    }
  }
}
