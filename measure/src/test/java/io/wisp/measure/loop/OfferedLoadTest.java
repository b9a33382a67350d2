// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OfferedLoadTest {

  private static OfferedLoad load(double rate, long milliseconds) {
    return OfferedLoad.of(rate, 1_000_000, Duration.ofMillis(milliseconds), Arrivals.UNIFORM);
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 10000, 1, 0",
    "0.1, 9999, 0, 0",
    "0.16, 10000, 1, 0",
    "1.9, 1000, 1, 0",
    "0.7, 10000, 7, 0",
    "1.7, 10000, 17, 1",
    "5000, 10000, 50000, 5000",
    "5000, 1000, 5000, 500"
  })
  void shouldTakeNoLongerThanItMay(double rate, long milliseconds, long requests, long settling) {
    OfferedLoad load = load(rate, milliseconds);
    assertThat(load.requests()).isEqualTo(requests);
    assertThat(load.nanoseconds()).isLessThanOrEqualTo(milliseconds * 1_000_000);
    assertThat(load.settling().requests()).isEqualTo(settling);
    assertThat(load.settling().nanoseconds())
        .isLessThanOrEqualTo(Math.min(1_000, milliseconds / 10) * 1_000_000);
  }
}
