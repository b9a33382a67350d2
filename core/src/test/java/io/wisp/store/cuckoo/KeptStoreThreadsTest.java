// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.recovery.RecoveryReport;
import io.wisp.store.cuckoo.region.Geometry;
import io.wisp.store.cuckoo.region.RecoveryArea;
import io.wisp.store.cuckoo.region.RegionHeader;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.testing.Draw;
import io.wisp.testing.Property;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of a table, damaged or not, is the same whatever number of threads makes it. */
class KeptStoreThreadsTest {

  private static final int SIZE = 2 << 20;
  private static final int KEYS = 3000;
  private static final int TRIES = 60;
  private static final int MOST_DAMAGES = 60;
  private static final int[] THREADS = {2, 3, 8};
  private static final CuckooStore.Options OPTIONS = CuckooStore.Options.ofCapacity(SIZE);
  private static final RecoveryArea AREA = RecoveryArea.of(Geometry.of(SIZE));

  @TempDir private Path folder;
  private KeptStores kept;
  private int buckets;

  @BeforeEach
  void fill() throws IOException {
    kept = new KeptStores(folder, OPTIONS, 1);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 4 * KEYS; i++) {
      String key = "key " + random.nextInt(KEYS);
      // One in a hundred has a segment of its own.
      int length = random.nextInt(random.nextInt(100) == 0 ? 20_000 : 100);
      long expiry = random.nextInt(4) == 0 ? Long.MAX_VALUE : Store.NEVER;
      kept.store()
          .write(Slice.of(key), Slice.of("x".repeat(length)), WriteCondition.ALWAYS, 0, expiry);
      if (random.nextInt(10) == 0) {
        kept.store().delete(Slice.of("key " + random.nextInt(KEYS)));
      }
    }
    buckets = (int) kept.store().table().index().buckets();
  }

  @AfterEach
  void close() {
    kept.close();
  }

  /**
   * What came of it.
   *
   * @param refusal why there is no store, or null
   * @param report what was found, without the time that it took, or null
   * @param region what is in the file afterwards
   */
  private record Outcome(
      @Nullable String refusal, @Nullable RecoveryReport report, ByteBuffer region) {}

  private Outcome outcome(byte[] left, int threads) throws IOException {
    Path file = kept.write(left);
    String refusal = null;
    RecoveryReport report = null;
    try (CuckooStore store = RecoveryThreads.keep(OPTIONS, file, threads)) {
      StoreInspector.check(store);
      report = withoutTime(store.recovery().orElseThrow());
    } catch (IOException refused) {
      refusal = String.valueOf(refused.getMessage()).replace(file.toString(), "FILE");
    }
    ByteBuffer region = ByteBuffer.wrap(Files.readAllBytes(file));
    Files.delete(file);
    return new Outcome(refusal, report, region);
  }

  private static RecoveryReport withoutTime(RecoveryReport report) {
    return new RecoveryReport(
        report.wasClosed(),
        report.machineEnded(),
        report.entries(),
        report.bytes(),
        report.finished(),
        report.redoneWords(),
        report.unfinished(),
        report.doubled(),
        report.damaged(),
        Duration.ZERO);
  }

  private Outcome sameOutcome(byte[] left) throws IOException {
    Outcome outcome = outcome(left, 1);
    for (int threads : THREADS) {
      assertThat(outcome(left, threads)).as("of %d threads", threads).isEqualTo(outcome);
    }
    return outcome;
  }

  private static ByteBuffer words(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Test
  void shouldMakeTheSameOfWhateverIsLeft() {
    byte[] sound = kept.bytes();
    List<Outcome> outcomes = new ArrayList<>();
    Property.check(
        TRIES,
        draw -> {
          byte[] left = sound.clone();
          for (int damages = draw.ints(0, MOST_DAMAGES); damages > 0; damages--) {
            damage(draw, words(left));
          }
          outcomes.add(sameOutcome(left));
        });
    assertThat(outcomes).anyMatch(outcome -> outcome.refusal() != null);
    assertThat(outcomes)
        .anyMatch(outcome -> outcome.report() != null && outcome.report().damaged() > 0);
  }

  private void damage(Draw draw, ByteBuffer left) {
    int slot = slot(draw);
    switch (draw.ints(0, 9)) {
      case 0, 1 -> flip(left, word1(left, slot), RecordLayout.LIVE);
      case 2, 3 -> flip(left, word1(left, slot), RecordLayout.DEAD);
      case 4 -> flip(left, word1(left, slot), 1L << draw.ints(0, 63));
      case 5 -> left.putLong(slot(draw), left.getLong(slot));
      case 6 -> flip(left, slot, 1L << draw.ints(0, 63));
      case 7 -> flip(left, (int) Index.OFFSET + buckets * Bucket.SIZE + slot % 512 / 8 * 8, 1);
      case 8 -> flip(left, draw.ints((int) Index.OFFSET, (int) AREA.offset() - 8) & -8, 1L << 40);
      default -> damageSeldom(draw, left);
    }
  }

  /** Where a slot's record has its second word; a slot that names none has that damaged instead. */
  private static int word1(ByteBuffer left, int slot) {
    long record = Bucket.recordOffset(left.getLong(slot));
    return record == 0 || record > AREA.offset() - 16 ? slot : (int) record + 8;
  }

  /** What mostly has the whole table refused. */
  private void damageSeldom(Draw draw, ByteBuffer left) {
    if (draw.ints(0, 15) == 7) {
      int length = (int) AREA.lengthOffset(draw.ints(0, AREA.pages() - 1));
      left.putLong(length, draw.ints(0, 20));
    } else if (draw.ints(0, 15) == 7) {
      flip(left, (int) RegionHeader.BOOT_ID_OFFSET, 1);
    }
  }

  private int slot(Draw draw) {
    long bucket = Index.OFFSET + (long) draw.ints(0, buckets - 1) * Bucket.SIZE;
    return (int) Bucket.slotAddress(bucket, draw.ints(0, Bucket.SLOTS - 1));
  }

  private static void flip(ByteBuffer left, int at, long bits) {
    left.putLong(at, left.getLong(at) ^ bits);
  }

  @Test
  void shouldTellOfTheFirstOfSeveralSegmentsThatAreRefused() throws IOException {
    byte[] left = kept.bytes();
    List<Integer> starts = new ArrayList<>();
    for (int page = 0; page < AREA.pages(); page++) {
      if (words(left).getLong((int) AREA.lengthOffset(page)) > 0) {
        starts.add(page);
      }
    }
    // The last that the thread with the first half goes over, and the first of another thread.
    int half = starts.size() / 2;
    long pages = join(left, starts.subList(half - 3, half));
    long others = join(left, starts.subList(half + 3, half + 8));
    assertThat(others).isNotEqualTo(pages);
    assertThat(sameOutcome(left).refusal())
        .contains("its recovery area is damaged: a segment of " + pages + " pages");
  }

  /** Makes one segment of several that follow each other; the answer is how many pages it has. */
  private static long join(byte[] left, List<Integer> starts) {
    int start = starts.getFirst();
    int last = starts.getLast();
    long pages = last - start + words(left).getLong((int) AREA.lengthOffset(last));
    for (int each : starts) {
      words(left).putLong((int) AREA.lengthOffset(each), each == start ? pages : 0);
    }
    return pages;
  }
}
