// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Prefetcher;
import io.wisp.store.Slice;
import io.wisp.testing.Allocation;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class TablePrefetcherTest extends StoreTestBase {

  private static final int KEYS = 10_000;

  private static void load(Prefetcher prefetcher, SplittableRandom random, int bound) {
    boolean more = true;
    while (more) {
      more = prefetcher.add(key(random.nextInt(bound)));
    }
    prefetcher.load();
  }

  @Test
  void shouldBeUsefulForALargeIndexAlone() {
    assertThat(open(options(64 * MEBIBYTE).fixedBuckets(1 << 14)).prefetcher().isUseful())
        .isFalse();
    assertThat(open(options(64 * MEBIBYTE).fixedBuckets(1 << 15)).prefetcher().isUseful()).isTrue();
  }

  @Test
  void shouldTakeSoManyKeysAndNoMoreUntilTheyAreLoaded() {
    Prefetcher prefetcher = open(4 * MEBIBYTE).prefetcher();
    for (int round = 0; round < 3; round++) {
      for (int i = 1; i <= Prefetcher.MAX_KEYS; i++) {
        assertThat(prefetcher.add(key(i))).isEqualTo(i < Prefetcher.MAX_KEYS);
      }
      // As when somebody was cut off between adding and loading.
      assertThat(prefetcher.add(key(0))).isFalse();
      prefetcher.load();
    }
  }

  /** As when the memory of a client that the key is in was cut short. */
  @Test
  void shouldGoOnAfterAKeyThatCouldNotBeRead() {
    Prefetcher prefetcher = open(4 * MEBIBYTE).prefetcher();
    Slice gone;
    try (Arena arena = Arena.ofConfined()) {
      gone = new Slice().set(arena.allocate(16), 0, 16);
    }
    for (int i = 0; i < Prefetcher.MAX_KEYS; i++) {
      assertThatThrownBy(() -> prefetcher.add(gone)).isInstanceOf(IllegalStateException.class);
      prefetcher.add(key(i));
    }
    prefetcher.load();
    assertThat(prefetcher.add(key(0))).isTrue();
  }

  @Test
  void shouldChangeNothing() {
    CuckooStore store = open(4 * MEBIBYTE);
    for (int i = 0; i < KEYS; i++) {
      store.put(key(i), Slice.of("value " + i));
    }
    byte[] before = store.region().toArray(ValueLayout.JAVA_BYTE);
    Prefetcher prefetcher = store.prefetcher();
    SplittableRandom random = new SplittableRandom(3994);
    for (int i = 0; i < 1_000; i++) {
      load(prefetcher, random, 2 * KEYS);
    }
    assertThat(store.region().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
  }

  /** Entries move, the index grows and shrinks, memory is used again. */
  @Test
  void shouldFindItsWayWhateverWritersDoMeanwhile() throws InterruptedException {
    CuckooStore store = open(2 * MEBIBYTE);
    AtomicBoolean ended = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  SplittableRandom random = new SplittableRandom(1);
                  byte[] value = new byte[300];
                  while (!ended.get()) {
                    for (int i = 0; i < KEYS; i++) {
                      Slice key = key(random.nextInt(KEYS));
                      if (random.nextInt(3) == 0) {
                        store.delete(key);
                      } else {
                        store.put(key, Slice.of(value));
                      }
                    }
                    store.maintain(TimeUnit.MILLISECONDS.toNanos(1));
                  }
                });
    try {
      Prefetcher prefetcher = store.prefetcher();
      SplittableRandom random = new SplittableRandom(2);
      for (int i = 0; i < 20_000; i++) {
        load(prefetcher, random, KEYS);
      }
    } finally {
      ended.set(true);
      writer.join();
    }
  }

  @Test
  void shouldAllocateNothing() throws InterruptedException {
    Prefetcher prefetcher = open(4 * MEBIBYTE).prefetcher();
    Slice key = key(1);
    int rounds = 10_000;
    Allocation.requireNone(
        rounds,
        () -> {
          for (int round = 0; round < rounds; round++) {
            boolean more = true;
            while (more) {
              more = prefetcher.add(key);
            }
            prefetcher.load();
          }
        });
  }
}
