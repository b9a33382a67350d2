// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.store.cuckoo.log.Compactor;
import io.wisp.store.cuckoo.log.Deadline;
import io.wisp.store.cuckoo.log.Heap;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.log.Segment;
import io.wisp.store.cuckoo.log.SegmentTable;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.table.IndexMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The states in which a store once refused writes though there was memory, one by one. */
class CompactorTest extends StoreTestBase {

  private static final int VALUE_BYTES = 100;
  private static final int SHORTER = VALUE_BYTES - Long.BYTES;
  private static final int RECORD_BYTES = RecordLayout.size(16, VALUE_BYTES);
  private static final long WORD0 = RecordLayout.word0(0, 16);
  private static final long WORD1 = RecordLayout.pendingWord1(VALUE_BYTES);

  private final ValueBuffer found = new ValueBuffer();

  @Test
  void shouldReplaceForEverWhileARecordThatIsBeingWrittenPinsItsSegment() {
    CuckooStore store = open(MEBIBYTE);
    Heap heap = store.table().heap();
    long pinned = heap.allocate(WORD0, WORD1);
    int keys = fill(store, usableMemory(store, RECORD_BYTES, 1));
    for (int i = 0; i < 30_000; i++) {
      assertThat(replace(store, i * 7 % keys)).as("write %d", i).isEqualTo(Status.REPLACED);
    }
    heap.free(pinned);
  }

  @Test
  void shouldTakeWritesAgainAfterGrowthOfTheIndexFoundNoRoomInAFullStore() {
    CuckooStore store = open(MEBIBYTE);
    int keys = fill(store, Long.MAX_VALUE);
    long buckets = store.table().index().buckets();
    assertThat(store.table().indexMemory().ensure(buckets + 64))
        .isEqualTo(Compactor.Outcome.NO_ROOM);
    StoreInspector.check(store);
    for (int i = 0; i < keys; i += 8) {
      assertThat(store.delete(key(i))).isEqualTo(Status.DELETED);
    }
    for (int i = 1; i < keys; i++) {
      if (i % 8 != 0) {
        assertThat(replace(store, i)).as("write %d", i).isEqualTo(Status.REPLACED);
      }
    }
  }

  @Test
  void shouldGrowTheIndexWhenRecordsHaveDiedThoughNoPageCameBackSinceItLastFailed() {
    CuckooStore store = open(MEBIBYTE);
    int keys = fill(store, Long.MAX_VALUE);
    IndexMemory indexMemory = store.table().indexMemory();
    long buckets = store.table().index().buckets();
    assertThat(indexMemory.ensure(buckets + 64)).isEqualTo(Compactor.Outcome.NO_ROOM);
    int freePages = store.table().pages().freeCount();
    for (int i = 0; i < keys; i += 3) {
      store.delete(key(i));
    }
    assertThat(store.table().pages().freeCount()).isEqualTo(freePages);
    assertThat(indexMemory.ensure(buckets + 64)).isEqualTo(Compactor.Outcome.VACATED);
  }

  @Test
  void shouldKeepCompactingAfterALargeValueTookTheLastRunOfPages() {
    CuckooStore store = open(2 * MEBIBYTE);
    Slice large = Slice.of(new byte[200_000]);
    int keys = fill(store, Long.MAX_VALUE);
    for (int i = 0; i < keys; i++) {
      if (i % 4 == 0) {
        store.delete(key(i));
      }
    }
    assertThat(store.put(Slice.of("large"), large)).isEqualTo(Status.CREATED);
    StoreInspector.check(store);
    for (int i = 0; i < keys; i++) {
      if (i % 4 != 0) {
        assertThat(replace(store, i)).as("write %d", i).isEqualTo(Status.REPLACED);
      }
    }
  }

  @Test
  void shouldWinWhatDiedInTheOpenSegmentOfAThreadThatWritesNoMore() throws Exception {
    CuckooStore store = open(8 * MEBIBYTE);
    int idle = 400;
    onThread(0, () -> putAll(store, -idle, 0));
    AtomicLong written = new AtomicLong();
    onThread(1, () -> written.set(fill(store, Long.MAX_VALUE)));
    onThread(1, () -> deleteAll(store, -idle, 0));
    int next = (int) written.get();
    onThread(1, () -> putAll(store, next, next + idle * 9 / 10));
  }

  /** Runs a task on a thread whose lane, of two, is this one. */
  private static void onThread(int lane, Runnable task) throws Exception {
    AtomicBoolean hasRun = new AtomicBoolean();
    Runnable ifItIsThere =
        () -> {
          if ((Thread.currentThread().threadId() & 1) == lane) {
            task.run();
            hasRun.set(true);
          }
        };
    while (!hasRun.get()) {
      new ConcurrentTasks().run(List.of(ifItIsThere));
    }
  }

  /** As for a compactor that chose a segment a moment before its last record died. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldNotWaitForPagesThatAnotherSegmentTookBeforeTheyWereClosed() {
    CuckooStore store = open(MEBIBYTE);
    Heap heap = store.table().heap();
    SegmentTable segments = heap.segments();
    fillWithFew(store);
    Segment chosen = segments.select(segment -> !segments.isFullLength(segment)).getFirst();
    heap.retire(chosen);
    store.clear();
    assertThat(chosen.isFree()).isTrue();
    fillWithFew(store);
    assertThat(segments.owner(chosen.firstPage())).isNotSameAs(chosen);
    store.table().compactor().compactInPlace(chosen);
  }

  @Test
  void shouldLeaveTheLockToOthersWhileItWaitsForTheirRecords() throws Exception {
    CuckooStore store = open(MEBIBYTE);
    Table table = store.table();
    int keys = fill(store, Long.MAX_VALUE);
    long pinned = pinTheOnlySegmentWithDeadRecords(store, keys);
    List<Long> refusals = new ArrayList<>();
    AtomicLong offset = new AtomicLong();
    Thread waiting =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (offset.get() == Heap.NONE) {
                    long start = System.nanoTime();
                    offset.set(table.compactor().allocate(WORD0, WORD1, true));
                    if (offset.get() == Heap.NONE) {
                      refusals.add(System.nanoTime() - start);
                    }
                  }
                });
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    assertThat(table.compactor().allocate(WORD0, WORD1, false)).isEqualTo(Heap.NONE);
    assertThat(offset).hasValue(Heap.NONE);
    table.heap().free(pinned);
    waiting.join();
    table.heap().free(offset.get());
    assertThat(refusals)
        .allSatisfy(each -> assertThat(each).isGreaterThanOrEqualTo(Deadline.LIMIT_NANOSECONDS));
  }

  /** Deletes keys whose records share a segment, and leaves one of them half written there. */
  private static long pinTheOnlySegmentWithDeadRecords(CuckooStore store, int keys) {
    Table table = store.table();
    for (int i = 0; i < keys / 20; i++) {
      store.delete(key(i));
    }
    long pinned = table.compactor().allocate(WORD0, WORD1, true);
    long last = pinned;
    List<Long> more = new ArrayList<>();
    while (last != Heap.NONE) {
      last = table.compactor().allocate(WORD0, WORD1, false);
      if (last != Heap.NONE) {
        more.add(last);
      }
    }
    SegmentTable segments = table.heap().segments();
    for (long each : more) {
      if (segments.ofRecord(each) == segments.ofRecord(pinned)) {
        table.heap().free(each);
      }
    }
    return pinned;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shouldFreeASegmentInWhichARecordIsBeingGivenAnotherExpiry(boolean evict) throws Exception {
    CuckooStore store = open(options(MEBIBYTE).evict(evict));
    Table table = store.table();
    int keys = fill(store, usableMemory(store, RECORD_BYTES, 1));
    Segment segment = segmentOf(store, 0);
    for (int i = 1; i < keys && !evict; i++) {
      if (segmentOf(store, i) == segment) {
        store.delete(key(i));
      }
    }
    long hash = table.index().hash(key(0));
    long word1Address = recordOf(store, 0) + Long.BYTES;
    List<Long> more = new ArrayList<>();
    table.stripes().lockKey(hash);
    long word1 = Words.getPlain(store.region(), word1Address);
    Words.setRelease(store.region(), word1Address, word1 & ~RecordLayout.LIVE);
    Thread compacting =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!segment.isFree()) {
                    if (evict) {
                      more.add(table.compactor().allocate(WORD0, WORD1, true));
                    } else {
                      table.compactor().compactInBackground();
                    }
                  }
                });
    while (compacting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    Words.setRelease(store.region(), word1Address, word1);
    table.stripes().unlockKey(hash);
    compacting.join();
    // None was won if this thread stood still while that one waited.
    more.removeIf(offset -> offset == Heap.NONE);
    more.forEach(table.heap()::free);
    assertThat(evict || store.contains(key(0))).isTrue();
  }

  private static long recordOf(CuckooStore store, int number) {
    return Locations.recordOf(store, key(number));
  }

  private static Segment segmentOf(CuckooStore store, int number) {
    return store.table().heap().segments().ofRecord(recordOf(store, number));
  }

  static Status put(CuckooStore store, int number) {
    return store.put(key(number), Slice.of(new byte[VALUE_BYTES]));
  }

  /** Replaces a value by one of another size, which is not written over it. */
  private Status replace(CuckooStore store, int number) {
    int length = store.get(key(number), found) == Status.FOUND ? found.valueLength() : 0;
    return store.put(
        key(number), Slice.of(new byte[length == VALUE_BYTES ? SHORTER : VALUE_BYTES]));
  }

  private static void putAll(CuckooStore store, int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(put(store, i)).as("write %d", i).isEqualTo(Status.CREATED);
    }
  }

  /** Creates long entries until one is refused: so few that the index does not grow. */
  private static void fillWithFew(CuckooStore store) {
    fill(store, Slice.of(new byte[1000]));
  }

  private static void deleteAll(CuckooStore store, int from, int to) {
    for (int i = from; i < to; i++) {
      assertThat(store.delete(key(i))).isEqualTo(Status.DELETED);
    }
  }

  /** Creates entries until their records have so many bytes, or one is refused. */
  private static int fill(CuckooStore store, long recordBytes) {
    int count = 0;
    while ((count + 1L) * RECORD_BYTES <= recordBytes && put(store, count) == Status.CREATED) {
      count++;
    }
    return count;
  }
}
