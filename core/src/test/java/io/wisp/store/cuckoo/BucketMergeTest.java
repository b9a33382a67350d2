// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Growth;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BucketMergeTest extends StoreTestBase {

  private final ConcurrentTasks threads = new ConcurrentTasks();

  @Test
  void shouldShrinkTheIndexOfAStoreThatBecameSmallAndGrowItAgain() {
    CuckooStore store = open(8 * MEBIBYTE);
    for (int round = 0; round < 3; round++) {
      putAll(store, 0, 30_000, new Slice());
      long most = store.table().index().buckets();
      assertThat(most).isGreaterThan(5000);
      for (int i = 0; i < 30_000; i++) {
        if (i % 10 != 0) {
          store.delete(key(i));
        }
      }
      finishMaintenance(store);
      long left = store.table().index().buckets();
      assertThat(left).isLessThan(most / 2).isGreaterThanOrEqualTo(1024);
      assertThat(store.statistics().loadFactor()).isGreaterThanOrEqualTo(0.199);
      for (int i = 0; i < 30_000; i++) {
        assertThat(store.contains(key(i))).isEqualTo(i % 10 == 0);
      }
      checkRetired(store, most);
      StoreInspector.check(store);
    }
  }

  private static void checkRetired(CuckooStore store, long most) {
    Index index = store.table().index();
    for (long bucket = index.buckets(); bucket < most; bucket++) {
      long word = Words.getPlain(store.region(), index.bucketAddress(bucket));
      assertThat(index.entriesIn(bucket)).isZero();
      for (long half : new long[] {bucket, bucket | 1L << 31, 0, 0xFFFF_FFFFL}) {
        assertThat(Bucket.isAddressedBy(word, bucket, half)).isFalse();
      }
    }
  }

  @Test
  void shouldNeverGoBackToAnEarlierVersionOfABucket() {
    CuckooStore store = open(4 * MEBIBYTE);
    Growth growth = store.table().growth();
    long source = store.table().index().bucketAddress(0);
    long target = store.table().index().bucketAddress(1024);
    Set<Long> ofSource = new HashSet<>(Set.of(Words.getPlain(store.region(), source)));
    Set<Long> ofTarget = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      assertThat(growth.grow(Integer.MAX_VALUE)).isTrue();
      assertThat(ofSource.add(Words.getPlain(store.region(), source))).isTrue();
      assertThat(ofTarget.add(Words.getPlain(store.region(), target))).isTrue();
      assertThat(growth.shrink(0)).isTrue();
      assertThat(ofSource.add(Words.getPlain(store.region(), source))).isTrue();
      assertThat(ofTarget.add(Words.getPlain(store.region(), target))).isTrue();
    }
    assertThat(growth.shrink(0)).isFalse();
    assertThat(store.table().index().buckets()).isEqualTo(1024);
  }

  @Test
  void shouldPutEntriesThatDoNotFitIntoOneBucketElsewhere() {
    CuckooStore store = open(4 * MEBIBYTE);
    Growth growth = store.table().growth();
    Index index = store.table().index();
    assertThat(growth.grow(Integer.MAX_VALUE)).isTrue();
    Set<Integer> there = new HashSet<>();
    for (int i = 0; index.entriesIn(0) + index.entriesIn(1024) < 14; i++) {
      long bucket = KeyHash.bucket(KeyHash.firstHalf(index.hash(key(i))), index.buckets());
      if (bucket % 1024 == 0 && index.entriesIn(bucket) < Bucket.SLOTS) {
        store.put(key(i), new Slice());
        there.add(i);
      }
    }
    assertThat(growth.shrink(0)).isTrue();
    assertThat(there).allSatisfy(i -> assertThat(store.contains(key(i))).isTrue());
  }

  @Test
  void shouldFindRoomForALargeRecordBesideAnIndexThatWasLarger() {
    CuckooStore store = open(4 * MEBIBYTE);
    putAll(store, 0, 30_000, new Slice());
    store.clear();
    finishMaintenance(store);
    int records = fill(store, Slice.of(new byte[4000]));
    for (int i = 0; i < records; i++) {
      if (i % 8 != 0) {
        store.delete(key(i));
      }
    }
    assertThat(store.put(Slice.of("large"), Slice.of(new byte[1_500_000])))
        .isEqualTo(Status.CREATED);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldShowReadersFromElsewhereTheSameHoweverOldTheirNumberOfBuckets(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    RemoteTable.Options remote = RemoteTable.Options.DEFAULT.rememberedAddresses(0);
    CuckooStore store = open(4 * MEBIBYTE);
    List<RemoteClient> clients =
        List.of(
            new RemoteClient(store, remote),
            new RemoteClient(store, remote.bucketsInOnePiece(true)),
            new RemoteClient(store, remote),
            new RemoteClient(store, remote.rememberedAddresses(1000)));
    long shrunk = 0;
    for (int i = 0; i < 60_000; i++) {
      boolean grows = i / 10_000 % 2 == 0;
      Slice changed = key(random.nextInt(12_000));
      if (grows) {
        store.put(changed, Slice.of(Integer.toString(i)));
      } else {
        store.delete(changed);
        store.delete(key(random.nextInt(12_000)));
        if (random.nextInt(20) == 0) {
          long before = store.table().index().buckets();
          store.maintain(1);
          shrunk += before - store.table().index().buckets();
        }
      }
      RemoteClient client = clients.get(random.nextInt(random.nextInt(clients.size()) + 1));
      for (Slice key : List.of(changed, key(random.nextInt(12_000)))) {
        assertThat(client.get(key))
            .as("seed %d, operation %d", seed, i)
            .isEqualTo(store.contains(key) ? Step.HIT : Step.ABSENT);
      }
    }
    assertThat(shrunk).isPositive();
    clients.forEach(client -> assertThat(client.statistics().fallBacks()).isZero());
  }

  @Test
  void shouldHideNoKeyFromReadersWhileBucketsAreMergedAndSplit() throws Exception {
    CuckooStore store = open(4 * MEBIBYTE);
    Growth growth = store.table().growth();
    putAll(store, 0, 500, new Slice());
    AtomicLong rounds = new AtomicLong();
    AtomicLong reads = new AtomicLong();
    Runnable resizer =
        () -> {
          while (!threads.areToStop()) {
            for (int i = 0; i < 300; i++) {
              growth.grow(Integer.MAX_VALUE);
            }
            for (int i = 0; i < 300; i++) {
              growth.shrink(0);
            }
            rounds.incrementAndGet();
          }
        };
    Runnable local =
        () -> {
          while (!threads.areToStop()) {
            int i = ThreadLocalRandom.current().nextInt(600);
            assertThat(store.contains(key(i))).isEqualTo(i < 500);
            reads.incrementAndGet();
          }
        };
    Runnable elsewhere =
        () -> {
          RemoteClient client =
              new RemoteClient(store, RemoteTable.Options.DEFAULT.rememberedAddresses(0));
          while (!threads.areToStop()) {
            int i = ThreadLocalRandom.current().nextInt(600);
            Step step = client.get(key(i));
            assertThat(step).isIn(i < 500 ? Step.HIT : Step.ABSENT, Step.FALL_BACK);
          }
        };
    threads.runFor(
        800, () -> rounds.get() > 10 && reads.get() > 10_000, List.of(resizer, local, elsewhere));
    assertThat(rounds).hasPositiveValue();
  }
}
