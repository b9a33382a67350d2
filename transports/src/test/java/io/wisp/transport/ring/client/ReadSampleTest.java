// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.codec.Request;
import io.wisp.store.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReadSampleTest {

  private static List<Long> hashes(Slice taken) {
    List<Long> hashes = new ArrayList<>();
    for (int i = 0; i < taken.length(); i += Long.BYTES) {
      hashes.add(taken.segment().get(Request.HASH_LAYOUT, taken.offset() + i));
    }
    return hashes;
  }

  @Test
  void shouldGiveEachKeyOnceAndForgetItThen() {
    ReadSample sample = new ReadSample(1 << 20);
    assertThat(sample.isEmpty()).isTrue();
    for (int i = 0; i < 100; i++) {
      sample.note(5);
      sample.note(6);
    }
    assertThat(hashes(sample.take())).containsExactlyInAnyOrder(5L, 6L);
    assertThat(sample.isEmpty()).isTrue();
    assertThat(sample.take().length()).isZero();
    sample.note(5);
    assertThat(hashes(sample.take())).containsExactly(5L);
    assertThat(sample.taken()).isEqualTo(3);
  }

  @Test
  void shouldKeepToItsLimitAndGiveNothingThatWasNotRead() {
    ReadSample sample = new ReadSample(1_000);
    SplittableRandom random = new SplittableRandom(3);
    List<Long> read = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      long hash = random.nextLong();
      read.add(hash);
      sample.note(hash);
    }
    sample.note(0);
    Slice taken = sample.take();
    assertThat(taken.length()).isBetween(Long.BYTES, 1_000);
    assertThat(read).containsAll(hashes(taken));
  }
}
