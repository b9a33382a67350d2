// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.verbs.raw.Library;
import io.wisp.verbs.raw.Structs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class ReceiveBatchTest {

  private final ReceiveBatch batch = new ReceiveBatch(3, 2);

  private long at(int index, String member) {
    return index * Structs.IBV_RECV_WR.byteSize() + Structs.offset(Structs.IBV_RECV_WR, member);
  }

  private int pieces(int index) {
    return batch.memory().get(ValueLayout.JAVA_INT, at(index, "num_sge"));
  }

  @Test
  void shouldBeginAsReceivesOfNothing() {
    assertThat(pieces(0)).isZero();
    assertThat(pieces(2)).isZero();
  }

  @Test
  void shouldEncodeNumberAndPieces() {
    batch.id(1, 5).local(1, 0, 0x1000, 10, 3).local(1, 1, 0x2000, 20, 4);
    assertThat(batch.memory().get(ValueLayout.JAVA_LONG, at(1, "wr_id"))).isEqualTo(5);
    assertThat(pieces(1)).isEqualTo(2);
    MemorySegment pieces =
        Library.memory(batch.memory().get(ValueLayout.JAVA_LONG, at(1, "sg_list")), 32);
    assertThat(pieces.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0x1000);
    assertThat(pieces.get(ValueLayout.JAVA_INT, 8)).isEqualTo(10);
    assertThat(pieces.get(ValueLayout.JAVA_INT, 12)).isEqualTo(3);
    assertThat(pieces.get(ValueLayout.JAVA_LONG, 16)).isEqualTo(0x2000);
    assertThat(pieces(0)).isZero();
    batch.nothing(1);
    assertThat(pieces(1)).isZero();
  }

  @Test
  void shouldDoWithoutAnyRoomForPieces() {
    ReceiveBatch notifications = new ReceiveBatch(2, 0);
    assertThat(notifications.id(1, 7).capacity()).isEqualTo(2);
    assertThatThrownBy(() -> notifications.local(0, 0x1000, 1, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
