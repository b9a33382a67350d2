// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.fuzz.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A ring as its peer writes it. The input is a row of notifications, each of the position that is
 * said to have arrived (4 bytes), where bytes are written in the ring (2) and how many (1), and the
 * bytes.
 */
class RingFuzzTest extends FuzzTest {

  private static final RingLimits LIMITS = new RingLimits(4096);
  private static final int NOTIFICATION_LENGTH = 7;

  @Override
  protected void check(byte[] input) {
    ByteBuffer bytes = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    DelayedLink.Side side = new DelayedLink(LIMITS.ringBytes()).right();
    IncomingRing ring = new IncomingRing(side, LIMITS);
    try {
      while (bytes.remaining() >= NOTIFICATION_LENGTH) {
        long position = bytes.getInt();
        int offset = Short.toUnsignedInt(bytes.getShort()) % LIMITS.ringBytes();
        int length = Math.min(Byte.toUnsignedInt(bytes.get()), bytes.remaining());
        length = Math.min(length, LIMITS.ringBytes() - offset);
        MemorySegment.copy(
            MemorySegment.ofArray(input), bytes.position(), side.incoming(), offset, length);
        bytes.position(bytes.position() + length);
        side.claimArrived(position);
        takeAll(ring, side, position);
      }
    } catch (RingFaultException e) {
      assertThat(e).message().isNotBlank();
    }
  }

  private static void takeAll(IncomingRing ring, DelayedLink.Side side, long position)
      throws RingFaultException {
    long before = ring.consumed();
    ring.beginLookingAhead();
    while (ring.lookAhead()) {
      assertThat(ring.aheadLength()).isBetween(0, LIMITS.maxPayload());
      assertThat(ring.aheadOffset() + ring.aheadLength())
          .isLessThanOrEqualTo(side.incoming().byteSize());
    }
    assertThat(ring.consumed()).isEqualTo(before);
    int kind = ring.peek();
    while (kind != IncomingRing.NONE) {
      assertThat(kind).isIn(FrameDescriptor.MESSAGE, FrameDescriptor.RENDEZVOUS);
      assertThat(ring.messageLength()).isBetween(0, LIMITS.maxPayload());
      assertThat(ring.messageOffset() + ring.messageLength())
          .isLessThanOrEqualTo(side.incoming().byteSize());
      if (kind == FrameDescriptor.RENDEZVOUS) {
        RemoteBuffer.decode(FrameDescriptor.rendezvous(side.incoming(), ring.messageOffset()));
      }
      ring.release();
      assertThat(ring.consumed()).isGreaterThan(before).isLessThanOrEqualTo(position);
      before = ring.consumed();
      kind = ring.peek();
    }
    assertThat(ring.consumed()).isEqualTo(position);
  }
}
