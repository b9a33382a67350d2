// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.cuckoo.log.Compactor;
import io.wisp.store.cuckoo.log.RecordIndex;
import io.wisp.store.cuckoo.log.Segment;
import io.wisp.store.cuckoo.log.SegmentTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The process ends before or after any of the moves of compaction in a table that is nearly full.
 */
@ParameterizedClass
@ValueSource(ints = {1, 4})
class KeptStoreCompactionTest {

  private static final int LONGEST = 2000;
  private static final CuckooStore.Options OPTIONS = CuckooStore.Options.ofCapacity(1 << 20);

  /** How many records are written when a table goes on. */
  private static final int WRITES = 30;

  /** Of a recovery. */
  @Parameter private int threads;

  @TempDir private Path folder;
  private final SplittableRandom random = new SplittableRandom(1);
  private final Map<String, String> values = new HashMap<>();
  private KeptStores kept;
  private int moves;
  private int ends;

  @BeforeEach
  void fill() throws IOException {
    kept = new KeptStores(folder, OPTIONS, threads);
    int count = 0;
    for (String value = value();
        put(kept.store(), "key " + count, value) == Status.CREATED;
        value = value()) {
      values.put("key " + count++, value);
    }
    for (int i = 0; i < count; i += 20) {
      assertThat(kept.store().delete(Slice.of("key " + i))).isEqualTo(Status.DELETED);
      values.remove("key " + i);
    }
  }

  @AfterEach
  void close() {
    kept.close();
  }

  private String value() {
    return "v".repeat(random.nextInt(LONGEST));
  }

  private static Status put(CuckooStore store, String key, String value) {
    return store.put(Slice.of(key), Slice.of(value));
  }

  /** Which stops before and after every so manieth move. */
  private Compactor compactor(int every) {
    Table table = kept.store().table();
    RecordIndex index =
        (from, to) -> {
          boolean stops = moves++ % every == 0;
          if (stops) {
            checkWhatIsLeft();
          }
          boolean moved = table.entries().redirect(from, to);
          if (stops) {
            checkWhatIsLeft();
          }
          return moved;
        };
    return new Compactor(
        table.memory(), table.pages(), table.heap(), table.geometry(), index, null);
  }

  private void checkWhatIsLeft() {
    ends++;
    try {
      Path file = kept.write(kept.bytes());
      try (CuckooStore store = RecoveryThreads.keep(OPTIONS, file, threads)) {
        StoreInspector.check(store);
        values.forEach((key, value) -> assertThat(KeptStores.get(store, key)).isEqualTo(value));
        assertThat(store.size()).isEqualTo(values.size());
        values.entrySet().stream()
            .limit(WRITES)
            .forEach(
                each ->
                    assertThat(put(store, each.getKey(), each.getValue()))
                        .isEqualTo(Status.REPLACED));
        StoreInspector.check(store);
      }
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldGoOnWhereverASegmentIsBeingCompactedInPlace() {
    SegmentTable segments = kept.store().table().heap().segments();
    List<Segment> shortOnes =
        segments.select(segment -> !segment.isFree() && !segments.isFullLength(segment));
    assertThat(shortOnes).isNotEmpty();
    Compactor compactor = compactor(1);
    for (Segment each : shortOnes) {
      kept.store().table().heap().retire(each);
      compactor.compactInPlace(each);
    }
    assertThat(ends).isGreaterThan(2 * shortOnes.size());
  }

  @Test
  void shouldGoOnWhereverMemoryIsBeingWon() {
    compactor(2).makeRoom(1 << 20);
    assertThat(ends).isGreaterThan(40);
    StoreInspector.check(kept.store());
  }
}
