// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.RecordAddress;
import io.wisp.testing.Property;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Frames through rings whose bytes, notifications and credit arrive when chance wants it. */
class RingPropertyTest {

  private static final int FRAMES = 400;

  /** How lengths of frames are chosen. */
  enum Lengths {
    ANY,
    SHORT,
    LONGEST,
    EXTREME
  }

  private static final class Traffic {

    private final RingLimits limits;
    private final Lengths lengths;
    private final SplittableRandom random;
    private final DelayedLink link;
    private final OutgoingRing outgoing;
    private final IncomingRing incoming;
    private int sent;
    private int received;
    private long told;
    private boolean holds;

    Traffic(int ringBytes, Lengths lengths, long seed) {
      limits = new RingLimits(ringBytes);
      this.lengths = lengths;
      random = new SplittableRandom(seed);
      link = new DelayedLink(ringBytes);
      outgoing = new OutgoingRing(link.left(), limits);
      incoming = new IncomingRing(link.right(), limits);
    }

    private int length(int frame) {
      SplittableRandom choice = new SplittableRandom(frame);
      int before = (int) OutgoingRing.payloadLength(0, address(frame), lease(frame));
      int most = limits.maxPayload() - before;
      return switch (lengths) {
        case ANY -> choice.nextInt(most + 1);
        case SHORT -> choice.nextInt(65);
        case LONGEST -> most;
        case EXTREME -> choice.nextBoolean() ? most - choice.nextInt(3) : choice.nextInt(2);
      };
    }

    private static boolean isRequest(int frame) {
      return frame % 5 < 3;
    }

    private static boolean wantsAddress(int frame) {
      return frame % 5 == 2;
    }

    private static long address(int frame) {
      return frame % 5 == 3 ? -1L - frame : RecordAddress.NONE;
    }

    private static boolean wantsLease(int frame) {
      return isRequest(frame) && frame % 3 == 0;
    }

    private static long lease(int frame) {
      return !isRequest(frame) && frame % 3 == 1 ? frame : OutgoingRing.NO_LEASE;
    }

    private static byte content(int frame, int index) {
      return (byte) (31 * frame + 7 * index + (index >>> 8));
    }

    void run() throws RingFaultException {
      while (received < FRAMES || holds) {
        switch (random.nextInt(7)) {
          case 0, 1 -> send();
          case 2 -> outgoing.publish();
          case 3 -> deliverWrite();
          case 4 -> deliverCredit();
          case 5 -> receive();
          default -> release();
        }
        if (random.nextInt(50) == 0) {
          settle();
          assertThat(outgoing.hasRoom()).as("room when all was delivered and taken").isTrue();
        }
      }
      assertThat(incoming.peek()).isEqualTo(IncomingRing.NONE);
    }

    /** All that is under way arrives, and all but one frame is given up. */
    private void settle() throws RingFaultException {
      outgoing.publish();
      boolean any = true;
      while (any) {
        any = link.left().hasWrites();
        deliverWrite();
        if (incoming.peek() != IncomingRing.NONE) {
          release();
          receive();
          any = true;
        }
      }
      deliverCredit();
    }

    private void send() throws RingFaultException {
      if (sent == FRAMES) {
        outgoing.publish();
        return;
      }
      int length = length(sent);
      boolean room = outgoing.hasRoom();
      long offset =
          isRequest(sent)
              ? outgoing.claimRequest(length, wantsAddress(sent), wantsLease(sent))
              : outgoing.claimReply(length, address(sent), lease(sent));
      if (room) {
        assertThat(offset).as("a claim when there was room").isNotNegative();
      }
      if (offset < 0) {
        return;
      }
      assertThat(offset + length).isLessThanOrEqualTo(limits.ringBytes());
      for (int i = 0; i < length; i++) {
        outgoing.segment().set(ValueLayout.JAVA_BYTE, offset + i, content(sent, i));
      }
      outgoing.commit(sent);
      sent++;
    }

    private void deliverWrite() {
      if (link.left().hasWrites()) {
        link.left().deliverWrite(incoming.consumed());
      }
    }

    private void deliverCredit() {
      link.right().deliverCredit();
    }

    private void receive() throws RingFaultException {
      if (holds || incoming.peek() == IncomingRing.NONE) {
        return;
      }
      assertThat(incoming.peek()).isEqualTo(FrameDescriptor.MESSAGE);
      assertThat(incoming.messageLength()).isEqualTo(length(received));
      assertThat(incoming.address()).isEqualTo(address(received));
      assertThat(incoming.wantsAddress()).isEqualTo(wantsAddress(received));
      assertThat(incoming.wantsLease()).isEqualTo(wantsLease(received));
      assertThat(incoming.hasLease()).isEqualTo(lease(received) != OutgoingRing.NO_LEASE);
      assertThat(incoming.lease()).isEqualTo(Math.max(0, lease(received)));
      assertThat(incoming.credit()).isEqualTo(received);
      holds = true;
    }

    private void release() {
      if (!holds) {
        return;
      }
      holds = false;
      MemorySegment frame =
          incoming.segment().asSlice(incoming.messageOffset(), incoming.messageLength());
      for (int i = 0; i < frame.byteSize(); i++) {
        if (frame.get(ValueLayout.JAVA_BYTE, i) != content(received, i)) {
          throw new AssertionError("byte " + i + " of frame " + received + " is another");
        }
      }
      incoming.release();
      received++;
      if (incoming.consumed() - told >= limits.ringBytes() / 4) {
        told = incoming.consumed();
        link.right().giveCredit(told, 0);
      }
    }
  }

  @Test
  void framesArriveWholeAndInOrderAndRoomComesBack() {
    Property.check(
        400,
        draw -> {
          int ringBits = draw.ints(12, 15);
          Lengths lengths = draw.of(Lengths.values());
          long seed = draw.anyLong();
          new Traffic(1 << ringBits, lengths, seed).run();
        });
  }

  @Test
  void noHeaderAndNoPositionMakesAReceiverLeaveItsRing() {
    Property.check(
        5_000,
        draw -> {
          long seed = draw.anyLong();
          boolean plausible = draw.anyBoolean();
          SplittableRandom random = new SplittableRandom(seed);
          RingLimits limits = new RingLimits(RingLimits.MIN_RING_BYTES);
          DelayedLink.Side side = new DelayedLink(limits.ringBytes()).right();
          for (int offset = 0; offset < limits.ringBytes(); offset += FrameDescriptor.ALIGNMENT) {
            long first = plausible ? plausibleHeader(random, offset) : random.nextLong();
            side.incoming().set(ValueLayout.JAVA_LONG, offset, first);
            side.incoming().set(ValueLayout.JAVA_LONG, offset + 8, random.nextLong());
          }
          IncomingRing ring = new IncomingRing(side, limits);
          try {
            for (int look = 0; look < 1_000; look++) {
              side.claimArrived(position(random, ring.consumed(), limits.ringBytes()));
              if (ring.peek() != IncomingRing.NONE) {
                ring.segment()
                    .asSlice(ring.messageOffset(), ring.messageLength())
                    .toArray(ValueLayout.JAVA_BYTE);
                ring.release();
              }
            }
          } catch (RingFaultException expected) {
            assertThat(expected).hasMessageMatching(".*(position|frame|lap).*");
          }
        });
  }

  private static long plausibleHeader(SplittableRandom random, long offset) {
    int[] lengths = {0, 0, 1, 16, 24, 200, 1_007, 1_008, 1_009, 4_096, Integer.MAX_VALUE, -1};
    int kind = random.nextInt(8) == 0 ? random.nextInt(256) : 1 + random.nextInt(3);
    long sequence = offset / FrameDescriptor.ALIGNMENT;
    if (random.nextInt(16) == 0) {
      sequence += 256L * random.nextInt(3);
    }
    int length = lengths[random.nextInt(lengths.length)];
    return (length & 0xFFFF_FFFFL) | ((long) kind << 32) | (sequence << 40);
  }

  private static long position(SplittableRandom random, long consumed, int ringBytes) {
    return switch (random.nextInt(16)) {
      case 0 -> random.nextLong();
      case 1 -> consumed - 16;
      case 2 -> consumed + ringBytes + 16L;
      case 3 -> consumed + 1;
      case 4 -> Long.MAX_VALUE;
      case 5 -> Long.MIN_VALUE;
      default -> consumed + 16L * random.nextInt(ringBytes / 16 + 1);
    };
  }
}
