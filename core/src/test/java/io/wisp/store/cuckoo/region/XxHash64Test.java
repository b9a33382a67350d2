// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Property;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XxHash64Test {

  private static final long SEED = 2654435761L;

  @ParameterizedTest(name = "{0} bytes, seed {1}")
  @CsvSource({
    "0, 0, EF46DB3751D8E999",
    "0, 2654435761, AC75FDA2929B17EF",
    "1, 0, E934A84ADB052768",
    "1, 2654435761, 5014607643A9B4C3",
    "4, 0, 9136A0DCA57457EE",
    "14, 0, 8282DCC4994E35C8",
    "14, 2654435761, C3BD6BF63DEB6DF0",
    "222, 0, B641AE8CB691C174",
    "222, 2654435761, 20CB8AB7AE10C14A",
  })
  void shouldGiveTheValuesOfTheReferenceImplementationsSanityCheck(
      int length, long seed, String expected) {
    MemorySegment data = MemorySegment.ofArray(sanityBuffer(length));
    assertThat(Long.toHexString(XxHash64.hash(data, 0, length, seed)))
        .isEqualToIgnoringCase(expected);
  }

  private static byte[] sanityBuffer(int length) {
    byte[] buffer = new byte[length];
    long generator = SEED;
    for (int i = 0; i < length; i++) {
      buffer[i] = (byte) (generator >>> 56);
      generator *= 0x9E3779B185EBCA8DL;
    }
    return buffer;
  }

  @Test
  void shouldGiveThePublishedValueOfShortText() {
    byte[] abc = "abc".getBytes(StandardCharsets.UTF_8);
    assertThat(XxHash64.hash(MemorySegment.ofArray(abc), 0, 3, 0)).isEqualTo(0x44BC2CF5AD770999L);
  }

  @Test
  void shouldNotDependOnWhereTheBytesLie() {
    Property.check(
        draw -> {
          byte[] bytes = draw.bytes(200);
          int offset = draw.ints(0, 9);
          long expected = XxHash64.hash(MemorySegment.ofArray(bytes), 0, bytes.length, 1);
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(bytes.length + 16L);
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, bytes.length);
            assertThat(XxHash64.hash(memory, offset, bytes.length, 1)).isEqualTo(expected);
          }
        });
  }
}
