// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rdma")
class SharedReceiveQueueTest {

  @AutoClose private final Loopback loopback = new Loopback(QueuePairType.RC);
  private final SharedReceiveQueue shared = loopback.domain.createSharedReceiveQueue(16, 1);
  private final ReceiveBatch receives = new ReceiveBatch(8);
  private final SendBatch sends = new SendBatch(4);

  private QueuePair connectedToItself() {
    return loopback.connectedToItself(
        new QueuePairOptions(QueuePairType.RC, loopback.nearQueue, loopback.farQueue)
            .sharedReceiveQueue(shared));
  }

  private void postReceives(int count) {
    for (int i = 0; i < count; i++) {
      receives.id(i, i).local(i, loopback.far.address() + i * 100L, 100, loopback.far.lkey());
    }
    shared.post(receives, count);
  }

  private void send(QueuePair pair, int immediate) {
    loopback.nearPiece(sends, 10).sendWithImmediate(0, immediate).flags(0, SendFlags.SIGNALED);
    pair.post(sends, 1);
    loopback.succeed(loopback.nearQueue);
    loopback.succeed(loopback.farQueue);
  }

  @Test
  void shouldServeSeveralQueuePairs() {
    loopback.fill();
    List<QueuePair> pairs = List.of(connectedToItself(), connectedToItself(), connectedToItself());
    postReceives(3);
    List<Integer> receivers = new ArrayList<>();
    for (QueuePair pair : pairs) {
      send(pair, 5);
      receivers.add(loopback.completions.queuePairNumber(0));
      long at = loopback.completions.id(0) * 100;
      assertThat(loopback.completions.immediate(0)).isEqualTo(5);
      assertThat(loopback.far(at, 10)).isEqualTo(loopback.near(0, 10));
    }
    assertThat(receivers).containsExactlyElementsOf(pairs.stream().map(QueuePair::number).toList());
  }

  @Test
  void shouldRaiseAnEventWhenFewRequestsAreLeft() {
    QueuePair pair = connectedToItself();
    postReceives(4);
    shared.limit(4);
    assertThat(shared.query().limit()).isEqualTo(4);
    send(pair, 0);
    AsyncEvent event = loopback.context.awaitEvent(30_000);
    while (event != null && event.type() != AsyncEventType.SHARED_RECEIVE_QUEUE_LIMIT_REACHED) {
      event = loopback.context.awaitEvent(30_000);
    }
    assertThat(event)
        .isEqualTo(new AsyncEvent(AsyncEventType.SHARED_RECEIVE_QUEUE_LIMIT_REACHED, shared, 0));
    assertThat(shared.query().limit()).isZero();
  }

  @Test
  void shouldTellHowMuchItHolds() {
    SharedReceiveQueue.Attributes attributes = shared.query();
    assertThat(attributes.maxRequests()).isGreaterThanOrEqualTo(16);
    assertThat(attributes.maxScatter()).isGreaterThanOrEqualTo(1);
    assertThat(attributes.limit()).isZero();
  }

  @Test
  void shouldHoldMoreAfterResizing() {
    shared.resize(500);
    assertThat(shared.query().maxRequests()).isGreaterThanOrEqualTo(500);
  }

  @Test
  void shouldSayThatItIsFull() {
    ReceiveBatch many = new ReceiveBatch(shared.query().maxRequests() + 100);
    assertThatThrownBy(() -> shared.post(many, many.capacity()))
        .isInstanceOf(VerbsException.class)
        .hasMessageStartingWith("ibv_post_srq_recv(a shared receive queue of ")
        .hasMessageContaining("ENOMEM: the queue is full");
    assertThat(many.posted()).isGreaterThanOrEqualTo(16).isLessThan(many.capacity());
  }

  @Test
  void shouldRefuseReceivesPostedToAQueuePairThatTakesFromIt() {
    QueuePair pair = connectedToItself();
    assertThat(pair.maxReceives()).isZero();
    assertThatThrownBy(() -> pair.post(receives, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageEndingWith("takes from a shared receive queue: post the receives there");
  }

  @Test
  void shouldNameTheLimitsOfTheDeviceWhenItIsTooLarge() {
    int most = loopback.context.attributes().maxSharedReceiveRequests();
    assertThatThrownBy(() -> loopback.domain.createSharedReceiveQueue(most + 1, 1))
        .isInstanceOf(VerbsException.class)
        .hasMessageContaining("max_wr=" + (most + 1) + ", max_sge=1")
        .hasMessageContaining("is over the device's max_srq_wr of " + most);
  }
}
