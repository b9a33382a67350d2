// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.region;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytesTest {

  private static final int LEFT_OFFSET = 3;
  private static final int RIGHT_OFFSET = 5;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 23, 24, 25, 255, 256, 257, 300})
  void shouldSeeEachByteThatDiffersAndNoneOutside(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    byte[] left = surrounded(bytes, LEFT_OFFSET, (byte) 1);
    byte[] right = surrounded(bytes, RIGHT_OFFSET, (byte) 2);
    assertThat(areEqual(left, right, length)).isTrue();
    for (int i = 0; i < length; i++) {
      right[RIGHT_OFFSET + i] ^= 0x40;
      assertThat(areEqual(left, right, length)).as("byte %s", i).isFalse();
      right[RIGHT_OFFSET + i] ^= 0x40;
    }
  }

  private static byte[] surrounded(byte[] bytes, int offset, byte filler) {
    byte[] all = new byte[offset + bytes.length + 8];
    Arrays.fill(all, filler);
    System.arraycopy(bytes, 0, all, offset, bytes.length);
    return all;
  }

  private static boolean areEqual(byte[] left, byte[] right, int length) {
    return Bytes.equal(
        MemorySegment.ofArray(left),
        LEFT_OFFSET,
        MemorySegment.ofArray(right),
        RIGHT_OFFSET,
        length);
  }
}
