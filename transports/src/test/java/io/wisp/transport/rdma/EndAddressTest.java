// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.transport.TransportException;
import io.wisp.verbs.Gid;
import io.wisp.verbs.Mtu;
import io.wisp.verbs.QueuePairAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndAddressTest {

  private static final EndAddress ADDRESS =
      new EndAddress(
          new QueuePairAddress(
              0xABCDEF, 0x123456, 0xFEDC, Gid.parse("::ffff:10.9.0.1"), Mtu.MTU_1024),
          new QueuePairAddress(1, 0, 0, Gid.NONE, Mtu.MTU_4096),
          0xFEDC_BA98_7654_3210L,
          0x89AB_CDEF,
          16,
          65_535);

  private static byte[] encoded() {
    ByteBuffer bytes = ByteBuffer.allocate(EndAddress.ENCODED_LENGTH);
    ADDRESS.encode(bytes.order(ByteOrder.LITTLE_ENDIAN));
    assertThat(bytes.hasRemaining()).isFalse();
    return bytes.array();
  }

  @Test
  void shouldReadWhatWasWritten() {
    assertThat(EndAddress.decode(ByteBuffer.wrap(encoded()))).isEqualTo(ADDRESS);
  }

  @Test
  void shouldPutNumbersOfItsOwnInLittleEndianOrder() {
    ByteBuffer bytes = ByteBuffer.wrap(encoded()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.getLong(2 * QueuePairAddress.BYTES)).isEqualTo(ADDRESS.mailboxAddress());
    assertThat(bytes.getInt(2 * QueuePairAddress.BYTES + 8)).isEqualTo(ADDRESS.mailboxKey());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 27, 56, EndAddress.ENCODED_LENGTH - 1, EndAddress.ENCODED_LENGTH + 1})
  void shouldRefuseAnyOtherLength(int length) {
    assertThatThrownBy(() -> EndAddress.decode(ByteBuffer.allocate(length)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(length + " bytes, not " + EndAddress.ENCODED_LENGTH);
  }

  @Test
  void shouldRefuseQueuePairsThatCannotBe() {
    byte[] bytes = encoded();
    bytes[Gid.BYTES] = 1;
    assertThatThrownBy(() -> EndAddress.decode(ByteBuffer.wrap(bytes)))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining("queuePairNumber");
  }

  @Test
  void shouldAnswerGarbageWithAnAddressOrARefusal() {
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = encoded();
      for (int j = random.nextInt(4); j >= 0; j--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        EndAddress.decode(ByteBuffer.wrap(bytes));
      } catch (TransportException e) {
        assertThat(e).hasMessageContaining("an RDMA address that is none");
      }
    }
  }
}
