// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("rdma")
class ReliableConnectionTest {

  private static final int LENGTH = 10_000;

  @AutoClose private final Loopback loopback = new Loopback(QueuePairType.RC);
  private final SendBatch sends = new SendBatch(8, 4, 64);
  private final ReceiveBatch receives = new ReceiveBatch(8, 4);

  ReliableConnectionTest() {
    loopback.fill();
  }

  private SendBatch nearPiece(long offset, int length) {
    return sends.local(0, loopback.near.address() + offset, length, loopback.near.lkey());
  }

  private void farReceive(long offset, int length) {
    receives.id(0, 4711).local(0, loopback.far.address() + offset, length, loopback.far.lkey());
    loopback.farPair.post(receives, 1);
  }

  private void postSignaled() {
    sends.id(0, 42).flags(0, SendFlags.SIGNALED);
    loopback.complete(sends, 1);
    assertThat(loopback.completions.id(0)).isEqualTo(42);
    assertThat(loopback.completions.queuePairNumber(0)).isEqualTo(loopback.nearPair.number());
  }

  @Test
  void shouldReadThePeersMemory() {
    nearPiece(0, LENGTH).read(0, loopback.far.address() + 100, loopback.far.rkey());
    postSignaled();
    assertThat(loopback.completions.opcode(0)).isEqualTo(Opcode.READ);
    assertThat(loopback.near(0, LENGTH)).isEqualTo(loopback.far(100, LENGTH));
  }

  @Test
  void shouldWriteThePeersMemory() {
    nearPiece(0, LENGTH).write(0, loopback.far.address() + 100, loopback.far.rkey());
    postSignaled();
    assertThat(loopback.completions.opcode(0)).isEqualTo(Opcode.WRITE);
    assertThat(loopback.far(100, LENGTH)).isEqualTo(loopback.near(0, LENGTH));
  }

  @Test
  void shouldWriteThePeersMemoryAndTellItWithImmediateData() {
    receives.id(0, 4711).nothing(0);
    loopback.farPair.post(receives, 1);
    nearPiece(0, LENGTH)
        .writeWithImmediate(0, loopback.far.address(), loopback.far.rkey(), 0x01020304);
    postSignaled();
    loopback.succeed(loopback.farQueue);
    assertThat(loopback.completions.opcode(0)).isEqualTo(Opcode.RECEIVE_WRITE_WITH_IMMEDIATE);
    assertThat(loopback.completions.isReceive(0)).isTrue();
    assertThat(loopback.completions.id(0)).isEqualTo(4711);
    assertThat(loopback.completions.hasImmediate(0)).isTrue();
    assertThat(loopback.completions.immediate(0)).isEqualTo(0x01020304);
    assertThat(loopback.completions.byteLength(0)).isEqualTo(LENGTH);
    assertThat(loopback.far(0, LENGTH)).isEqualTo(loopback.near(0, LENGTH));
  }

  @Test
  void shouldSendAMessage() {
    farReceive(500, LENGTH + 1);
    nearPiece(0, LENGTH).send(0);
    postSignaled();
    assertThat(loopback.completions.opcode(0)).isEqualTo(Opcode.SEND);
    loopback.succeed(loopback.farQueue);
    assertThat(loopback.completions.opcode(0)).isEqualTo(Opcode.RECEIVE);
    assertThat(loopback.completions.hasImmediate(0)).isFalse();
    assertThat(loopback.completions.byteLength(0)).isEqualTo(LENGTH);
    assertThat(loopback.far(500, LENGTH)).isEqualTo(loopback.near(0, LENGTH));
  }

  @Test
  void shouldSendAMessageWithImmediateData() {
    farReceive(500, LENGTH);
    nearPiece(0, LENGTH).sendWithImmediate(0, -2);
    postSignaled();
    loopback.succeed(loopback.farQueue);
    assertThat(loopback.completions.hasImmediate(0)).isTrue();
    assertThat(loopback.completions.immediate(0)).isEqualTo(-2);
    assertThat(loopback.far(500, LENGTH)).isEqualTo(loopback.near(0, LENGTH));
  }

  @Test
  void shouldExchangeAWordThatHasTheExpectedValue() {
    loopback.far.segment().set(ValueLayout.JAVA_LONG, 8, 77);
    nearPiece(0, 8)
        .compareAndSwap(0, loopback.far.address() + 8, loopback.far.rkey(), 77, Long.MIN_VALUE);
    postSignaled();
    assertThat(loopback.completions.opcode(0)).isEqualTo(Opcode.COMPARE_AND_SWAP);
    assertThat(loopback.near.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(77);
    assertThat(loopback.far.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void shouldNotExchangeAWordThatHasAnotherValue() {
    loopback.far.segment().set(ValueLayout.JAVA_LONG, 8, 77);
    nearPiece(0, 8).compareAndSwap(0, loopback.far.address() + 8, loopback.far.rkey(), 78, 1);
    postSignaled();
    assertThat(loopback.near.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(77);
    assertThat(loopback.far.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(77);
  }

  @Test
  void shouldAddToAWord() {
    loopback.far.segment().set(ValueLayout.JAVA_LONG, 8, 77);
    nearPiece(0, 8).fetchAndAdd(0, loopback.far.address() + 8, loopback.far.rkey(), -100);
    postSignaled();
    assertThat(loopback.completions.opcode(0)).isEqualTo(Opcode.FETCH_AND_ADD);
    assertThat(loopback.near.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(77);
    assertThat(loopback.far.segment().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(-23);
  }
}
