// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.testing.Property;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SelfDescribingValuesTest {

  private static final ValueSizes SIZES = new ValueSizes.Between(0, 500);

  private final SelfDescribingValues writer = new SelfDescribingValues(SIZES, 1);
  private final SelfDescribingValues reader = new SelfDescribingValues(SIZES, 2);

  private byte[] value(long key, int size) {
    return writer.next(key, size).toByteArray();
  }

  @Test
  void shouldAcceptWhatAnotherClientWroteForTheKey() {
    Property.check(
        draw -> {
          long key = draw.longs(0, Long.MAX_VALUE);
          int size = draw.ints(0, 500);
          assertThat(value(key, size)).hasSize(size);
          assertThat(reader.faultOf(key, Slice.of(value(key, size)))).isNull();
        });
  }

  @Test
  void shouldAcceptAValueThatLiesAnywhereInMemory() {
    Property.check(
        draw -> {
          int size = draw.ints(0, 100);
          int offset = draw.ints(0, 9);
          byte[] memory = new byte[offset + size + 7];
          System.arraycopy(value(3, size), 0, memory, offset, size);
          Slice read = new Slice().set(Slice.of(memory).segment(), offset, size);
          assertThat(reader.faultOf(3, read)).isNull();
        });
  }

  @Test
  void shouldFindAnyByteThatChanged() {
    Property.check(
        draw -> {
          int size = draw.ints(1, 200);
          int any = draw.ints(0, 199);
          int difference = draw.ints(1, 255);
          int at = any % size;
          byte[] changed = value(42, size);
          changed[at] ^= (byte) difference;
          boolean inStamp = size >= SelfDescribingValues.STAMPED_SIZE && at >= 8 && at < 16;
          String fault = reader.faultOf(42, Slice.of(changed));
          if (inStamp) {
            assertThat(fault).matches("differs at byte (1[6-9]|2[0-3]) of its " + size + ": .*");
          } else {
            assertThat(fault).startsWith("differs at byte " + at + " of its " + size + ": 0x");
          }
        });
  }

  @Test
  void shouldRefuseTheValueOfAnotherKey() {
    Property.check(
        draw -> {
          int size = draw.ints(8, 200);
          long key = draw.longs(0, 1_000_000);
          assertThat(reader.faultOf(key + 1, Slice.of(value(key, size))))
              .startsWith("differs at byte ");
        });
  }

  @Test
  void shouldRefuseAMixtureOfTwoValuesOfTheKey() {
    byte[] mixture = value(7, 100);
    System.arraycopy(value(7, 100), 48, mixture, 48, 52);
    assertThat(reader.faultOf(7, Slice.of(mixture))).startsWith("differs at byte 48 of its 100");
  }

  @Test
  void shouldRefuseAValueThatWasCutOff() {
    byte[] whole = value(7, 100);
    assertThat(reader.faultOf(7, Slice.of(Arrays.copyOf(whole, 99)))).isNotNull();
    assertThat(reader.faultOf(7, Slice.of(Arrays.copyOf(value(7, 20), 12)))).isNotNull();
  }

  @Test
  void shouldRefuseASizeThatNobodyWrites() {
    assertThat(reader.faultOf(7, Slice.of(new byte[501])))
        .isEqualTo("has 501 bytes, and none of that size is written");
  }

  @Test
  void shouldWriteAnotherValueEveryTimeFromTheSizeThatHasRoomForAStamp() {
    assertThat(value(7, 24)).isNotEqualTo(value(7, 24));
    assertThat(value(7, 23)).isEqualTo(value(7, 23));
  }

  @Test
  void shouldPassTheSmallestValuesOfOtherKeysAsRarelyAsChanceHasIt() {
    int passed = 0;
    for (int key = 1; key <= 100_000; key++) {
      passed += reader.faultOf(0, Slice.of(value(key, 1))) == null ? 1 : 0;
    }
    assertThat(passed / 100_000.0).isBetween(0.8 / 256, 1.2 / 256);
  }
}
