package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class ReaderTest {

  @Test
  void shouldStartOverWhenTheNumberOfBucketsThatItKnowsIsOutOfDate() {
    try (CuckooStore store = CuckooStore.open(4 << 20)) {
      for (int i = 0; i < 4000; i++) {
        store.put(Slice.of("key " + i), Slice.of("value"));
      }
      Table table = store.table();
      long before = table.index().buckets();
      while (table.index().buckets() < before + 100) {
        assertThat(table.growth().grow(table.ledger().entries())).isTrue();
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
      StoreInspector.check(store);
    }
  }

  @Test
  void shouldStartOverWhenTheRecordIsDeadOrStillBeingWritten() {
    try (CuckooStore store = CuckooStore.open(1 << 20)) {
      Slice key = Slice.of("key");
      store.put(key, Slice.of("value"));
      Table table = store.table();
      long hash = table.index().hash(key);
      long slot = Words.getPlain(table.memory(), table.index().locate(key, hash));
      long word1Address = Bucket.recordOffset(slot) + Long.BYTES;
      long word1 = Words.getPlain(table.memory(), word1Address);
      Reader reader = new Reader(table, InstantSource.system());
      assertThat(reader.read(key, hash, null)).isEqualTo(Reader.HIT);
      Words.setPlain(table.memory(), word1Address, word1 | RecordLayout.DEAD);
      assertThat(reader.read(key, hash, null)).isEqualTo(Reader.RETRY);
      Words.setPlain(table.memory(), word1Address, word1 & ~RecordLayout.LIVE);
      assertThat(reader.read(key, hash, null)).isEqualTo(Reader.RETRY);
    }
  }
}
