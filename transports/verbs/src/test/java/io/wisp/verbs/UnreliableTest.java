// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rdma")
class UnreliableTest {

  private static final int KEY = 0x1234;

  private final SendBatch sends = new SendBatch(2, 1, 64);
  private final ReceiveBatch receives = new ReceiveBatch(2);

  private static QueuePair datagramPair(Loopback loopback, CompletionQueue queue) {
    QueuePair pair =
        loopback.domain.createQueuePair(
            new QueuePairOptions(QueuePairType.UD, queue).maxInline(64));
    pair.initDatagram(loopback.port, KEY);
    pair.activateDatagram();
    return pair;
  }

  private void receive(QueuePair pair, MemoryRegion region) {
    receives.local(0, region.address(), 4096, region.lkey());
    pair.post(receives, 1);
  }

  @Test
  void shouldWriteAndSendOverAnUnreliableConnection() {
    try (Loopback loopback = new Loopback(QueuePairType.UC)) {
      loopback.fill();
      receive(loopback.farPair, loopback.far);
      loopback.nearPiece(sends, 1000).write(0, loopback.far.address() + 8192, loopback.far.rkey());
      sends
          .local(1, loopback.near.address() + 1000, 500, loopback.near.lkey())
          .sendWithImmediate(1, 7)
          .flags(1, SendFlags.SIGNALED);
      loopback.complete(sends, 2);
      loopback.succeed(loopback.farQueue);
      assertThat(loopback.completions.immediate(0)).isEqualTo(7);
      assertThat(loopback.far(8192, 1000)).isEqualTo(loopback.near(0, 1000));
      assertThat(loopback.far(0, 500)).isEqualTo(loopback.near(1000, 500));
    }
  }

  @Test
  void shouldSendADatagramAndAnswerItsSender() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      loopback.fill();
      QueuePair client = datagramPair(loopback, loopback.nearQueue);
      QueuePair server = datagramPair(loopback, loopback.farQueue);
      receive(server, loopback.far);
      AddressHandle destination =
          loopback.domain.createAddressHandle(loopback.port, server.address(loopback.port));
      loopback
          .nearPiece(sends, 700)
          .sendWithImmediate(0, 11)
          .to(0, destination, server.number(), KEY)
          .flags(0, SendFlags.SIGNALED);
      client.post(sends, 1);
      loopback.succeed(loopback.nearQueue);
      loopback.succeed(loopback.farQueue);
      WorkCompletions came = loopback.completions;
      assertThat(came.byteLength(0)).isEqualTo(GlobalRoutingHeader.BYTES + 700);
      assertThat(came.hasGlobalRoutingHeader(0)).isTrue();
      assertThat(came.sourceQueuePair(0)).isEqualTo(client.number());
      assertThat(came.immediate(0)).isEqualTo(11);
      assertThat(loopback.far(GlobalRoutingHeader.BYTES, 700)).isEqualTo(loopback.near(0, 700));
      MemorySegment header = loopback.far.segment();
      assertThat(GlobalRoutingHeader.source(header, 0)).isEqualTo(loopback.port.gidOrNone());
      assertThat(GlobalRoutingHeader.destination(header, 0)).isEqualTo(loopback.port.gidOrNone());

      AddressHandle back =
          loopback.domain.createAddressHandle(loopback.port.number(), came, 0, header);
      receive(client, loopback.near);
      sends
          .inline(0, MemorySegment.ofArray(new byte[] {1, 2, 3}), 0, 3)
          .send(0)
          .to(0, back, came.sourceQueuePair(0), KEY);
      server.post(sends, 1);
      loopback.succeed(loopback.farQueue);
      loopback.succeed(loopback.nearQueue);
      assertThat(loopback.near(GlobalRoutingHeader.BYTES, 3)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void shouldRefuseADatagramThatGoesNowhere() {
    try (Loopback loopback = new Loopback(QueuePairType.RC)) {
      QueuePair pair = datagramPair(loopback, loopback.nearQueue);
      AddressHandle handle =
          loopback.domain.createAddressHandle(loopback.port, pair.address(loopback.port));
      assertThatThrownBy(() -> pair.post(sends, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("request 0 of the batch has no address handle");
      sends.to(0, handle, pair.number(), KEY).to(1, handle, pair.number(), KEY);
      sends.read(1, loopback.far.address(), loopback.far.rkey());
      assertThatThrownBy(() -> pair.post(sends, 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("request 1 of the batch has no address handle");
      handle.close();
      assertThatThrownBy(() -> pair.post(sends, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("an address handle of rxe0 is closed".replace("rxe0", deviceOf(loopback)));
    }
  }

  private static String deviceOf(Loopback loopback) {
    return loopback.context.device().name();
  }
}
