// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.remote.RemoteLookup;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.remote.TableLayout;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a reader from elsewhere makes of bytes that are wrong, or that change at the worst moment.
 */
class RemoteLookupHostilityTest extends StoreTestBase {

  private static final RemoteTable.Options FORGETFUL =
      RemoteTable.Options.DEFAULT.rememberedAddresses(0);
  private static final int ROUNDS = 20_000;

  /** For each try: buckets twice, and of each record a part, the rest, and all of it again. */
  private static final int MOST_STEPS = (FORGETFUL.maxRetries() + 1) * (2 + 3 * (2 * Bucket.SLOTS));

  private final SplittableRandom random = new SplittableRandom(1);

  /** A client that reads, after each step, what somebody has made of what it read. */
  private static RemoteClient tampering(
      CuckooStore store,
      RemoteTable.Options options,
      BiConsumer<RemoteReads, MemorySegment> tampering) {
    return new RemoteClient(
        store.region(),
        options,
        (reads, region, buffer) -> {
          copyWithin(reads, region, buffer);
          tampering.accept(reads, buffer);
        });
  }

  /** Copies as {@link RemoteReads#copy}, after checking that no read leaves region or buffer. */
  private static void copyWithin(RemoteReads reads, MemorySegment region, MemorySegment buffer) {
    assertThat(reads.count()).isBetween(1, RemoteLookup.MAX_READS);
    for (int i = 0; i < reads.count(); i++) {
      long from = reads.regionOffset(i);
      int length = reads.length(i);
      boolean within =
          from >= 0
              && from % 8 == 0
              && length > 0
              && length % 8 == 0
              && length <= region.byteSize() - from
              && reads.bufferOffset(i) >= 0
              && length <= buffer.byteSize() - reads.bufferOffset(i);
      if (!within) {
        throw new AssertionError("read " + length + " at " + from + " to " + reads.bufferOffset(i));
      }
    }
    reads.copy(region, buffer);
  }

  @ParameterizedTest(name = "moved in {0} readings, buckets in one piece {1}")
  @CsvSource({"1, false", "2, false", "3, false", "9, false", "1, true", "2, true", "9, true"})
  void shouldNotMissAKeyThatChangesPlacesWhileItsBucketsAreRead(int moves, boolean onePiece) {
    CuckooStore store = open(MEBIBYTE);
    Slice key = keyWithTwoBuckets(store);
    store.put(key, Slice.of("value"));
    int[] left = {moves};
    RemoteClient client =
        new RemoteClient(
            store.region(),
            FORGETFUL.bucketsInOnePiece(onePiece),
            (reads, region, buffer) -> {
              if (reads.count() == 2 && reads.length(0) == Bucket.SIZE && left[0]-- > 0) {
                long[] before = versions(reads, region);
                readWithoutSeeing(store, key, reads, buffer);
                // In pieces, a bucket's version may be as old as the beginning of the reading.
                if (!onePiece && left[0] % 2 == 0) {
                  buffer.set(ValueLayout.JAVA_LONG, reads.bufferOffset(0), before[0]);
                  buffer.set(ValueLayout.JAVA_LONG, reads.bufferOffset(1), before[1]);
                }
              } else {
                copyWithin(reads, region, buffer);
              }
            });
    assertThat(client.get(key)).isEqualTo(Step.HIT);
    left[0] = Integer.MAX_VALUE;
    assertThat(client.get(key)).isEqualTo(Step.FALL_BACK);
  }

  private static Slice keyWithTwoBuckets(CuckooStore store) {
    for (int i = 0; ; i++) {
      Slice key = Slice.of("key " + i);
      if (Locations.firstBucketOf(store, key) != Locations.secondBucketOf(store, key)) {
        return key;
      }
    }
  }

  private static long[] versions(RemoteReads reads, MemorySegment region) {
    return new long[] {
      Words.getPlain(region, reads.regionOffset(0)), Words.getPlain(region, reads.regionOffset(1))
    };
  }

  /** Reads the bucket without the key, moves the key there, and reads the bucket that it left. */
  private static void readWithoutSeeing(
      CuckooStore store, Slice key, RemoteReads reads, MemorySegment buffer) {
    long slotAddress = Locations.slotAddressOf(store, key);
    boolean inFirst = Index.bucketOfSlot(slotAddress) == reads.regionOffset(0);
    copyOne(reads, inFirst ? 1 : 0, store.region(), buffer);
    assertThat(Locations.moveToOtherBucket(store, key)).isTrue();
    copyOne(reads, inFirst ? 0 : 1, store.region(), buffer);
  }

  private static void copyOne(
      RemoteReads reads, int i, MemorySegment region, MemorySegment buffer) {
    MemorySegment.copy(
        region, reads.regionOffset(i), buffer, reads.bufferOffset(i), reads.length(i));
  }

  @Test
  void shouldNotMissAKeyWhoseBucketIsSplitWhileItIsRead() {
    CuckooStore store = open(4 * MEBIBYTE);
    for (int i = 0; i < 6500; i++) {
      store.put(Slice.of("key " + i), Slice.of("value"));
    }
    Table table = store.table();
    int[] left = {0};
    RemoteClient client =
        tampering(
            store,
            FORGETFUL,
            (reads, buffer) -> {
              if (left[0]-- > 0) {
                table.growth().grow(table.counters().entries());
              }
            });
    for (int i = 0; i < 6500; i++) {
      left[0] = i % 8;
      assertThat(client.get("key " + i)).isEqualTo("value");
    }
    assertThat(client.statistics().retries()).isPositive();
  }

  @ParameterizedTest(name = "in a value of {0} bytes")
  @ValueSource(ints = {0, 10, 300, 2000})
  void shouldNotAcceptARecordOfWhichAnyBitIsWrong(int length) {
    CuckooStore store = open(MEBIBYTE);
    byte[] value = new byte[length];
    Arrays.fill(value, (byte) 7);
    Slice key = Slice.of("keykey12");
    store.put(key, Slice.of(value));
    RemoteClient client =
        tampering(
            store,
            FORGETFUL,
            (reads, buffer) -> {
              if (reads.count() == 1 && reads.bufferOffset(0) >= 512) {
                long at = reads.bufferOffset(0);
                int usedBits = 8 * (int) Math.min(reads.length(0), 512 + 24 + length - at);
                if (usedBits > 0) {
                  flip(buffer, at, random.nextInt(usedBits));
                }
              }
            });
    for (int i = 0; i < ROUNDS / 20; i++) {
      assertThat(client.get(key)).isEqualTo(Step.FALL_BACK);
    }
  }

  private static void flip(MemorySegment memory, long offset, int bit) {
    long at = offset + bit / 8;
    byte old = memory.get(ValueLayout.JAVA_BYTE, at);
    memory.set(ValueLayout.JAVA_BYTE, at, (byte) (old ^ (1 << (bit % 8))));
  }

  @Test
  void shouldEndWhateverBytesTheRegionHolds() {
    CuckooStore store = open(MEBIBYTE);
    MemorySegment region = Arena.ofAuto().allocate(MEBIBYTE, 64);
    MemorySegment.copy(store.region(), 0, region, 0, RegionHeader.SIZE);
    RemoteClient client =
        new RemoteClient(region, FORGETFUL, RemoteLookupHostilityTest::copyWithin);
    int fellBack = 0;
    for (int i = 0; i < ROUNDS; i++) {
      if (i % 1000 == 0) {
        for (long at = RegionHeader.SIZE; at < MEBIBYTE; at += 8) {
          region.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
      }
      Slice key = Slice.of("key " + i);
      plant(region, client.table().layout(), key);
      Step step =
          random.nextBoolean()
              ? client.get(key)
              : client.getAt(key, random.nextLong(), random.nextInt());
      assertThat(step).isIn(Step.FALL_BACK, Step.ABSENT, Step.OTHER_TABLE);
      assertThat(client.steps()).isLessThan(MOST_STEPS);
      fellBack += step == Step.FALL_BACK ? 1 : 0;
    }
    assertThat(fellBack).isPositive();
  }

  /** Gives a key's buckets its level, and slots its tag, so that the bytes behind them are read. */
  private void plant(MemorySegment region, TableLayout layout, Slice key) {
    long hash = layout.hash(key);
    for (long half : new long[] {KeyHash.firstHalf(hash), KeyHash.secondHalf(hash)}) {
      long address = layout.bucketAddress(KeyHash.bucket(half, layout.buckets()));
      int level = random.nextInt(8) == 0 ? random.nextInt(256) : 8;
      region.set(ValueLayout.JAVA_LONG, address, Bucket.versionWord(level, random.nextLong()));
      for (int i = 0; i < Bucket.SLOTS; i++) {
        boolean near = random.nextInt(8) != 0;
        long record = near ? random.nextLong(4096, MEBIBYTE) & -8 : random.nextLong();
        if (near && record <= MEBIBYTE - 24 && random.nextBoolean()) {
          plantRecord(region, record, key);
        }
        long tag = random.nextInt(8) == 0 ? 0 : KeyHash.tag(hash);
        region.set(
            ValueLayout.JAVA_LONG,
            Bucket.slotAddress(address, i),
            Bucket.slot(tag, record & (Bucket.MAX_REGION_SIZE - 1), random.nextBoolean()));
      }
    }
  }

  private void plantRecord(MemorySegment region, long record, Slice key) {
    int keyLength = random.nextInt(4) == 0 ? random.nextInt(65_536) : key.length();
    int valueLength = random.nextBoolean() ? random.nextInt(1 << 27) : random.nextInt(10_000);
    long word1 = RecordLayout.pendingWord1(valueLength) | RecordLayout.LIVE;
    region.set(ValueLayout.JAVA_LONG, record, RecordLayout.word0(random.nextLong(), keyLength));
    region.set(ValueLayout.JAVA_LONG, record + 8, (random.nextLong() << 32) | word1);
  }

  @Test
  void shouldEndAndAcceptNothingWrongWhenEveryReadGivesOtherBytes() {
    CuckooStore store = open(4 * MEBIBYTE);
    int keys = 500;
    for (int i = 0; i < keys; i++) {
      store.put(Slice.of("key " + i), Slice.of("value " + i));
    }
    int[] harm = {0};
    RemoteClient client =
        tampering(
            store,
            RemoteTable.Options.DEFAULT,
            (reads, buffer) -> {
              for (int i = random.nextInt(1 + harm[0]); i > 0; i--) {
                int read = random.nextInt(reads.count());
                flip(buffer, reads.bufferOffset(read), random.nextInt(8 * reads.length(read)));
              }
            });
    int hits = 0;
    for (int i = 0; i < ROUNDS; i++) {
      harm[0] = i % 20;
      int number = random.nextInt(keys);
      if (client.get(Slice.of("key " + number)) == Step.HIT) {
        assertThat(client.value()).hasToString("value " + number);
        hits++;
      }
      assertThat(client.steps()).isLessThan(MOST_STEPS);
    }
    assertThat(hits).isPositive();
  }

  @Test
  void shouldEndWhenARecordSeemsToGrowWithEveryLook() {
    CuckooStore store = open(300L * MEBIBYTE);
    store.put(Slice.of("key"), Slice.of("value"));
    int[] length = {1000};
    RemoteClient client =
        tampering(
            store,
            FORGETFUL,
            (reads, buffer) -> {
              if (reads.count() == 1 && reads.bufferOffset(0) == 512) {
                length[0] += 8000;
                long word1 = RecordLayout.pendingWord1(length[0]) | RecordLayout.LIVE;
                buffer.set(ValueLayout.JAVA_LONG, 520, word1);
              }
            });
    assertThat(client.get(Slice.of("key"))).isEqualTo(Step.FALL_BACK);
    assertThat(client.steps()).isLessThan(MOST_STEPS);
  }
}
