// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.ClientOptions;
import io.wisp.transport.ring.LocalBuffer;
import io.wisp.transport.ring.RemoteBuffer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("rdma")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaMemoryTest {

  private final RdmaPair pair = new RdmaPair();

  @AfterEach
  void close() {
    pair.close();
  }

  private static void fill(MemorySegment memory, long offset, int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, length);
  }

  private static boolean equal(MemorySegment a, MemorySegment b, long offset, long length) {
    return a.asSlice(offset, length).mismatch(b.asSlice(offset, length)) == -1;
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 208, 224, 4_096, RdmaPair.RING})
  void shouldHaveWrittenTheBytesBeforeItNotifies(int length) {
    fill(pair.client.outgoing(), 0, length, length);
    pair.client.writeAndNotify(0, length, length);
    pair.awaitThat(() -> pair.server.arrived() == length);
    assertThat(equal(pair.server.incoming(), pair.client.outgoing(), 0, length)).isTrue();
    assertThat(pair.serverPort.nextReady()).isEqualTo(5);
    assertThat(pair.serverPort.nextReady()).isEqualTo(-1);
  }

  @Test
  void shouldWriteWhatWasNotNotifiedWithTheNextNotification() {
    int ring = RdmaPair.RING;
    fill(pair.server.outgoing(), 0, ring, 3);
    pair.server.write(ring - 512, 16);
    pair.server.writeAndNotify(0, 400, ring + 400);
    pair.awaitThat(() -> pair.client.arrived() == ring + 400);
    assertThat(equal(pair.client.incoming(), pair.server.outgoing(), 0, 400)).isTrue();
    assertThat(equal(pair.client.incoming(), pair.server.outgoing(), ring - 512, 16)).isTrue();
    assertThat(pair.client.incoming().get(ValueLayout.JAVA_LONG, ring - 256)).isZero();
  }

  @Test
  void shouldDeliverAllOfFarMoreNotificationsThanTheQueuesHoldWhileNobodyLooks() {
    int frame = 16;
    int frames = RdmaPair.RING / frame;
    fill(pair.client.outgoing(), 0, RdmaPair.RING, 1);
    for (int i = 0; i < frames; i++) {
      pair.client.writeAndNotify((long) i * frame, frame, (long) (i + 1) * frame);
    }
    pair.awaitThat(() -> pair.server.arrived() == RdmaPair.RING);
    assertThat(equal(pair.server.incoming(), pair.client.outgoing(), 0, RdmaPair.RING)).isTrue();
    assertThat(pair.client.broken()).isNull();
    assertThat(pair.server.broken()).isNull();
  }

  @Test
  void shouldGoAroundTheRingManyTimes() {
    int length = 5_008;
    long position = 0;
    for (int i = 0; i < 60; i++) {
      long offset = position % RdmaPair.RING;
      long toEnd = RdmaPair.RING - offset;
      if (toEnd < length) {
        pair.client.write(offset, 16);
        position += toEnd;
        offset = 0;
      }
      fill(pair.client.outgoing(), offset, length, i);
      position += length;
      long expected = position;
      pair.client.writeAndNotify(offset, length, position);
      pair.awaitThat(() -> pair.server.arrived() == expected);
      assertThat(equal(pair.server.incoming(), pair.client.outgoing(), offset, length)).isTrue();
      pair.server.giveCredit(position, i);
      pair.awaitThat(() -> pair.client.creditedPosition() == expected);
    }
    pair.awaitThat(() -> pair.client.creditedBuffers() == 59);
  }

  @Test
  void shouldGiveTheLatestCreditWhateverTheQueueHolds() {
    for (int i = 1; i <= 500; i++) {
      pair.server.giveCredit(16L * i, i);
    }
    pair.awaitThat(
        () -> pair.client.creditedPosition() == 8_000 && pair.client.creditedBuffers() == 500);
    assertThat(pair.client.arrived()).isZero();
    assertThat(pair.clientPort().nextReady()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 4_097, (1 << 20) - 1, (1 << 20) + 1, 5_000_000})
  void shouldReadAnyLengthOfWhatTheOtherSideOffers(int length) {
    try (LocalBuffer offered = pair.client.buffers().allocate(length + 7);
        LocalBuffer target = pair.server.buffers().allocate(length + 100)) {
      fill(offered.memory(), 0, length + 7, length);
      pair.server.read(offered.remote(), 7, target, 64, length);
      pair.server.closeBatch(42);
      pair.server.postReads();
      pair.awaitThat(() -> pair.server.completedReads() == 42);
      assertThat(target.memory().asSlice(64, length).mismatch(offered.memory().asSlice(7, length)))
          .isEqualTo(-1);
      assertThat(pair.server.completedReads()).isEqualTo(-1);
    }
  }

  @Test
  void shouldCompleteBatchesInTheirOrderHoweverManyArePosted() {
    long batches = 200;
    long each = 3;
    long bytes = batches * each * 64;
    try (LocalBuffer offered = pair.server.buffers().allocate(bytes);
        LocalBuffer target = pair.client.buffers().allocate(bytes)) {
      fill(offered.memory(), 0, (int) bytes, 9);
      for (int i = 0; i < batches; i++) {
        for (int j = 0; j < each; j++) {
          long offset = (i * each + j) * 64;
          pair.client.read(offered.remote(), offset, target, offset, 64);
        }
        pair.client.closeBatch(i);
        pair.client.postReads();
      }
      List<Integer> tokens = new ArrayList<>();
      pair.awaitThat(
          () -> {
            for (int token = pair.client.completedReads();
                token >= 0;
                token = pair.client.completedReads()) {
              tokens.add(token);
              assertThat(equal(target.memory(), offered.memory(), token * each * 64, each * 64))
                  .isTrue();
            }
            return tokens.size() == batches;
          });
      assertThat(tokens).isSorted().doesNotHaveDuplicates();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 937, 1_000, Long.MAX_VALUE})
  void shouldBreakAtAReadBeyondWhatIsOffered(long offset) {
    try (LocalBuffer offered = pair.server.buffers().allocate(1_000);
        LocalBuffer target = pair.client.buffers().allocate(1_000)) {
      pair.client.read(offered.remote(), offset, target, 0, 64);
      pair.client.closeBatch(1);
      pair.client.postReads();
      assertThat(pair.client.broken()).contains("64 bytes at " + offset).contains("1000");
      assertThat(pair.client.completedReads()).isEqualTo(-1);
    }
  }

  @Test
  void shouldSayWhatTheOtherSideRefused() {
    try (LocalBuffer offered = pair.server.buffers().allocate(1_000);
        LocalBuffer target = pair.client.buffers().allocate(1_000)) {
      RemoteBuffer wrong =
          new RemoteBuffer(offered.remote().address(), offered.remote().key() ^ 0x5500, 1_000);
      pair.client.read(wrong, 0, target, 0, 64);
      pair.client.closeBatch(1);
      pair.client.postReads();
      pair.awaitThat(() -> pair.client.broken() != null);
      assertThat(pair.client.broken())
          .contains("reading the other side's memory")
          .contains("REM_ACCESS_ERR")
          .contains("the peer refused access");
      assertThat(pair.clientPort().nextReady()).isZero();
      pair.client.writeAndNotify(0, 16, 16);
      pair.client.giveCredit(1, 1);
      pair.client.read(offered.remote(), 0, target, 0, 64);
      pair.client.closeBatch(2);
      pair.client.postReads();
      assertThat(pair.client.completedReads()).isEqualTo(-1);
    }
  }

  @Test
  void shouldNoticeThatTheOtherSideIsGoneWhenItSends() {
    pair.server.close();
    pair.client.writeAndNotify(0, 16, 16);
    pair.awaitThat(() -> pair.client.broken() != null);
    assertThat(pair.client.broken()).contains("RETRY_EXC_ERR").contains("gone");
  }

  @Test
  void shouldCloseWhileReadsAreUnderWay() {
    LocalBuffer offered = pair.server.buffers().allocate(32 << 20);
    LocalBuffer target = pair.client.buffers().allocate(32 << 20);
    pair.client.read(offered.remote(), 0, target, 0, 32 << 20);
    pair.client.closeBatch(1);
    pair.client.postReads();
    pair.client.close();
    target.close();
    pair.server.close();
    offered.close();
    assertThat(pair.client.completedReads()).isEqualTo(-1);
    assertThat(pair.serverPort.poll()).isFalse();
  }

  @Test
  void shouldSleepUntilSomethingArrives() {
    pair.client.writeAndNotify(0, 16, 16);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (pair.server.arrived() == 0 && System.nanoTime() < deadline) {
      pair.serverPort.await(TimeUnit.SECONDS.toNanos(50));
      boolean ignored = pair.serverPort.poll();
    }
    assertThat(pair.server.arrived()).isEqualTo(16);
  }

  @Test
  void shouldBeWokenAndSurviveBeingWokenWhenClosed() {
    pair.serverPort.wake();
    pair.serverPort.await(TimeUnit.DAYS.toNanos(1));
    CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS).execute(pair.serverPort::wake);
    pair.serverPort.await(TimeUnit.DAYS.toNanos(1));
    pair.server.close();
    pair.serverPort.close();
    pair.serverPort.wake();
  }

  @Test
  void shouldTakeNothingOfAnEarlierConnectionWithItsNumberForItsOwn() throws InterruptedException {
    fill(pair.client.outgoing(), 0, 16, 1);
    pair.client.writeAndNotify(0, 16, 16);
    RdmaPair.await(() -> equal(pair.server.incoming(), pair.client.outgoing(), 0, 16));
    // The completion follows the bytes.
    Thread.sleep(200);
    pair.server.close();
    try (RdmaClientFabric fabric = new RdmaClientFabric(ClientOptions.defaults())) {
      RdmaPair.Ends ends = pair.connect(fabric, pair.server.number());
      assertThat(pair.serverPort.poll()).isFalse();
      assertThat(ends.server().arrived()).isZero();
      ends.client().writeAndNotify(0, 32, 32);
      pair.awaitThat(() -> ends.server().arrived() == 32);
      ends.client().close();
      ends.server().close();
    }
  }
}
