// SPDX-License-Identifier: Apache-2.0
package io.wisp.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class UndisturbedTest {

  private static final Duration BEARABLE = Duration.ofMillis(20);
  private static final Duration ANY = Duration.ofDays(1);

  private final AtomicInteger attempts = new AtomicInteger();

  private void pauseAndFailOnce(Undisturbed.Pulse pulse) throws InterruptedException {
    pulse.beat();
    if (attempts.incrementAndGet() == 1) {
      TimeUnit.MILLISECONDS.sleep(2 * BEARABLE.toMillis());
      throw new AssertionError("planted");
    }
  }

  @Test
  void shouldRepeatWhatFailedWhileItPaused() throws Exception {
    Undisturbed.run(BEARABLE, this::pauseAndFailOnce);
    assertThat(attempts).hasValueGreaterThan(1);
  }

  @Test
  void shouldNotRepeatWhatFailedThoughNobodyPaused() {
    assertThatThrownBy(() -> Undisturbed.run(ANY, this::pauseAndFailOnce)).hasMessage("planted");
    assertThat(attempts).hasValue(1);
  }

  @Test
  void shouldGiveUpWhatAlwaysFails() {
    assertThatThrownBy(
            () ->
                Undisturbed.run(
                    Duration.ZERO,
                    _ -> {
                      attempts.incrementAndGet();
                      throw new IllegalStateException("planted");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(attempts).hasValueGreaterThan(1);
  }
}
