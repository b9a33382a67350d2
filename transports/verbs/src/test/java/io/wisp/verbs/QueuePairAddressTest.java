// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class QueuePairAddressTest {

  private static final QueuePairAddress ADDRESS =
      new QueuePairAddress(
          0xABCDEF, 0x123456, 0xFFFE, new Gid(0xFE80_0000_0000_0000L, -2), Mtu.MTU_4096);

  @Test
  void shouldDecodeWhatItEncodedWhateverTheOrderOfTheBuffers() {
    ByteBuffer buffer = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN).put((byte) 1);
    ADDRESS.encode(buffer);
    assertThat(buffer.position()).isEqualTo(1 + QueuePairAddress.BYTES);
    buffer.flip().get();
    assertThat(QueuePairAddress.decode(buffer.order(ByteOrder.BIG_ENDIAN))).isEqualTo(ADDRESS);
    assertThat(buffer.hasRemaining()).isFalse();
  }

  @Test
  void shouldEncodeAsDocumented() {
    ByteBuffer buffer = ByteBuffer.allocate(QueuePairAddress.BYTES);
    ADDRESS.encode(buffer);
    assertThat(buffer.getLong(0)).isEqualTo(0xFE80_0000_0000_0000L);
    assertThat(buffer.getLong(8)).isEqualTo(-2);
    assertThat(buffer.getInt(16)).isEqualTo(0xABCDEF);
    assertThat(buffer.getInt(20)).isEqualTo(0x123456);
    assertThat(Short.toUnsignedInt(buffer.getShort(24))).isEqualTo(0xFFFE);
    assertThat(buffer.get(26)).isEqualTo((byte) 5);
    assertThat(buffer.get(27)).isZero();
  }

  @Test
  void shouldRefuseNumbersThatCannotBe() {
    ByteBuffer buffer = ByteBuffer.allocate(QueuePairAddress.BYTES);
    assertThatThrownBy(() -> QueuePairAddress.decode(buffer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown MTU: 0");
    buffer.clear().put(26, (byte) 1).putInt(16, 1 << 24);
    assertThatThrownBy(() -> QueuePairAddress.decode(buffer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("queuePairNumber must be from 0 to 16777215: 16777216");
  }

  @Test
  void shouldRefuseTooFewBytes() {
    assertThatThrownBy(
            () -> QueuePairAddress.decode(ByteBuffer.allocate(QueuePairAddress.BYTES - 1)))
        .isInstanceOf(BufferUnderflowException.class);
  }
}
