// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeySpaceTest {

  @Test
  void shouldHaveAKeyForEveryNumberOfSoManyDigits() {
    assertThat(KeySpace.of(1, 100).count()).isEqualTo(10);
    assertThat(KeySpace.of(3, 100).count()).isEqualTo(1_000);
  }

  @Test
  void shouldNotHaveMoreKeysThanCanBeStoredInSeconds() {
    assertThat(KeySpace.of(10, 10).count()).isEqualTo(KeySpace.MAX_KEYS);
    assertThat(KeySpace.of(65_535, 0).count()).isEqualTo(KeySpace.MAX_BYTES / 65_535);
    assertThat(KeySpace.of(3, 64 << 20).count()).isEqualTo(15);
    assertThat(KeySpace.of(65_535, 64 << 20).count()).isEqualTo(15);
  }

  @Test
  void shouldPadKeysWithZerosToExactlySoManyDigits() {
    assertThat(key(3, 7)).isEqualTo("007");
    assertThat(key(3, 999)).isEqualTo("999");
    assertThat(key(1, 0)).isEqualTo("0");
    assertThat(key(25, 123_456)).isEqualTo("0".repeat(19) + "123456");
  }

  private static String key(int digits, long number) {
    byte[] key = "0".repeat(digits).getBytes(StandardCharsets.US_ASCII);
    new KeySpace(digits, 1).write(number, key);
    return new String(key, StandardCharsets.US_ASCII);
  }
}
