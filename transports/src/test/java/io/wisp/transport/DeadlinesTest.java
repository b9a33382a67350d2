// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

  @Test
  void shouldKeepTheDeadlineThatARequestHadWhenItWasSent() {
    Deadlines deadlines = new Deadlines();
    Deque<Long> model = new ArrayDeque<>();
    SplittableRandom random = new SplittableRandom(1);
    int unsent = 0;
    for (long now = 1; now < 10_000; now++) {
      switch (random.nextInt(3)) {
        case 0 -> {
          deadlines.add();
          unsent++;
        }
        case 1 -> {
          deadlines.sent(now);
          for (; unsent > 0; unsent--) {
            model.add(now);
          }
        }
        default -> {
          if (!model.isEmpty()) {
            assertThat(deadlines.oldest()).isEqualTo(model.remove());
            deadlines.removeOldest();
          }
        }
      }
      assertThat(deadlines.anyUnsent()).isEqualTo(unsent > 0);
    }
  }

  @Test
  void shouldHaveNoDeadlineForWhatWasNotSent() {
    Deadlines deadlines = new Deadlines();
    deadlines.add();
    assertThatThrownBy(deadlines::oldest)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no request was sent");
  }
}
