// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BufferBudgetTest {

  private static final int LONG = 2 * BufferBudget.MODEST;

  private final BufferBudget budget = BufferBudget.shared(4L * LONG);

  @Test
  void shouldKeepAQuarterForBuffersOfModestSize() {
    for (int i = 0; i < 3; i++) {
      assertThat(budget.reserve(LONG)).isTrue();
    }
    assertThat(budget.reserve(LONG)).isFalse();
    assertThat(budget.reserve(BufferBudget.MODEST)).isTrue();
    assertThat(budget.reserve(BufferBudget.MODEST)).isTrue();
    assertThat(budget.reserve(1)).isFalse();
    assertThat(budget.used()).isEqualTo(budget.limit());
  }

  @Test
  void shouldBeShortFromARefusalUntilHalfIsFree() {
    budget.reserve(3 * LONG);
    assertThat(budget.isShort()).isFalse();
    budget.reserve(LONG);
    assertThat(budget.isShort()).isTrue();
    budget.release(LONG);
    assertThat(budget.isShort()).isTrue();
    budget.release(1);
    assertThat(budget.isShort()).isFalse();
  }
}
