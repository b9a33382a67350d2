// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.codec.Operation;
import io.wisp.codec.RequestDescriptor;
import io.wisp.store.Slice;
import io.wisp.transport.RecordingPrefetcher;
import io.wisp.transport.ring.DelayedLink;
import io.wisp.transport.ring.IncomingRing;
import io.wisp.transport.ring.OutgoingRing;
import io.wisp.transport.ring.RingFaultException;
import io.wisp.transport.ring.RingLimits;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FramesAheadTest {

  private static final RingLimits LIMITS = new RingLimits(4096);

  private final DelayedLink link = new DelayedLink(LIMITS.ringBytes());
  private final OutgoingRing outgoing = new OutgoingRing(link.left(), LIMITS);
  private final IncomingRing incoming = new IncomingRing(link.right(), LIMITS);
  private final RecordingPrefetcher prefetcher = new RecordingPrefetcher();
  private final FramesAhead ahead = new FramesAhead(prefetcher);

  private void send(Operation operation, String key) throws RingFaultException {
    Slice bytes = Slice.of(key);
    int length = (int) RequestDescriptor.frameLength(bytes.length(), 0);
    long offset = outgoing.claim(length);
    RequestDescriptor.encode(outgoing.segment(), offset, operation, bytes, new Slice(), 0);
    outgoing.commit(0);
  }

  private void deliver() {
    outgoing.publish();
    while (link.left().hasWrites()) {
      link.left().deliverWrite(incoming.consumed());
    }
  }

  /** A turn, as the server has it; the answer is how many requests there were. */
  private int takeAll() throws RingFaultException {
    ahead.begin();
    int taken = 0;
    while (true) {
      ahead.look(incoming);
      if (incoming.peek() == IncomingRing.NONE) {
        return taken;
      }
      incoming.release();
      taken++;
    }
  }

  private static List<String> keys(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "k" + i).toList();
  }

  @Test
  void shouldNotLookAtAllForASingleRequest() throws RingFaultException {
    send(Operation.GET, "k0");
    deliver();
    assertThat(takeAll()).isEqualTo(1);
    assertThat(prefetcher.loads()).isEmpty();
  }

  @Test
  void shouldLoadSixteenAtATimeOfWhatWaitsBehindTheFirst() throws RingFaultException {
    for (int i = 0; i < 40; i++) {
      send(Operation.GET, "k" + i);
    }
    deliver();
    assertThat(takeAll()).isEqualTo(40);
    assertThat(prefetcher.loads()).containsExactly(keys(1, 17), keys(17, 33), keys(33, 40));
  }

  @Test
  void shouldLeaveRequestsAloneWhereItIsOfNoUse() throws RingFaultException {
    prefetcher.useful(false);
    send(Operation.GET, "k0");
    send(Operation.GET, "k1");
    deliver();
    assertThat(takeAll()).isEqualTo(2);
    assertThat(prefetcher.loads()).isEmpty();
  }

  @Test
  void shouldFollowTheRingOverItsEnd() throws RingFaultException {
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 17; i++) {
        send(Operation.GET, "k" + i);
      }
      deliver();
      assertThat(takeAll()).isEqualTo(17);
      outgoing.credit(incoming.consumed());
      assertThat(prefetcher.loads()).containsExactly(keys(1, 17));
      prefetcher.loads().clear();
    }
    assertThat(incoming.consumed()).isGreaterThan(2L * LIMITS.ringBytes());
  }

  @Test
  void shouldPassOverAKeyThatIsSaidToBeLongerThanItsFrame() throws RingFaultException {
    send(Operation.GET, "k0");
    send(Operation.GET, "k1");
    send(Operation.GET, "k2");
    deliver();
    incoming.beginLookingAhead();
    incoming.lookAhead();
    incoming.lookAhead();
    long lengthAt = incoming.aheadOffset() + RequestDescriptor.KEY_LENGTH_OFFSET;
    incoming.segment().set(ValueLayout.JAVA_BYTE, lengthAt, (byte) 3);
    assertThat(takeAll()).isEqualTo(3);
    assertThat(prefetcher.loads()).containsExactly(keys(2, 3));
  }

  @Test
  void shouldPassOverRequestsWithoutAKey() throws RingFaultException {
    send(Operation.PING, "");
    send(Operation.PING, "");
    send(Operation.PUT, "k1");
    deliver();
    assertThat(takeAll()).isEqualTo(3);
    assertThat(prefetcher.loads()).containsExactly(keys(1, 2));
  }
}
