// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.RecordAddress;
import io.wisp.testing.Property;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecordAddressCacheTest {

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  /** The handle of the key with a hash, located now. */
  private static KeyHandle located(RecordAddressCache cache, long hash) {
    KeyHandle key = new KeyHandle();
    key.set(hash);
    cache.locate(key);
    return key;
  }

  private static long address(long number) {
    return RecordAddress.of(512 + 8 * number, 128);
  }

  @Test
  void shouldGiveBackWhereARecordIsAndHowLong() {
    Property.check(
        draw -> {
          long hash = draw.anyLong();
          long words = draw.longs(512, (1L << 40) - 1);
          int lengthInWords = draw.ints(2, (1 << 24) - 1);
          RecordAddressCache cache = new RecordAddressCache(64);
          KeyHandle key = located(cache, hash);
          assertThat(cache.find(key)).isEqualTo(RecordAddress.NONE);
          cache.put(key, RecordAddress.of(words * 8, lengthInWords * 8));
          for (KeyHandle any : new KeyHandle[] {key, located(cache, hash)}) {
            assertThat(RecordAddress.offset(cache.find(any))).isEqualTo(words * 8);
            assertThat(RecordAddress.length(cache.find(any))).isEqualTo(lengthInWords * 8);
          }
          cache.invalidate(key);
          assertThat(cache.find(key)).isEqualTo(RecordAddress.NONE);
          assertThat(cache.find(located(cache, hash))).isEqualTo(RecordAddress.NONE);
        });
  }

  @Test
  void shouldNeverGiveTheAddressOfAnotherKeyAndRememberMostOfWhatFits() {
    RecordAddressCache cache = new RecordAddressCache(4096);
    Map<Long, Long> latest = new HashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long hash = random.nextInt(10_000) * MULTIPLIER;
      long offset = random.nextLong(512, 1 << 30) * 8;
      KeyHandle key = located(cache, hash);
      cache.put(key, RecordAddress.of(offset, 128));
      latest.put(hash, offset);
      if (random.nextInt(10) == 0) {
        cache.invalidate(key);
        latest.remove(hash);
      }
    }
    int known = 0;
    for (int i = 0; i < 10_000; i++) {
      long hash = i * MULTIPLIER;
      long address = cache.find(located(cache, hash));
      if (address != RecordAddress.NONE) {
        known++;
        assertThat(RecordAddress.offset(address)).isEqualTo(latest.get(hash));
      }
    }
    assertThat(known).isBetween(cache.capacity() * 9 / 10, cache.capacity());
    cache.clear();
    for (int i = 0; i < 10_000; i++) {
      assertThat(cache.find(located(cache, i * MULTIPLIER))).isEqualTo(RecordAddress.NONE);
    }
  }

  /** Many requests are under way, each with a handle that was located when it was made. */
  @Test
  void shouldNeverGiveTheAddressOfAnotherKeyByAHandleThatIsOutOfDate() {
    RecordAddressCache cache = new RecordAddressCache(16);
    SplittableRandom random = new SplittableRandom(2);
    int keys = 40;
    long[] latest = new long[keys];
    int[] of = new int[64];
    KeyHandle[] underWay = new KeyHandle[of.length];
    Arrays.setAll(underWay, i -> new KeyHandle());
    int known = 0;
    for (int i = 0; i < 200_000; i++) {
      int request = random.nextInt(of.length);
      KeyHandle key = underWay[request];
      if (!key.isPresent()) {
        of[request] = random.nextInt(keys);
        key.set(located(cache, of[request] * MULTIPLIER));
        continue;
      }
      long found = cache.find(key);
      if (found != RecordAddress.NONE) {
        known++;
        assertThat(found).isEqualTo(latest[of[request]]);
      }
      if (random.nextInt(4) == 0) {
        cache.invalidate(key);
        assertThat(cache.find(located(cache, of[request] * MULTIPLIER)))
            .isEqualTo(RecordAddress.NONE);
      } else {
        latest[of[request]] = address(i);
        cache.put(key, latest[of[request]]);
        assertThat(cache.find(located(cache, of[request] * MULTIPLIER))).isEqualTo(address(i));
      }
      key.clear();
    }
    assertThat(known).isGreaterThan(1_000);
  }

  @Test
  void shouldKeepOneEntryOfAKeyWhoseRequestsWereAllMadeBeforeItWasKnown() {
    RecordAddressCache cache = new RecordAddressCache(4);
    KeyHandle first = located(cache, 7);
    KeyHandle second = located(cache, 7);
    cache.put(first, address(1));
    cache.put(second, address(2));
    for (long other = 8; other < 11; other++) {
      cache.put(located(cache, other), address(other));
    }
    assertThat(cache.find(located(cache, 7))).as("there is room for all").isEqualTo(address(2));
    cache.invalidate(first);
    assertThat(cache.find(second)).isEqualTo(RecordAddress.NONE);
  }

  @Test
  void shouldHoldAtLeastAsManyAsItWasMadeFor() {
    assertThat(new RecordAddressCache(1).capacity()).isEqualTo(4);
    assertThat(new RecordAddressCache(1000).capacity()).isEqualTo(1024);
    assertThat(new RecordAddressCache(1024).capacity()).isEqualTo(1024);
    assertThat(new RecordAddressCache(1025).capacity()).isEqualTo(2048);
    for (int wrong : new int[] {0, -1, (1 << 28) + 1, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> new RecordAddressCache(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a cache of addresses has 1 to 268435456 entries, not " + wrong);
    }
  }
}
