// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Draw;
import io.wisp.testing.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PendingWritesTest {

  private static final long START = 1_000_000;
  private static final int MEBIBYTE = 1 << 20;

  private long now = START;

  private static Slice slice(String text) {
    return Slice.of(text);
  }

  private static @Nullable String get(Store store, String key) {
    byte[] value = store.get(key.getBytes(UTF_8));
    return value == null ? null : new String(value, UTF_8);
  }

  /** Makes what is pending happen. */
  private static void carryOut(PendingWrites pending, Store store) {
    if (pending.clears()) {
      store.clear();
    }
    assertThat(store.writeAll(pending.writes())).isEqualTo(Status.DONE);
    pending.reset();
  }

  @Test
  void shouldAnswerAsAStoreDoesAndLeaveTheSameBehind() {
    Property.check(
        300,
        draw -> {
          now = START;
          HeapStore model = new HeapStore(Long.MAX_VALUE, () -> now);
          HeapStore store = new HeapStore(Long.MAX_VALUE, () -> now);
          PendingWrites pending = new PendingWrites(store);
          for (int round = draw.ints(1, 5); round > 0; round--) {
            pending.begin();
            pending.show();
            for (int left = draw.ints(0, 12); left > 0; left--) {
              checkOne(draw, pending, model);
            }
            carryOut(pending, store);
            assertThat(contents(store)).isEqualTo(contents(model));
          }
        });
  }

  private void checkOne(Draw draw, PendingWrites pending, HeapStore model) {
    Slice key = slice(draw.of("a", "b", "c", ""));
    Slice value = slice(draw.of("", "1", "22"));
    long expiry = draw.of(Store.NEVER, Store.KEEP_EXPIRY, START - 1, START + 50, START + 1_000_000);
    RecordSink seen = new RecordSink();
    RecordSink wanted = new RecordSink();
    assertThat(pending.get(key, seen)).isEqualTo(model.get(key, wanted));
    // Versions are the view's own, so each store is asked for what it has.
    boolean isSame = draw.anyBoolean();
    long version = isSame && seen.isFound() ? seen.version() : 7_777_777;
    long modelVersion = isSame && wanted.isFound() ? wanted.version() : 7_777_777;
    switch (draw.ints(0, 8)) {
      case 0, 1 -> {
        WriteCondition condition = draw.of(WriteCondition.values());
        assertThat(pending.write(key, value, condition, version, expiry))
            .isEqualTo(model.write(key, value, condition, modelVersion, expiry));
      }
      case 2 -> assertThat(pending.delete(key)).isEqualTo(model.delete(key));
      case 3 ->
          assertThat(pending.deleteIfVersion(key, version))
              .isEqualTo(model.deleteIfVersion(key, modelVersion));
      case 4 -> {
        long at = expiry == Store.KEEP_EXPIRY ? Store.NEVER : expiry;
        assertThat(pending.expire(key, at)).isEqualTo(model.expire(key, at));
      }
      case 5 -> {
        WriteBatch one = batch(draw, pending);
        WriteBatch other = copyOf(one);
        assertThat(pending.writeAll(one)).isEqualTo(model.writeAll(other));
      }
      case 6 -> now += draw.ints(0, 60);
      case 7 -> {
        if (draw.ints(0, 9) == 0) {
          pending.clear();
          model.clear();
        }
      }
      default -> assertThat(pending.contains(key)).isEqualTo(model.contains(key));
    }
    assertThat(get(pending, "a")).isEqualTo(get(model, "a"));
  }

  private static WriteBatch batch(Draw draw, PendingWrites pending) {
    WriteBatch batch = new WriteBatch();
    for (String key : List.of("a", "b", "c")) {
      WriteCondition condition =
          draw.of(WriteCondition.ALWAYS, WriteCondition.IF_ABSENT, WriteCondition.IF_PRESENT);
      switch (draw.ints(0, 3)) {
        case 0 -> batch.put(slice(key), slice("batch"), Store.NEVER, condition, 0);
        case 1 -> batch.delete(slice(key), condition, 0);
        case 2 -> batch.require(slice(key), condition, 0);
        default -> {}
      }
    }
    assertThat(pending.isShown()).isTrue();
    return batch;
  }

  private static WriteBatch copyOf(WriteBatch batch) {
    WriteBatch copy = new WriteBatch();
    for (int i = 0; i < batch.size(); i++) {
      WriteBatch.Entry entry = batch.get(i);
      switch (entry.change()) {
        case PUT -> copy.put(entry.key(), entry.value(), Store.NEVER, entry.condition(), 0);
        case DELETE -> copy.delete(entry.key(), entry.condition(), 0);
        case NONE -> copy.require(entry.key(), entry.condition(), 0);
      }
    }
    return copy;
  }

  private static Map<String, String> contents(Store store) {
    Map<String, String> contents = new TreeMap<>();
    RecordSink record = new RecordSink();
    for (String key : List.of("a", "b", "c")) {
      if (store.get(slice(key), record) == Status.FOUND) {
        contents.put(key, get(store, key) + " until " + record.expiresAt());
      }
    }
    return contents;
  }

  @Test
  void shouldShowWhatIsPendingToNobodyElse() {
    HeapStore store = new HeapStore();
    PendingWrites pending = new PendingWrites(store);
    store.put(slice("a"), slice("old"));
    pending.begin();
    pending.show();
    pending.put(slice("a"), slice("new"));
    assertThat(get(pending, "a")).isEqualTo("new");
    assertThat(get(store, "a")).isEqualTo("old");
    pending.hide();
    assertThat(get(pending, "a")).isEqualTo("old");
    carryOut(pending, store);
    assertThat(get(pending, "a")).isEqualTo("new");
  }

  @Test
  void shouldRefuseToWriteWhileNothingIsShown() {
    PendingWrites pending = new PendingWrites(new HeapStore());
    pending.begin();
    assertThatIllegalStateException().isThrownBy(() -> pending.put(slice("a"), slice("1")));
    assertThatIllegalStateException().isThrownBy(pending::clearing);
  }

  @Test
  void shouldRunTransactionsWhoseWorkIsUndoneAlone() {
    HeapStore store = new HeapStore();
    PendingWrites pending = new PendingWrites(store);
    Transaction transaction = new Transaction(pending);
    pending.begin();
    pending.show();
    pending.put(slice("a"), slice("1"));
    Status undone =
        pending.transact(
            transaction,
            () -> {
              transaction.put(slice("a"), slice("2"));
              transaction.rollBack();
            });
    assertThat(undone).isEqualTo(Status.CONFLICT);
    assertThat(pending.transact(transaction, () -> transaction.put(slice("b"), slice("3"))))
        .isEqualTo(Status.DONE);
    carryOut(pending, store);
    assertThat(get(store, "a")).isEqualTo("1");
    assertThat(get(store, "b")).isEqualTo("3");
  }

  @Test
  void shouldRefuseWhatIsMoreThanACommandMayWriteAndChangeNothing() {
    PendingWrites pending = new PendingWrites(new HeapStore());
    pending.begin();
    pending.show();
    byte[] half = new byte[PendingWrites.MAX_COMMAND_BYTES / 2 + (1 << 20)];
    assertThat(pending.put(slice("a"), Slice.of(half))).isEqualTo(Status.CREATED);
    assertThat(pending.put(slice("b"), Slice.of(half))).isEqualTo(Status.ENTRY_TOO_LARGE);
    assertThat(pending.contains(slice("b"))).isFalse();
    WriteBatch both = new WriteBatch();
    both.put(slice("c"), Slice.of(half));
    both.put(slice("d"), Slice.of(half));
    pending.show();
    assertThat(pending.writeAll(both)).isEqualTo(Status.ENTRY_TOO_LARGE);
    assertThat(pending.writes().size()).isEqualTo(1);
    // The next command has as much again.
    assertThat(pending.put(slice("b"), Slice.of(half))).isEqualTo(Status.CREATED);
  }

  @Test
  void shouldLetACommandWriteJustWhatItMayAndNoByteMore() {
    PendingWrites pending = new PendingWrites(new HeapStore());
    pending.begin();
    pending.show();
    byte[] most = new byte[PendingWrites.MAX_COMMAND_BYTES - 1];
    assertThat(pending.put(slice("a"), Slice.of(most))).isEqualTo(Status.CREATED);
    assertThat(pending.delete(slice("a"))).isEqualTo(Status.ENTRY_TOO_LARGE);
    pending.show();
    assertThat(pending.put(slice("bb"), Slice.of(most))).isEqualTo(Status.ENTRY_TOO_LARGE);
    WriteBatch batch = new WriteBatch();
    batch.put(slice("c"), Slice.of(new byte[most.length - 2]));
    batch.put(slice("d"), slice("1"));
    pending.show();
    assertThat(pending.writeAll(batch)).isEqualTo(Status.DONE);
    batch.put(slice("e"), slice(""));
    pending.show();
    assertThat(pending.writeAll(batch)).isEqualTo(Status.ENTRY_TOO_LARGE);
  }

  @Test
  void shouldSayThatABatchEndedHalfwayAndLetNobodyWriteBehindIt() {
    boolean[] hasHeap = {true};
    HeapStore store =
        new HeapStore(
            Long.MAX_VALUE,
            () -> {
              if (!hasHeap[0]) {
                throw new OutOfMemoryError("for this test");
              }
              return START;
            });
    PendingWrites pending = new PendingWrites(store);
    pending.begin();
    pending.show();
    pending.put(slice("z"), slice("1"));
    assertThat(pending.isHalfDecided()).isFalse();
    WriteBatch both = new WriteBatch();
    both.put(slice("a"), slice("1"));
    // An expiry lets it ask for the time while it puts this one.
    both.put(slice("b"), slice("2"), START + 1_000, WriteCondition.ALWAYS, 0);
    hasHeap[0] = false;
    assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> pending.writeAll(both));
    assertThat(pending.writes().size()).isEqualTo(2);
    assertThat(pending.isHalfDecided()).isTrue();
    assertThat(pending.hasRoomFor(1)).isFalse();
    hasHeap[0] = true;
    pending.begin();
    pending.show();
    assertThat(pending.writeAll(both)).isEqualTo(Status.DONE);
    assertThat(pending.isHalfDecided()).isFalse();
  }

  @Test
  void shouldLetNoMoreCommandsInWhenThereIsEnough() {
    PendingWrites pending = new PendingWrites(new HeapStore());
    pending.begin();
    assertThat(pending.hasRoomFor(2 * WriteBatch.MAX_KEYS)).isTrue();
    pending.show();
    pending.put(slice("a"), slice("1"));
    assertThat(pending.hasRoomFor(WriteBatch.MAX_KEYS - 1)).isTrue();
    assertThat(pending.hasRoomFor(WriteBatch.MAX_KEYS)).isFalse();
    pending.put(slice("b"), Slice.of(new byte[MEBIBYTE]));
    assertThat(pending.hasRoomFor(1)).isFalse();
  }

  @Test
  void shouldRefuseWhatTheStoreMightNotHaveRoomForWhenItHappens() {
    byte[] value = new byte[100];
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      StoreRoom room = new StoreRoom(store);
      List<PendingWrites> inTurn =
          List.of(new PendingWrites(store, room), new PendingWrites(store, room));
      PendingWrites pending;
      List<Status> answers = new ArrayList<>();
      int keys = 0;
      do {
        pending = inTurn.get(keys / 64 % 2);
        pending.begin();
        answers.clear();
        for (int i = 0; i < 64; i++) {
          pending.show();
          answers.add(pending.put(slice("key " + keys++), Slice.of(value)));
        }
        // Everything that was not refused has room.
        carryOut(pending, store);
      } while (!answers.contains(Status.OUT_OF_MEMORY));
      assertThat(keys).isGreaterThan(1_000);
      pending.begin();
      pending.show();
      assertThat(pending.delete(slice("key 0"))).isEqualTo(Status.DELETED);
      carryOut(pending, store);
    }
  }

  @Test
  void shouldHaveTheRoomOfAllRecordsBehindAClearOfTheSameEntry() {
    byte[] value = new byte[1_000];
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      PendingWrites pending = new PendingWrites(store);
      int keys = 0;
      Status answer;
      do {
        pending.begin();
        pending.show();
        answer = pending.put(slice("key " + keys++), Slice.of(value));
        carryOut(pending, store);
      } while (answer != Status.OUT_OF_MEMORY);
      pending.begin();
      pending.show();
      pending.clear();
      for (int i = 0; i < keys / 2; i++) {
        assertThat(pending.put(slice("new " + i), Slice.of(value))).isEqualTo(Status.CREATED);
      }
      carryOut(pending, store);
      assertThat(store.size()).isEqualTo(keys / 2);
    }
  }

  @Test
  void shouldDeleteInABatchFromAStoreThatHasNoRoomForMore() {
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      int keys = 0;
      while (!store.put(slice("key " + keys), Slice.of(new byte[100])).isError()) {
        keys++;
      }
      PendingWrites pending = new PendingWrites(store);
      pending.begin();
      pending.show();
      assertThat(pending.put(slice("another"), Slice.of("v"))).isEqualTo(Status.OUT_OF_MEMORY);
      WriteBatch batch = new WriteBatch();
      batch.delete(slice("key 1"), WriteCondition.ALWAYS, 0);
      assertThat(pending.writeAll(batch)).isEqualTo(Status.DONE);
    }
  }

  @Test
  void shouldLookAtTheStoreWhenWhatWasPutLeavesNoRoomAndNotForEachEntry() {
    byte[] value = new byte[100];
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      LookedAtStore watched = new LookedAtStore(store);
      PendingWrites pending = new PendingWrites(watched);
      // Together they are many times as much as the store has room for.
      for (int i = 0; i < 20_000; i++) {
        pending.begin();
        pending.show();
        assertThat(pending.put(slice("key " + i % 50), Slice.of(value)).isError()).isFalse();
        carryOut(pending, store);
      }
      assertThat(watched.looks()).isBetween(2, 100);
    }
  }
}
