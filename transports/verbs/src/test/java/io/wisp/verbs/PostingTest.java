// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rdma")
class PostingTest {

  @AutoClose private final Loopback loopback = new Loopback(QueuePairType.RC);
  private final SendBatch sends = new SendBatch(16, 4, 64);

  private void prepareWrites(int count) {
    loopback.fill();
    for (int i = 0; i < count; i++) {
      sends
          .id(i, i)
          .local(i, loopback.near.address() + i * 100L, 100, loopback.near.lkey())
          .write(i, loopback.far.address() + i * 100L, loopback.far.rkey());
    }
  }

  @Test
  void shouldCarryInlineDataAsItWasWhenTheRequestWasFilledIn() {
    MemorySegment source = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    sends
        .inline(0, source, 2, 5)
        .write(0, loopback.far.address() + 10, loopback.far.rkey())
        .flags(0, SendFlags.SIGNALED);
    source.fill((byte) 99);
    loopback.complete(sends, 1);
    assertThat(loopback.far(9, 7)).containsExactly(0, 3, 4, 5, 6, 7, 0);
  }

  @Test
  void shouldCarryAsMuchInlineDataAsTheQueuePairWasGranted() {
    assertThat(loopback.nearPair.maxInline()).isGreaterThanOrEqualTo(64);
    byte[] bytes = new byte[64];
    bytes[63] = 63;
    sends
        .inline(0, MemorySegment.ofArray(bytes), 0, 64)
        .write(0, loopback.far.address(), loopback.far.rkey())
        .flags(0, SendFlags.SIGNALED);
    loopback.complete(sends, 1);
    assertThat(loopback.far(0, 64)).isEqualTo(bytes);
  }

  @Test
  void shouldPostAChainOfRequestsInOneCall() {
    prepareWrites(16);
    for (int i = 0; i < 16; i++) {
      sends.flags(i, SendFlags.SIGNALED);
    }
    loopback.nearPair.post(sends, 16);
    List<Long> order = new ArrayList<>();
    while (order.size() < 16) {
      int count = loopback.nearQueue.poll(loopback.completions);
      for (int i = 0; i < count; i++) {
        assertThat(loopback.completions.isSuccess(i)).isTrue();
        order.add(loopback.completions.id(i));
      }
    }
    assertThat(order).isSorted().doesNotHaveDuplicates();
    assertThat(loopback.far(0, 1600)).isEqualTo(loopback.near(0, 1600));
  }

  @Test
  void shouldPostAnyRunOfABatch() {
    prepareWrites(8);
    sends.flags(4, SendFlags.SIGNALED);
    byte[] before = loopback.far(0, 1000);
    loopback.nearPair.post(sends, 3, 2);
    loopback.succeed(loopback.nearQueue);
    assertThat(loopback.completions.id(0)).isEqualTo(4);
    assertThat(loopback.far(300, 200)).isEqualTo(loopback.near(300, 200));
    assertThat(loopback.far(0, 300)).isEqualTo(Arrays.copyOf(before, 300));
    assertThat(loopback.far(500, 500)).isEqualTo(Arrays.copyOfRange(before, 500, 1000));
  }

  @Test
  void shouldCompleteOnlyWhatIsSignalled() {
    prepareWrites(4);
    sends.flags(3, SendFlags.SIGNALED);
    loopback.complete(sends, 4);
    assertThat(loopback.completions.count()).isEqualTo(1);
    assertThat(loopback.completions.id(0)).isEqualTo(3);
    assertThat(loopback.nearQueue.poll(loopback.completions)).isZero();
    assertThat(loopback.far(0, 400)).isEqualTo(loopback.near(0, 400));
  }

  @Test
  void shouldSignalEverythingIfTheQueuePairWasMadeSo() {
    QueuePair pair =
        loopback.connectedToItself(
            new QueuePairOptions(QueuePairType.RC, loopback.nearQueue).signalAll(true),
            AccessFlag.REMOTE_READ);
    prepareWrites(1);
    sends.read(0, loopback.far.address(), loopback.far.rkey());
    pair.post(sends, 1);
    loopback.succeed(loopback.nearQueue);
    assertThat(loopback.completions.queuePairNumber(0)).isEqualTo(pair.number());
  }

  @Test
  void shouldGatherAndScatterPiecesOfMemory() {
    loopback.fill();
    long near = loopback.near.address();
    long far = loopback.far.address();
    int lkey = loopback.near.lkey();
    ReceiveBatch receives = new ReceiveBatch(1, 2);
    receives
        .local(0, 0, far, 3, loopback.far.lkey())
        .local(0, 1, far + 1000, 100, loopback.far.lkey());
    loopback.farPair.post(receives, 1);
    sends
        .local(0, 0, near, 2, lkey)
        .local(0, 1, near + 500, 4, lkey)
        .local(0, 2, near + 900, 1, lkey)
        .send(0)
        .flags(0, SendFlags.SIGNALED);
    loopback.complete(sends, 1);
    loopback.succeed(loopback.farQueue);
    assertThat(loopback.completions.byteLength(0)).isEqualTo(7);
    byte[] first = loopback.far(0, 3);
    byte[] rest = loopback.far(1000, 4);
    assertThat(new byte[] {first[0], first[1]}).isEqualTo(loopback.near(0, 2));
    assertThat(new byte[] {first[2], rest[0], rest[1], rest[2]}).isEqualTo(loopback.near(500, 4));
    assertThat(rest[3]).isEqualTo(loopback.near(900, 1)[0]);
  }

  @Test
  void shouldLetAFencedWriteUseWhatAnEarlierReadFetched() {
    loopback.far.segment().set(ValueLayout.JAVA_LONG, 0, 4711);
    loopback.nearPiece(sends, 8).read(0, loopback.far.address(), loopback.far.rkey());
    sends
        .local(1, loopback.near.address(), 8, loopback.near.lkey())
        .write(1, loopback.far.address() + 64, loopback.far.rkey())
        .flags(1, SendFlags.SIGNALED | SendFlags.FENCE);
    loopback.complete(sends, 2);
    assertThat(loopback.far.segment().get(ValueLayout.JAVA_LONG, 64)).isEqualTo(4711);
  }

  @Test
  void shouldPostARequestAgainThatWasChangedInPlace() {
    prepareWrites(1);
    sends.flags(0, SendFlags.SIGNALED);
    for (int round = 0; round < 10; round++) {
      sends.write(0, loopback.far.address() + 1000L * round, loopback.far.rkey());
      loopback.complete(sends, 1);
      assertThat(loopback.far(1000L * round, 100)).isEqualTo(loopback.near(0, 100));
    }
  }

  @Test
  void shouldSayThatTheSendQueueIsFullAndHowManyRequestsItTook() {
    QueuePair pair =
        loopback.domain.createQueuePair(
            new QueuePairOptions(QueuePairType.RC, loopback.nearQueue).maxSends(4));
    SendBatch many = new SendBatch(pair.maxSends() + 100);
    pair.init(loopback.port, AccessFlag.REMOTE_READ);
    QueuePairAddress nobody =
        new QueuePairAddress(
            1, 0, loopback.port.attributes().lid(), loopback.port.gidOrNone(), Mtu.MTU_1024);
    pair.connect(loopback.port, nobody, nobody, ConnectionOptions.DEFAULT.withRetries(20, 7));
    assertThatThrownBy(() -> pair.post(many, many.capacity()))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith("ibv_post_send(queue pair " + pair.number() + " of ")
        .hasMessageContaining(
            " of " + many.capacity() + "): ENOMEM: the send queue is full: it was ")
        .hasMessageContaining("made for " + pair.maxSends() + " requests");
    assertThat(many.posted()).isGreaterThanOrEqualTo(4).isLessThan(many.capacity());
  }

  @Test
  void shouldRefuseToPostBeforeThePairIsConnected() {
    QueuePair pair =
        loopback.domain.createQueuePair(new QueuePairOptions(QueuePairType.RC, loopback.nearQueue));
    assertThatThrownBy(() -> pair.post(sends, 1))
        .isInstanceOf(VerbsException.class)
        .hasMessageContaining("EINVAL: the queue pair is not ready to send");
    assertThat(sends.posted()).isZero();
  }
}
