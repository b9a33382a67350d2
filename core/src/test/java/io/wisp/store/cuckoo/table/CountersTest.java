// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.cuckoo.region.RegionHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class CountersTest {

  private static final int STRIPES = 8;
  private static final int KEYS = 40;

  private final Stripes stripes = new Stripes(STRIPES);
  private final Counters counters = new Counters(stripes);
  private final Map<Long, Long> last = new HashMap<>();
  private final Set<Long> given = new HashSet<>();
  private final SplittableRandom random = new SplittableRandom(3994);

  private long anyHash() {
    return new SplittableRandom(random.nextInt(KEYS)).nextLong();
  }

  private long single(long hash) {
    stripes.lockKey(hash);
    try {
      return counters.nextVersion(hash);
    } finally {
      stripes.unlockKey(hash);
    }
  }

  private void give(long hash, long version) {
    assertThat(version).isGreaterThan(last.getOrDefault(hash, 0L));
    assertThat(given.add(version)).as("version %d is given once", version).isTrue();
    last.put(hash, version);
  }

  private void giveBatch(int size) {
    Set<Long> hashes = new HashSet<>();
    BitSet set = new BitSet();
    for (int i = 0; i < size; i++) {
      long hash = anyHash();
      hashes.add(hash);
      stripes.addKey(set, hash);
    }
    stripes.lock(set);
    try {
      long version = counters.nextVersions(hashes.size());
      for (long hash : hashes) {
        give(hash, version++);
      }
    } finally {
      stripes.unlock(set);
    }
  }

  @Test
  void shouldGiveEachKeyGreaterVersionsAndNoneTwiceWhateverIsInBetween() {
    for (int i = 0; i < 20_000; i++) {
      switch (random.nextInt(20)) {
        case 0 -> giveBatch(1 + random.nextInt(5));
        case 1 -> assertThat(counters.divideVersions()).isNotNegative();
        default -> {
          long hash = anyHash();
          give(hash, single(hash));
        }
      }
    }
    assertThat(given).hasSizeGreaterThan(20_000);
  }

  @Test
  void shouldDivideWhatWasGivenFromWhatWillBe() {
    for (int round = 0; round < 100; round++) {
      long most = 0;
      for (int i = 0; i < KEYS; i++) {
        most = Math.max(most, single(anyHash()));
      }
      long divide = counters.divideVersions();
      assertThat(divide).isGreaterThanOrEqualTo(most);
      for (int i = 0; i < KEYS; i++) {
        assertThat(single(anyHash())).isGreaterThan(divide);
      }
    }
  }

  /** Takes versions until there are none for another write. */
  private void useUp(Counters counters) {
    for (int i = 0; !counters.areVersionsUsedUp(); i++) {
      assertThat(i).as("versions are used up at last").isLessThan(1000);
      long hash = anyHash();
      stripes.lockKey(hash);
      try {
        give(hash, counters.nextVersion(hash));
      } finally {
        stripes.unlockKey(hash);
      }
    }
    assertThat(given).allMatch(each -> each < 1L << 48);
  }

  @Test
  void shouldSayThatVersionsAreUsedUpBeforeTheyEnd() {
    assertThat(counters.takeVersionsTo(Counters.VERSIONS_END - 500))
        .isEqualTo(Counters.VERSIONS_END - 500);
    assertThat(counters.areVersionsUsedUp()).isFalse();
    useUp(counters);
    assertThat(Collections.max(given)).isLessThan(Counters.VERSIONS_END + 100);
  }

  @Test
  void shouldSayThatTheVersionsOfAKeptTableAreUsedUpBeforeTheyEndAndEverAfter() {
    MemorySegment header = Arena.ofAuto().allocate(RegionHeader.SIZE, Long.BYTES);
    RegionHeader.setVersionBound(header, Counters.VERSIONS_END - 500);
    Counters kept = new Counters(stripes, header, 0, 0);
    assertThat(kept.areVersionsUsedUp()).isFalse();
    give(1, kept.nextVersions(1));
    assertThat(RegionHeader.versionBound(header)).isEqualTo(Counters.VERSIONS_END);
    useUp(kept);
    assertThat(RegionHeader.versionBound(header))
        .isGreaterThanOrEqualTo(Collections.max(given))
        .isLessThan(1L << 48);
    assertThat(new Counters(stripes, header, 0, 0).areVersionsUsedUp()).isTrue();
  }

  @Test
  void shouldUseUpWhatAStripeHas() {
    long hash = anyHash();
    long first = single(hash);
    for (int i = 1; i < 1000; i++) {
      assertThat(single(hash)).isEqualTo(first + i);
    }
  }

  @Test
  void shouldGiveNoVersionTwiceToThreadsAtOnce() throws Exception {
    int threads = 4;
    int each = 20_000;
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Callable<List<Long>>> tasks = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        SplittableRandom own = random.split();
        tasks.add(
            () -> {
              List<Long> versions = new ArrayList<>();
              for (int i = 0; i < each; i++) {
                versions.add(single(own.nextLong()));
              }
              return versions;
            });
      }
      for (Future<List<Long>> future : executor.invokeAll(tasks)) {
        given.addAll(future.get());
      }
    }
    assertThat(given).hasSize(threads * each).doesNotContain(0L);
  }
}
