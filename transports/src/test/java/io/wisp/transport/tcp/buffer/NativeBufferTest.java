// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
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

  /** Or a long value and many short requests behind it would be copied for each of those. */
  @Test
  void shouldGrowByMoreThanIsAppendedToALargeBuffer() {
    BufferBudget budget = BufferBudget.ofOne(256 << 20);
    AtomicInteger growths = new AtomicInteger();
    Supplier<Arena> arenas =
        () -> {
          growths.incrementAndGet();
          return Arena.ofConfined();
        };
    try (NativeBuffer buffer = new NativeBuffer(BASE, arenas, budget)) {
      buffer.ensureWritable(64 << 20);
      buffer.advance(64 << 20);
      growths.set(0);
      byte[] part = new byte[1_000];
      for (int i = 0; i < 4_000; i++) {
        buffer.append(part);
      }
      assertThat(growths).hasValue(1);
      assertThat(buffer.capacity()).isLessThanOrEqualTo(68 << 20);
    }
  }
}
