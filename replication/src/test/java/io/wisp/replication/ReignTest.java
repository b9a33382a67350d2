// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReignTest {

  private static final long BEGAN = Long.MAX_VALUE - 5;

  private final Reign reign = new Reign(7, BEGAN);

  private static long after(long nanos) {
    return BEGAN + nanos;
  }

  @Test
  void shouldStayClosedForLongerThanAnyLeaseHolds() {
    assertThat(Reign.CLOSED_NANOS).isGreaterThanOrEqualTo(Reign.LEASE_NANOS * 3 / 2);
    assertThat(reign.mayOpen(BEGAN)).isFalse();
    assertThat(reign.mayOpen(after(Reign.CLOSED_NANOS - 1))).isFalse();
    assertThat(reign.mayOpen(after(Reign.CLOSED_NANOS))).isTrue();
    assertThat(reign.isOpen()).isFalse();
    reign.open();
    assertThat(reign.isOpen()).isTrue();
  }

  /** No machine is too fast for that. */
  @Test
  void shouldOutlastAllLeasesOfBefore() {
    long began = System.nanoTime();
    Thread.currentThread().interrupt();
    Reign.outlastLeases(began);
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(Reign.CLOSED_NANOS);
    assertThat(Thread.interrupted()).isTrue();
    Reign.outlastLeases(began);
  }

  @Test
  void shouldHoldALeaseFromTheTimeOfTheProposal() {
    assertThat(reign.leaseNanos(BEGAN)).isNotPositive();
    assertThat(reign.prove(after(100), 7)).isTrue();
    assertThat(reign.leaseNanos(after(100))).isEqualTo(Reign.LEASE_NANOS);
    assertThat(reign.leaseNanos(after(100 + Reign.LEASE_NANOS))).isZero();
    // An earlier one that is told of later takes nothing away.
    assertThat(reign.prove(after(50), 7)).isTrue();
    assertThat(reign.leaseNanos(after(100))).isEqualTo(Reign.LEASE_NANOS);
  }

  @Test
  void shouldProveNothingByAnEntryOfAnotherTerm() {
    assertThat(reign.prove(BEGAN, 8)).isFalse();
    assertThat(reign.prove(BEGAN, 6)).isFalse();
    assertThat(reign.leaseNanos(BEGAN)).isNotPositive();
  }
}
