// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OnceTest {

  @Test
  void shouldAskItsSourceOnceAndNotBeforeItIsAsked() {
    AtomicInteger asked = new AtomicInteger();
    Once<Integer> once = new Once<>(asked::incrementAndGet);
    assertThat(asked).hasValue(0);
    assertThat(once.get()).isEqualTo(1);
    assertThat(once.get()).isEqualTo(1);
    assertThat(asked).hasValue(1);
  }
}
