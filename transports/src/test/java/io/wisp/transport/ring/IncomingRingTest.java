// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IncomingRingTest {

  private static final RingLimits LIMITS = new RingLimits(4096);

  private final DelayedLink.Side side = new DelayedLink(LIMITS.ringBytes()).right();
  private final IncomingRing ring = new IncomingRing(side, LIMITS);

  private void frame(int kind, int payloadLength, long position, long arrived) {
    FrameDescriptor.encodeHeader(
        side.incoming(), position % LIMITS.ringBytes(), payloadLength, kind, position, 7);
    side.claimArrived(arrived);
  }

  private void expectFault(String message) {
    assertThatThrownBy(ring::peek)
        .isInstanceOf(RingFaultException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldSeeNothingUntilItIsNotified() throws RingFaultException {
    frame(FrameDescriptor.MESSAGE, 5, 0, 0);
    assertThat(ring.peek()).isEqualTo(IncomingRing.NONE);
    side.claimArrived(32);
    assertThat(ring.peek()).isEqualTo(FrameDescriptor.MESSAGE);
    assertThat(ring.peek()).isEqualTo(FrameDescriptor.MESSAGE);
    assertThat(ring.messageOffset()).isEqualTo(16);
    assertThat(ring.messageLength()).isEqualTo(5);
    assertThat(ring.credit()).isEqualTo(7);
    assertThat(ring.consumed()).isZero();
    ring.release();
    assertThat(ring.consumed()).isEqualTo(32);
    assertThat(ring.peek()).isEqualTo(IncomingRing.NONE);
  }

  @Test
  void shouldLookAheadAtMessagesAndTakeNone() throws RingFaultException {
    frame(FrameDescriptor.MESSAGE, 5, 0, 0);
    frame(FrameDescriptor.MESSAGE, 40, 32, 96);
    ring.beginLookingAhead();
    assertThat(ring.lookAhead()).isTrue();
    assertThat(ring.aheadOffset()).isEqualTo(16);
    assertThat(ring.aheadLength()).isEqualTo(5);
    assertThat(ring.lookAhead()).isTrue();
    assertThat(ring.aheadOffset()).isEqualTo(48);
    assertThat(ring.aheadLength()).isEqualTo(40);
    assertThat(ring.lookAhead()).isFalse();
    assertThat(ring.peek()).isEqualTo(FrameDescriptor.MESSAGE);
    assertThat(ring.consumed()).isZero();
    assertThat(ring.messageLength()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource({
    // Not a message; too long; past the end of the ring; past what arrived; nothing there.
    "2,   24,  64",
    "1, 1009, 4096",
    "1, 2147483647, 4096",
    "1,    1,  16",
    "9,    5,  64",
    "1,    5,   0",
    "1,    5, 4112",
    "1,    5, -16",
  })
  void shouldStopLookingAheadWhereItMayNot(int kind, int length, long arrived) {
    frame(kind, length, 0, arrived);
    ring.beginLookingAhead();
    assertThat(ring.lookAhead()).isFalse();
  }

  @Test
  void shouldReadAHeaderOnceThoughItChangesAfterwards() throws RingFaultException {
    frame(FrameDescriptor.MESSAGE, 5, 0, 32);
    ring.peek();
    frame(FrameDescriptor.RENDEZVOUS, 4_000, 0, 32);
    assertThat(ring.peek()).isEqualTo(FrameDescriptor.MESSAGE);
    assertThat(ring.messageLength()).isEqualTo(5);
    ring.release();
    assertThat(ring.consumed()).isEqualTo(32);
  }

  @Test
  void shouldRefuseWhatIsLeftOfAnEarlierLap() throws RingFaultException {
    frame(FrameDescriptor.SKIP, 0, 0, 4096);
    assertThat(ring.peek()).isEqualTo(IncomingRing.NONE);
    assertThat(ring.consumed()).isEqualTo(4096);
    frame(FrameDescriptor.MESSAGE, 5, 0, 4096 + 32);
    expectFault("no frame at position 4096");
  }

  @Test
  void shouldRefuseAPositionThatGoesBack() throws RingFaultException {
    frame(FrameDescriptor.MESSAGE, 0, 0, 16);
    ring.peek();
    ring.release();
    side.claimArrived(0);
    expectFault("frames up to position 0, and the ring holds those from 16 to 4112");
  }

  @ParameterizedTest
  @ValueSource(longs = {-16, 1, 15, 4112, Long.MAX_VALUE, Long.MIN_VALUE})
  void shouldRefuseAPositionThatNoRingReaches(long position) {
    frame(FrameDescriptor.MESSAGE, 0, 0, position);
    expectFault("frames up to position " + position);
  }

  @ParameterizedTest
  @CsvSource({
    // Too long.
    "1,       1009, 4096, 'a frame of 1009 bytes, and 1008 is the limit'",
    "1,       4096, 4096, 'a frame of 4096 bytes, and 1008 is the limit'",
    "1, 2147483647, 4096, 'a frame of 2147483647 bytes, and 1008 is the limit'",
    "1,         -1, 4096, 'a frame of 4294967295 bytes, and 1008 is the limit'",
    // Not all there.
    "1,         17,   32, 'a frame of 17 bytes reaches past what arrived, at position 0'",
    "3,          0,   16, the end of a lap before its frames arrived",
    // Of a kind that there is not.
    "0,          0,   16, a frame of kind 0 and 0 bytes",
    "4,          0,   16, a frame of kind 4 and 0 bytes",
    "255,        0,   16, a frame of kind 255 and 0 bytes",
    // A rendezvous that names no buffer, and a skip with a payload.
    "2,          0,   64, a frame of kind 2 and 0 bytes",
    "2,         23,   64, a frame of kind 2 and 23 bytes",
    "2,         25,   64, a frame of kind 2 and 25 bytes",
    "3,         16, 4096, a frame of kind 3 and 16 bytes",
    // With an address, bit 6, which is longer than the payload or that is not counted; skips that
    // have flags.
    "65,         7,   32, a frame of kind 65 and 7 bytes",
    "66,        24,   64, a frame of kind 66 and 24 bytes",
    "67,         8, 4096, a frame of kind 67 and 8 bytes",
    "131,        0, 4096, a frame of kind 131 and 0 bytes",
  })
  void shouldRefuseAFrameThatCannotBe(int kind, int length, int arrived, String message) {
    frame(kind, length, 0, arrived);
    expectFault(message);
  }

  @Test
  void shouldRefuseAFrameThatReachesPastTheEndOfTheRing() throws RingFaultException {
    for (int position = 0; position < 3840; position += 256) {
      frame(FrameDescriptor.MESSAGE, 240, position, position + 256L);
      ring.peek();
      ring.release();
    }
    frame(FrameDescriptor.MESSAGE, 1_000, 3840, 3840 + 1024);
    expectFault("a frame of 1000 bytes reaches past what arrived, at position 3840");
  }
}
