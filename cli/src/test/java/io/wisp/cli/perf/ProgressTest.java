// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private static String line(long completed, long requests, int elapsed, int planned) {
    return Progress.line(
        "measuring",
        completed,
        requests,
        Duration.ofSeconds(elapsed).toNanos(),
        Duration.ofSeconds(planned).toNanos());
  }

  @Test
  void shouldTellWhatIsLeftFromHowFastRequestsWereSoFar() {
    assertThat(line(250, 1000, 5, 0))
        .isEqualTo("measuring: 250 of 1000 (25 %), 50 requests/s, 15 s left");
    assertThat(line(10, 1000, 5, 0)).endsWith(", 8 min 15 s left");
  }

  @Test
  void shouldTellWhatIsLeftFromTheScheduleIfThereIsOne() {
    assertThat(line(250, 1000, 4, 10)).endsWith(", 63 requests/s, 6 s left");
    assertThat(line(250, 1000, 11, 10)).endsWith(", 0 s left");
  }

  @Test
  void shouldNotGuessBeforeAnythingIsDone() {
    assertThat(line(0, 1000, 3, 0)).endsWith("(0 %), 0 requests/s, time left unknown");
    assertThat(line(0, 1000, 0, 10)).endsWith("(0 %), 0 requests/s, 10 s left");
  }
}
