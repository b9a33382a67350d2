// SPDX-License-Identifier: Apache-2.0
package io.wisp.replication;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.SlotChange;
import io.wisp.cluster.SlotLedger;
import io.wisp.cluster.SlotMoves;
import io.wisp.cluster.SlotRange;
import io.wisp.store.ArraySink;
import io.wisp.store.ForwardingStore;
import io.wisp.store.KeySink;
import io.wisp.store.LookedAtStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueSink;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.testing.Draw;
import io.wisp.testing.Property;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.server.protocol.TermIndex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {

  private static final int MEBIBYTE = 1 << 20;
  private static final int KEYS = 12;

  @TempDir private Path folder;

  /** A store to which somebody writes between any two looks at it. */
  private static final class WrittenStore extends ForwardingStore {

    private final Store store;
    private final Runnable writer;

    WrittenStore(Store store, Runnable writer) {
      this.store = store;
      this.writer = writer;
    }

    @Override
    protected Store store() {
      return store;
    }

    @Override
    public long scan(long cursor, int atLeast, KeySink sink) {
      writer.run();
      return store.scan(cursor, 1, sink);
    }

    @Override
    public Status get(Slice key, ValueSink sink) {
      writer.run();
      return store.get(key, sink);
    }
  }

  /** What the log of one try has, as it grows. */
  private static final class History {

    private final Draw draw;
    private final List<byte[]> entries = new ArrayList<>();
    private final StoreWriter writer;

    History(Draw draw, Store store) {
      this.draw = draw;
      writer = new StoreWriter(store);
    }

    void writeSome() {
      for (int left = draw.ints(0, 2); left > 0; left--) {
        writeOne();
      }
    }

    void writeOne() {
      WriteBatch batch = new WriteBatch();
      for (int left = draw.ints(0, 3); left > 0; left--) {
        Slice key = Slice.of("key " + draw.ints(0, KEYS));
        if (draw.ints(0, 2) > 0) {
          String value = "value " + entries.size() + "." + left;
          long expiry = draw.ints(0, 4) == 0 ? Long.MAX_VALUE / 2 : Store.NEVER;
          batch.put(key, Slice.of(value), expiry, WriteCondition.ALWAYS, 0);
        } else {
          batch.delete(key, WriteCondition.ALWAYS, 0);
        }
      }
      byte[] bytes = Entry.encode(writer.applied() + 1, draw.ints(0, 15) == 0, batch);
      entries.add(bytes);
      carryOut(bytes, writer);
    }
  }

  private static void carryOut(byte[] entry, StoreWriter writer) {
    try {
      Entry decoded = Entry.decode(entry);
      assertThat(decoded.versions() == 0 || writer.apply(decoded)).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keys, with values, expiries and versions. */
  private static Map<String, String> contents(Store store) {
    Map<String, String> contents = new TreeMap<>();
    ArraySink record = new ArraySink();
    for (int i = 0; i <= KEYS; i++) {
      if (store.get(Slice.of("key " + i), record) == Status.FOUND) {
        contents.put(
            "key " + i,
            new String(record.value(), UTF_8)
                + " until "
                + record.expiresAt()
                + " by "
                + record.version());
      }
    }
    return contents;
  }

  @Test
  void shouldBecomeWholeWhenWhatWasWrittenMeanwhileIsCarriedOutAgain() {
    Path file = folder.resolve("snapshot");
    Property.check(
        300,
        draw -> {
          try (CuckooStore store = CuckooStore.open(MEBIBYTE);
              CuckooStore restored = CuckooStore.open(MEBIBYTE)) {
            History history = new History(draw, store);
            for (int left = draw.ints(0, 20); left > 0; left--) {
              history.writeOne();
            }
            int begin = history.entries.size();
            long applied = history.writer.applied();
            Store written = new WrittenStore(store, history::writeSome);
            assertThat(new SnapshotWriter(written, () -> false).write(file, applied)).isTrue();
            for (int left = draw.ints(0, 5); left > 0; left--) {
              history.writeOne();
            }
            StoreWriter again = new StoreWriter(restored);
            SnapshotReader.read(file, again);
            assertThat(again.applied()).isEqualTo(applied);
            for (byte[] entry : history.entries.subList(begin, history.entries.size())) {
              carryOut(entry, again);
            }
            assertThat(again.applied()).isEqualTo(history.writer.applied());
            assertThat(contents(restored)).isEqualTo(contents(store));
            assertThat(restored.size()).isEqualTo(store.size());
          }
        });
  }

  @Test
  void shouldHaveWhatStaysAlthoughWritersMoveMoreThanAWalkRemembers() throws Exception {
    Path file = folder.resolve("snapshot");
    int staying = 100_000;
    try (CuckooStore store = CuckooStore.open(64 * MEBIBYTE);
        CuckooStore restored = CuckooStore.open(64 * MEBIBYTE)) {
      for (int i = 0; i < staying; i++) {
        store.put(Slice.of("stays " + i), Slice.of("v"));
      }
      AtomicInteger looks = new AtomicInteger();
      Runnable writer =
          () -> {
            if (looks.incrementAndGet() == staying / 2) {
              moveMany(store);
            }
          };
      Store written = new WrittenStore(store, writer);
      assertThat(new SnapshotWriter(written, () -> false).write(file, 1)).isTrue();
      SnapshotReader.read(file, new StoreWriter(restored));
      List<Integer> missing = new ArrayList<>();
      for (int i = 0; i < staying; i++) {
        if (!restored.contains(Slice.of("stays " + i))) {
          missing.add(i);
        }
      }
      assertThat(missing).isEmpty();
    }
  }

  /** About half of the moves are backward, and a walk remembers 16,384 of those. */
  private static void moveMany(Store store) {
    SplittableRandom random = new SplittableRandom(7);
    long end = store.statistics().displacements() + (1 << 17);
    for (int i = 0; i < 20_000_000; i++) {
      Slice key = Slice.of("goes " + random.nextInt(40_000));
      if (store.delete(key) != Status.DELETED) {
        store.put(key, Slice.of("v"));
      }
      if (i % 1024 == 0 && store.statistics().displacements() > end) {
        return;
      }
    }
    throw new AssertionError("too few moves");
  }

  @Test
  void shouldGiveUpWhenTheWalkBeginsAnewAgainAndAgain() {
    Path file = folder.resolve("snapshot");
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      Slice key = Slice.of("key 1");
      store.put(key, Slice.of("1"));
      Store endless =
          new ForwardingStore() {
            @Override
            protected Store store() {
              return store;
            }

            @Override
            public long scan(long cursor, int atLeast, KeySink sink) {
              sink.accept(key.segment(), key.offset(), key.length());
              return 1;
            }
          };
      assertThatThrownBy(() -> new SnapshotWriter(endless, () -> false).write(file, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("more is written meanwhile");
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void shouldNotAskBehindEachEntryWhatTheStoreHolds() throws Exception {
    try (CuckooStore store = CuckooStore.open(4 * MEBIBYTE)) {
      store.put(Slice.of("a"), Slice.of(new byte[MEBIBYTE]));
      LookedAtStore watched = new LookedAtStore(store);
      try (Snapshots snapshots = new Snapshots(watched, new SnapshotFolder(), 64_000, _ -> {})) {
        for (int i = 0; i < 10_000; i++) {
          snapshots.count(50);
          assertThat(snapshots.advance(TermIndex.valueOf(1, i), i, SlotMoves.NONE)).isNull();
        }
      }
      assertThat(watched.looks()).isBetween(1, 1_000);
    }
  }

  @Test
  void shouldChangeNothingWhenAnEntryIsNotTheNextOne() throws Exception {
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      StoreWriter writer = new StoreWriter(store);
      WriteBatch batch = new WriteBatch();
      batch.put(Slice.of("key 1"), Slice.of("1"));
      byte[] first = Entry.encode(1, false, batch);
      assertThat(writer.apply(Entry.decode(first))).isTrue();
      batch.put(Slice.of("key 1"), Slice.of("2"));
      assertThat(writer.apply(Entry.decode(Entry.encode(1, true, batch)))).isFalse();
      assertThat(writer.apply(Entry.decode(Entry.encode(3, true, batch)))).isFalse();
      assertThat(contents(store)).containsEntry("key 1", "1 until 0 by 1");
      assertThat(writer.apply(Entry.decode(Entry.encode(2, false, batch)))).isTrue();
      assertThat(contents(store)).containsEntry("key 1", "2 until 0 by 2");
    }
  }

  @Test
  void shouldSayWhenTheStoreHasNoRoomForWhatTheLogSays() throws Exception {
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      StoreWriter writer = new StoreWriter(store);
      WriteBatch batch = new WriteBatch();
      batch.put(Slice.of("a"), Slice.of(new byte[2 * MEBIBYTE]));
      assertThatThrownBy(() -> writer.apply(Entry.decode(Entry.encode(1, false, batch))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no room")
          .hasMessageContaining("--memory");
      assertThat(store.size()).isZero();
    }
  }

  @Test
  void shouldRefuseAFileThatWasChangedOrCutShort() throws Exception {
    Path file = folder.resolve("snapshot");
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      StoreWriter writer = new StoreWriter(store);
      WriteBatch batch = new WriteBatch();
      for (int i = 0; i < KEYS; i++) {
        batch.put(Slice.of("key " + i), Slice.of("value " + i));
      }
      carryOut(Entry.encode(1, false, batch), writer);
      new SnapshotWriter(store, () -> false).write(file, writer.applied());
    }
    byte[] good = Files.readAllBytes(file);
    Property.check(
        400,
        draw -> {
          byte[] bad = good.clone();
          if (draw.anyBoolean()) {
            bad = Arrays.copyOf(bad, draw.ints(0, bad.length - 1));
          } else {
            bad[draw.ints(0, bad.length - 1)] ^= (byte) (1 << draw.ints(0, 7));
          }
          Files.write(file, bad);
          try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
            assertThatThrownBy(() -> SnapshotReader.read(file, new StoreWriter(store)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
          }
        });
  }

  @Test
  void shouldKeepWhatTheLogHasSaidOfMoves() throws Exception {
    Path file = folder.resolve("snapshot");
    List<SlotRange> slots = SlotRange.parseAll("0-9,100");
    SlotLedger before = new SlotLedger(null);
    SlotLedger after = new SlotLedger(null);
    try (CuckooStore store = CuckooStore.open(MEBIBYTE);
        CuckooStore restored = CuckooStore.open(MEBIBYTE)) {
      StoreWriter writer = new StoreWriter(store, before);
      WriteBatch batch = new WriteBatch();
      batch.put(Slice.of("a"), Slice.of("1"), Store.NEVER, WriteCondition.ALWAYS, 0);
      SlotChange leave = new SlotChange(SlotChange.Kind.LEAVE, 1, 7, slots, "b", 3);
      carryOut(Entry.encode(1, false, batch, leave), writer);
      assertThat(writer.applied()).isEqualTo(2);
      SlotMoves moves = before.moves();
      assertThat(moves.leaving()).isNotNull();
      assertThat(new SnapshotWriter(store, moves, () -> false).write(file, 2)).isTrue();
      SnapshotReader.read(file, new StoreWriter(restored, after));
      assertThat(after.moves()).isEqualTo(moves);
      assertThat(restored.contains(Slice.of("a"))).isTrue();
      carryOut(
          Entry.encode(3, false, new WriteBatch(), SlotChange.of(SlotChange.Kind.GIVE, 1, 7)),
          writer);
      assertThat(before.moves().epochOf(100)).isEqualTo(3);
    }
  }

  @Test
  void shouldLeaveNoFileWhenItIsStopped() throws Exception {
    Path file = folder.resolve("snapshot");
    try (CuckooStore store = CuckooStore.open(MEBIBYTE)) {
      store.put(Slice.of("a"), Slice.of("1"));
      assertThat(new SnapshotWriter(store, () -> true).write(file, 0)).isFalse();
    }
    assertThat(folder).isEmptyDirectory();
  }
}
