// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteTextTest {

  @Test
  void shouldBeTheTextWhereTheBytesAreUtf8() {
    String text = "k\u00e9\u20ac\ud83d\ude00\uFFFD";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(ByteText.decode(bytes)).isEqualTo(text);
    assertThat(ByteText.encode(text)).isEqualTo(bytes);
    assertThat(ByteText.isUtf8(text)).isTrue();
  }

  @Test
  void shouldKeepBytesThatAreNotUtf8AndSayThatTheyAreNot() {
    byte[] bytes = {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xe2, (byte) 0x82};
    String text = ByteText.decode(bytes);
    assertThat(ByteText.isUtf8(text)).isFalse();
    assertThat(ByteText.encode(text)).isEqualTo(bytes);
  }

  @Test
  void shouldGiveBackWhateverBytesItWasGiven() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] parts = {
      'a', (byte) 0xc3, (byte) 0xa9, (byte) 0xed, (byte) 0xb2, (byte) 0x80, (byte) 0xf0
    };
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] =
            random.nextBoolean() ? (byte) random.nextInt() : parts[random.nextInt(parts.length)];
      }
      assertThat(ByteText.encode(ByteText.decode(bytes))).as("seed %d", seed).isEqualTo(bytes);
    }
  }
}
