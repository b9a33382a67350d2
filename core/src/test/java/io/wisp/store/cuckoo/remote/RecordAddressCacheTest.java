// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.RecordAddress;
import io.wisp.testing.Property;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RecordAddressCacheTest {

  @Test
  void shouldGiveBackWhereARecordIsAndHowLong() {
    Property.check(
        draw -> {
          long hash = draw.anyLong();
          long words = draw.longs(512, (1L << 40) - 1);
          int lengthInWords = draw.ints(2, (1 << 24) - 1);
          RecordAddressCache cache = new RecordAddressCache(64);
          assertThat(cache.find(hash)).isEqualTo(RecordAddress.NONE);
          cache.put(hash, RecordAddress.of(words * 8, lengthInWords * 8));
          long address = cache.find(hash);
          assertThat(RecordAddress.offset(address)).isEqualTo(words * 8);
          assertThat(RecordAddress.length(address)).isEqualTo(lengthInWords * 8);
          cache.invalidate(hash);
          assertThat(cache.find(hash)).isEqualTo(RecordAddress.NONE);
        });
  }

  @Test
  void shouldNeverGiveTheAddressOfAnotherKeyAndRememberMostOfWhatFits() {
    RecordAddressCache cache = new RecordAddressCache(4096);
    Map<Long, Long> latest = new HashMap<>();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100_000; i++) {
      long hash = random.nextInt(10_000) * 0x9E3779B97F4A7C15L;
      long offset = random.nextLong(512, 1 << 30) * 8;
      cache.put(hash, RecordAddress.of(offset, 128));
      latest.put(hash, offset);
      if (random.nextInt(10) == 0) {
        cache.invalidate(hash);
        latest.remove(hash);
      }
    }
    int known = 0;
    for (int i = 0; i < 10_000; i++) {
      long hash = i * 0x9E3779B97F4A7C15L;
      long address = cache.find(hash);
      if (address != RecordAddress.NONE) {
        known++;
        assertThat(RecordAddress.offset(address)).isEqualTo(latest.get(hash));
      }
    }
    assertThat(known).isBetween(cache.capacity() * 9 / 10, cache.capacity());
    cache.clear();
    for (int i = 0; i < 10_000; i++) {
      assertThat(cache.find(i * 0x9E3779B97F4A7C15L)).isEqualTo(RecordAddress.NONE);
    }
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
