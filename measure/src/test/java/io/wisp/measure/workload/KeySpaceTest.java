// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeySpaceTest {

  @Test
  void shouldHaveAKeyForEveryNumberOfSoManyDigits() {
    assertThat(KeySpace.fitting(1, 100).records()).isEqualTo(10);
    assertThat(KeySpace.fitting(3, 100).records()).isEqualTo(1_000);
  }

  @Test
  void shouldNotHaveMoreKeysThanCanBeStoredInSeconds() {
    assertThat(KeySpace.fitting(10, 10).records()).isEqualTo(KeySpace.MOST_KEYS);
    assertThat(KeySpace.fitting(65_535, 0).records()).isEqualTo(KeySpace.MOST_BYTES / 65_535);
    assertThat(KeySpace.fitting(3, 64 << 20).records()).isEqualTo(15);
    assertThat(KeySpace.fitting(65_535, 64 << 20).records()).isEqualTo(15);
  }
}
