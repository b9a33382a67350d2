// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that look alike do not fall together. */
class KeyHasherTest {

  private static final int KEYS = 1 << 16;
  private static final ValueLayout.OfLong BIG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Of as many places as keys, by chance: 65,536 have one with more about once in 10^10 times. */
  private static final int MOST_IN_A_PLACE = 16;

  private final KeyHasher hasher = new KeyHasher();

  /** The last bytes of each key are a number that is counted up at a bit, in both byte orders. */
  @ParameterizedTest
  @CsvSource({
    "2, 0", "3, 8", "4, 0", "4, 14", "4, 16", "7, 40", "8, 0", "8, 48", "15, 0", "16, 20"
  })
  void shouldSpreadNumbersThatAreCountedUp(int length, int bit) {
    int unused = Long.SIZE - Byte.SIZE * Math.min(length, Long.BYTES);
    assertThat(mostInAPlace(length, i -> i << bit)).isLessThanOrEqualTo(MOST_IN_A_PLACE);
    assertThat(mostInAPlace(length, i -> Long.reverseBytes(i << bit) >>> unused))
        .isLessThanOrEqualTo(MOST_IN_A_PLACE);
  }

  private int mostInAPlace(int length, LongUnaryOperator number) {
    int[] places = new int[KEYS];
    byte[] bytes = new byte[Math.max(length, Long.BYTES)];
    MemorySegment memory = MemorySegment.ofArray(bytes);
    Slice key = new Slice().set(memory, bytes.length - length, length);
    LongStream.range(0, KEYS)
        .forEach(
            i -> {
              memory.set(BIG, bytes.length - Long.BYTES, number.applyAsLong(i));
              places[(int) hasher.hash(key) & (KEYS - 1)]++;
            });
    int most = 0;
    for (int count : places) {
      most = Math.max(most, count);
    }
    return most;
  }
}
