// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class NativeBufferTest {

  private static final int BASE = 4 << 10;

  @Test
  void shouldStayGrownWhileThereIsNoRoomToShrinkAndShrinkLater() {
    BufferBudget budget = BufferBudget.ofOne(64 << 10);
    try (NativeBuffer buffer = new NativeBuffer(BASE, Arena::ofConfined, budget)) {
      buffer.ensureWritable(4 * BASE);
      int grown = buffer.capacity();
      long rest = budget.limit() - budget.used();
      assertThat(budget.reserve(rest)).isTrue();
      buffer.append(new byte[3]);

      buffer.shrink();
      assertThat(buffer.capacity()).isEqualTo(grown).isGreaterThan(BASE);
      assertThat(buffer.isEmpty()).isTrue();

      budget.release(rest);
      buffer.shrink();
      assertThat(buffer.capacity()).isEqualTo(BASE);
      assertThat(budget.used()).isEqualTo(BASE);
    }
    assertThat(budget.used()).isZero();
  }
}
