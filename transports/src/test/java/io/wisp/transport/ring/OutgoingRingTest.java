// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutgoingRingTest {

  private static final RingLimits LIMITS = new RingLimits(4096);

  private final DelayedLink link = new DelayedLink(LIMITS.ringBytes());
  private final OutgoingRing ring = new OutgoingRing(link.left(), LIMITS);

  private void send(int payloadLength) throws RingFaultException {
    assertThat(ring.claim(payloadLength)).isNotNegative();
    ring.commit(0);
  }

  private void fill() throws RingFaultException {
    for (int i = 0; i < 4; i++) {
      send(LIMITS.maxPayload());
    }
    ring.publish();
  }

  @Test
  void shouldTakeNoMoreThanTheRingHoldsUntilThereIsCredit() throws RingFaultException {
    fill();
    assertThat(ring.claim(0)).isEqualTo(-1);
    assertThat(ring.hasRoom()).isFalse();
    ring.credit(16);
    assertThat(ring.claim(1)).isEqualTo(-1);
    assertThat(ring.claim(0)).isEqualTo(16);
  }

  @Test
  void shouldLookForCreditWhereTheOtherSideWritesIt() throws RingFaultException {
    fill();
    link.left().claimCredit(2048);
    assertThat(ring.hasRoom()).isTrue();
    assertThat(ring.claim(LIMITS.maxPayload())).isNotNegative();
  }

  @Test
  void shouldNeverWriteWhatLiesBetweenASkipAndTheEnd() throws RingFaultException {
    send(LIMITS.maxPayload());
    send(LIMITS.maxPayload());
    send(LIMITS.maxPayload());
    ring.publish();
    ring.credit(3072);
    send(16);
    send(LIMITS.maxPayload());
    assertThat(ring.unpublished()).isEqualTo(1024 + 1024);
    ring.publish();
    assertThat(ring.unpublished()).isZero();
    link.left().deliverWrite(0);
    link.left().deliverWrite(3072);
    link.left().deliverWrite(3072);
    assertThat(link.right().arrived()).isEqualTo(4096 + 1024);
  }

  @Test
  void shouldWriteAgainWhatHasChangedSinceTheEndOfALapWasWritten() throws RingFaultException {
    send(LIMITS.maxPayload());
    send(LIMITS.maxPayload());
    send(LIMITS.maxPayload());
    ring.publish();
    ring.credit(3072);
    send(16);
    long changed = ring.messageOffset();
    ring.writeAgain();
    send(LIMITS.maxPayload());
    link.left().deliverWrite(0);
    link.left().deliverWrite(3072);
    assertThat(link.left().hasWrites()).isFalse();
    link.left().outgoing().set(ValueLayout.JAVA_BYTE, changed, (byte) 42);
    ring.writeAgain();
    link.left().deliverAgain();
    ring.publish();
    link.left().deliverWrite(3072);
    assertThat(link.right().incoming().get(ValueLayout.JAVA_BYTE, changed)).isEqualTo((byte) 42);
    assertThat(link.right().arrived()).isEqualTo(4096 + 1024);
    ring.writeAgain();
    assertThat(link.left().hasWrites()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {-16, Long.MIN_VALUE, 4112, 1 << 20, Long.MAX_VALUE, 8, 4095})
  void shouldRefuseCreditForWhatWasNotSent(long position) throws RingFaultException {
    fill();
    assertThatThrownBy(() -> ring.credit(position))
        .isInstanceOf(RingFaultException.class)
        .hasMessageContaining("credit for position " + position)
        .hasMessageContaining("4096");
    link.left().claimCredit(position);
    assertThatThrownBy(ring::hasRoom).isInstanceOf(RingFaultException.class);
    assertThatThrownBy(() -> ring.claim(0)).isInstanceOf(RingFaultException.class);
  }

  @Test
  void shouldRefuseCreditForWhatWasCommittedAndNotPublished() throws RingFaultException {
    send(100);
    assertThatThrownBy(() -> ring.credit(128)).isInstanceOf(RingFaultException.class);
    ring.publish();
    ring.credit(128);
  }

  @Test
  void shouldNotTakeCreditBack() throws RingFaultException {
    fill();
    ring.credit(4096);
    ring.credit(0);
    assertThat(ring.hasRoom()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 2048, 4095, 6000, Integer.MAX_VALUE})
  void shouldRefuseRingsOfOtherSizes(int bytes) {
    assertThatThrownBy(() -> new RingLimits(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a ring of " + bytes + " bytes");
  }
}
