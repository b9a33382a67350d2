// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.region.Words;
import java.time.InstantSource;
import java.util.function.ObjLongConsumer;
import org.junit.jupiter.api.Test;

class ReaderTest extends StoreTestBase {

  private static final Slice KEY = Slice.of("key");
  private static final Slice OTHER = Slice.of("yek");

  /** So long that its record has a segment of its own, which the next such record gets. */
  private static final Slice LARGE = Slice.of(new byte[10_000]);

  @Test
  void shouldStartOverWhenTheNumberOfBucketsThatItKnowsIsOutOfDate() {
    CuckooStore store = open(4 * MEBIBYTE);
    for (int i = 0; i < 4000; i++) {
      store.put(Slice.of("key " + i), Slice.of("value"));
    }
    Table table = store.table();
    long before = table.index().buckets();
    while (table.index().buckets() < before + 100) {
      assertThat(table.growth().grow(table.counters().entries())).isTrue();
    }
    Reader reader = new Reader(table, InstantSource.system());
    int moved = 0;
    RegionHeader.setBucketsRelease(table.memory(), before);
    for (int i = 0; i < 4000; i++) {
      Slice key = Slice.of("key " + i);
      int outcome = reader.read(key, table.index().hash(key), null);
      assertThat(outcome).isIn(Reader.HIT, Reader.RETRY);
      moved += outcome == Reader.RETRY ? 1 : 0;
    }
    RegionHeader.setBucketsRelease(table.memory(), before + 100);
    assertThat(moved).isPositive();
  }

  @Test
  void shouldStartOverWhenTheRecordIsDeadOrStillBeingWritten() {
    CuckooStore store = openToSpoil(options(MEBIBYTE));
    store.put(KEY, Slice.of("value"));
    Table table = store.table();
    long hash = table.index().hash(KEY);
    long word1Address = Locations.recordOf(store, KEY) + Long.BYTES;
    long word1 = Words.getPlain(table.memory(), word1Address);
    Reader reader = new Reader(table, InstantSource.system());
    assertThat(reader.read(KEY, hash, null)).isEqualTo(Reader.HIT);
    Words.setPlain(table.memory(), word1Address, word1 | RecordLayout.DEAD);
    assertThat(reader.read(KEY, hash, null)).isEqualTo(Reader.RETRY);
    Words.setPlain(table.memory(), word1Address, word1 & ~RecordLayout.LIVE);
    assertThat(reader.read(KEY, hash, null)).isEqualTo(Reader.RETRY);
  }

  @Test
  void shouldStartOverWhenTheMemoryOfTheRecordIsTakenAgainWhileTheValueIsCopied() {
    checkStartsOver(
        (store, record) -> {
          store.delete(KEY);
          store.put(KEY, LARGE);
        });
  }

  @Test
  void shouldStartOverWhenTheRecordIsMovedAwayAndBackWhileTheValueIsCopied() {
    checkStartsOver(
        (store, record) -> {
          store.table().compactor().relocate(record);
          store.put(OTHER, LARGE);
          assertThat(Locations.recordOf(store, OTHER)).isEqualTo(record);
          store.delete(OTHER);
          store.table().compactor().relocate(Locations.recordOf(store, KEY));
        });
  }

  /** Reads a value while something happens after which its record is where it was. */
  private void checkStartsOver(ObjLongConsumer<CuckooStore> interruption) {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, LARGE);
    long record = Locations.recordOf(store, KEY);
    long hash = store.table().index().hash(KEY);
    Reader reader = new Reader(store.table(), InstantSource.system());
    RacedSink sink = new RacedSink(() -> interruption.accept(store, record));
    assertThat(reader.read(KEY, hash, sink)).isEqualTo(Reader.RETRY);
    assertThat(Locations.recordOf(store, KEY)).isEqualTo(record);
    assertThat(reader.read(KEY, hash, sink)).isEqualTo(Reader.HIT);
  }
}
