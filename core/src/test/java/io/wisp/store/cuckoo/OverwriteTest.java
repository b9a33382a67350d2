// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.RecordAddress;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.StoreStatistics;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteCondition;
import io.wisp.store.WrittenRecord;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.testing.Allocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A value of the same size goes where the old one is, beside everybody who reads or moves it. */
class OverwriteTest extends ConcurrencyTestBase {

  /** So long that values begin at a word. */
  private static final Slice KEY = Slice.of("the key.");

  private static final int WORDS = 16;
  private static final long LEAST = 1000;
  private static final int SETS = 20_000;

  private final ValueBuffer found = new ValueBuffer();
  private final AtomicLong seen = new AtomicLong();

  /** A value all of whose words are the same. */
  private static Slice value(long word) {
    long[] words = new long[WORDS];
    Arrays.fill(words, word);
    return new Slice().set(MemorySegment.ofArray(words), 0, WORDS * Long.BYTES);
  }

  private static void put(CuckooStore store, long word) {
    assertThat(store.put(KEY, value(word))).isEqualTo(Status.REPLACED);
  }

  private static byte[] bytes(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void shouldReplaceValuesOfOneSizeInAFullStoreAndMoveNothing() {
    CuckooStore store = open(MEBIBYTE);
    int keys = fill(store, Slice.of(new byte[100]));
    StoreStatistics before = store.statistics();
    long[] records = new long[keys];
    for (int i = 0; i < keys; i++) {
      records[i] = Locations.recordOf(store, key(i));
    }
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < keys; i++) {
        // Those of a size, when they are padded.
        Slice value = Slice.of(bytes(random, 97 + random.nextInt(8)));
        assertThat(store.put(key(i), value)).isEqualTo(Status.REPLACED);
        assertThat(store.get(key(i), found)).isEqualTo(Status.FOUND);
        assertThat(found.toByteArray()).isEqualTo(value.toByteArray());
        assertThat(Locations.recordOf(store, key(i))).isEqualTo(records[i]);
      }
    }
    StoreStatistics after = store.statistics();
    assertThat(after.relocations()).isEqualTo(before.relocations());
    assertThat(after.wonBytes()).isEqualTo(before.wonBytes());
    assertThat(after.recordBytes()).isEqualTo(before.recordBytes());
    assertThat(after.freeBytes()).isEqualTo(before.freeBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "100, 100, true",
    "100, 97, true",
    "100, 105, false",
    "100, 96, false",
    "0, 0, true",
    "5, 1, true",
    "5, 0, false",
    "2016, 2016, true",
    "2017, 2017, false",
  })
  void shouldStayInItsPlaceIfItsRecordIsShortAndHasTheSameSize(
      int before, int after, boolean stays) {
    CuckooStore store = open(MEBIBYTE);
    SplittableRandom random = new SplittableRandom(1);
    store.put(KEY, Slice.of(bytes(random, before)));
    long record = Locations.recordOf(store, KEY);
    byte[] value = bytes(random, after);
    assertThat(store.put(KEY, Slice.of(value))).isEqualTo(Status.REPLACED);
    assertThat(Locations.recordOf(store, KEY) == record).isEqualTo(stays);
    assertThat(store.get(KEY, found)).isEqualTo(Status.FOUND);
    assertThat(found.toByteArray()).isEqualTo(value);
    assertThat(store.size()).isOne();
  }

  /** As for one who took the key for there, or the record for one of its size, a moment before. */
  @ParameterizedTest
  @ValueSource(ints = {0, 100, 200, 1900})
  void shouldLeaveAloneWhatIsOfAnotherSizeOrNotThere(int length) {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, value(1));
    Overwriter overwriter = new Overwriter(store.table(), clock);
    Draft draft = new Draft();
    for (Slice key : List.of(KEY, Slice.of("other"))) {
      draft.write(key, Slice.of(new byte[length]));
      long hash = store.table().index().hash(key);
      assertThat(overwriter.write(draft, hash, WriteCondition.ALWAYS, 0, Store.NEVER, null))
          .isNull();
    }
    assertThat(store.get(KEY, found)).isEqualTo(Status.FOUND);
    assertThat(found.toByteArray()).isEqualTo(value(1).toByteArray());
    assertThat(store.size()).isOne();
  }

  /** Where a process may end in the middle, and another go on with what it left. */
  @Test
  void shouldGoElsewhereInAKeptTable(@TempDir Path folder) throws Exception {
    try (CuckooStore store = CuckooStore.keep(options(MEBIBYTE), folder.resolve("region"))) {
      store.put(KEY, value(1));
      long record = Locations.recordOf(store, KEY);
      put(store, 2);
      assertThat(Locations.recordOf(store, KEY)).isNotEqualTo(record);
    }
  }

  @Test
  void shouldTellWhereTheRecordIsAndKeepItWhereReadersRememberIt() {
    CuckooStore store = open(MEBIBYTE);
    RemoteClient client = new RemoteClient(store, RemoteTable.Options.DEFAULT);
    WrittenRecord written = new WrittenRecord();
    store.put(KEY, value(1));
    assertThat(client.get(KEY)).isEqualTo(Step.HIT);
    for (int i = 2; i < 100; i++) {
      store.write(KEY, value(i), WriteCondition.ALWAYS, 0, Store.NEVER, written);
      assertThat(client.get(KEY)).isEqualTo(Step.HIT);
      assertThat(client.value().toByteArray()).isEqualTo(value(i).toByteArray());
      assertThat(written.address())
          .isEqualTo(
              RecordAddress.of(client.lookup().recordOffset(), client.lookup().recordLength()));
    }
    assertThat(client.statistics().addressHits()).isEqualTo(98);
    assertThat(client.statistics().staleAddresses()).isZero();
    store.write(KEY, value(0), WriteCondition.IF_ABSENT, 0, Store.NEVER, written);
    assertThat(written.address()).isEqualTo(RecordAddress.NONE);
  }

  @Test
  void shouldOverwriteNothingUnlessTheConditionHolds() {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, value(1));
    store.get(KEY, found);
    long version = found.version();
    assertThat(store.putIfAbsent(KEY, value(2))).isEqualTo(Status.CONFLICT);
    assertThat(store.compareAndSet(KEY, value(2), version - 1)).isEqualTo(Status.CONFLICT);
    assertThat(store.get(KEY, found)).isEqualTo(Status.FOUND);
    assertThat(found.version()).isEqualTo(version);
    assertThat(found.toByteArray()).isEqualTo(value(1).toByteArray());
    assertThat(store.compareAndSet(KEY, value(2), version)).isEqualTo(Status.REPLACED);
    assertThat(store.compareAndSet(KEY, value(3), version)).isEqualTo(Status.CONFLICT);
    assertThat(store.write(KEY, value(4), WriteCondition.IF_PRESENT, 0, Store.NEVER))
        .isEqualTo(Status.REPLACED);
    assertThat(store.get(KEY, found)).isEqualTo(Status.FOUND);
    assertThat(found.version()).isGreaterThan(version);
    assertThat(found.toByteArray()).isEqualTo(value(4).toByteArray());
  }

  @Test
  void shouldKeepExpiriesAndTheirNumbersRight() {
    CuckooStore store = open(options(MEBIBYTE).clock(clock));
    store.put(KEY, value(1));
    long record = Locations.recordOf(store, KEY);
    checkWrite(store, 2000, 2000, 1);
    checkWrite(store, Store.KEEP_EXPIRY, 2000, 1);
    checkWrite(store, 3000, 3000, 1);
    checkWrite(store, Store.NEVER, Store.NEVER, 0);
    checkWrite(store, Store.KEEP_EXPIRY, Store.NEVER, 0);
    checkWrite(store, 2000, 2000, 1);
    assertThat(Locations.recordOf(store, KEY)).isEqualTo(record);
    now.set(2000);
    assertThat(store.write(KEY, value(2), WriteCondition.IF_PRESENT, 0, Store.NEVER))
        .isEqualTo(Status.CONFLICT);
    assertThat(store.putIfAbsent(KEY, value(2))).isEqualTo(Status.CREATED);
    assertThat(store.statistics().expired()).isOne();
    assertThat(store.statistics().expiring()).isZero();
    assertThat(store.write(KEY, value(3), WriteCondition.ALWAYS, 0, 1999))
        .isEqualTo(Status.REPLACED);
    assertThat(store.get(KEY, found)).isEqualTo(Status.ABSENT);
    now.set(1000);
    assertThat(store.contains(KEY)).as("after the clock was set back").isFalse();
  }

  private void checkWrite(CuckooStore store, long expiresAt, long expected, long expiring) {
    assertThat(store.write(KEY, value(expected), WriteCondition.ALWAYS, 0, expiresAt))
        .isEqualTo(Status.REPLACED);
    assertThat(store.get(KEY, found)).isEqualTo(Status.FOUND);
    assertThat(found.expiresAt()).isEqualTo(expected);
    assertThat(store.statistics().expiring()).isEqualTo(expiring);
    assertThat(store.statistics().expired()).isZero();
    StoreInspector.check(store);
  }

  @Test
  void shouldLeaveTheOldValueWholeWhenTheNewOneCannotBeRead() {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, value(1));
    Slice unreadable = new Slice();
    try (Arena arena = Arena.ofConfined()) {
      unreadable.set(arena.allocate(WORDS * Long.BYTES), 0, WORDS * Long.BYTES);
    }
    assertThatThrownBy(() -> store.put(KEY, unreadable)).isInstanceOf(IllegalStateException.class);
    assertThat(store.get(KEY, found)).isEqualTo(Status.FOUND);
    assertThat(found.toByteArray()).isEqualTo(value(1).toByteArray());
    put(store, 2);
  }

  /** As a client may do with a frame in memory that it shares with the server. */
  @Test
  void shouldStoreARecordThatProvesItselfWhateverOthersDoToTheSourceMeanwhile() throws Exception {
    CuckooStore store = open(MEBIBYTE);
    RemoteClient client = new RemoteClient(store, RemoteTable.Options.DEFAULT);
    MemorySegment source = MemorySegment.ofArray(new long[WORDS]);
    Slice value = new Slice().set(source, 0, WORDS * Long.BYTES);
    store.put(KEY, value);
    threads.runFor(
        seconds(),
        () -> seen.get() > SETS,
        List.of(
            () -> {
              for (long n = 0; !threads.areToStop(); n++) {
                source.setAtIndex(ValueLayout.JAVA_LONG, n % WORDS, n);
              }
            },
            () -> {
              while (!threads.areToStop()) {
                assertThat(store.put(KEY, value)).isEqualTo(Status.REPLACED);
                assertThat(client.get(KEY)).isEqualTo(Step.HIT);
                seen.incrementAndGet();
              }
            }));
    assertThat(seen).hasPositiveValue();
  }

  @Test
  void shouldAllocateNothing() throws Exception {
    CuckooStore store = open(MEBIBYTE);
    Slice value = value(1);
    Allocation.requireNone(
        50_000,
        () -> {
          for (int i = 0; i < 50_000; i++) {
            store.put(KEY, value);
          }
        });
  }

  /** Its record stays among the oldest, where what is not in use goes. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldEvictWhatIsWrittenAgainAndAgainNoSoonerThanWhatIsRead(int unused) {
    CuckooStore store = open(options(2 * MEBIBYTE).evict(true));
    store.put(KEY, value(0));
    store.put(Slice.of("unused"), value(0));
    for (int i = 0; i < 100_000; i++) {
      store.put(key(i + unused), Slice.of(new byte[100]));
      if (i % 100 == 0) {
        assertThat(store.put(KEY, value(i))).isEqualTo(Status.REPLACED);
      }
    }
    assertThat(store.contains(KEY)).isTrue();
    assertThat(store.contains(Slice.of("unused"))).isFalse();
  }

  /** Whichever words of a fetch come from before the write, and which from after. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldShowAReaderFromElsewhereOneValueWholeHoweverItsReadIsTorn(boolean backwards) {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, value(0));
    RemoteClient plain = new RemoteClient(store, RemoteTable.Options.DEFAULT);
    assertThat(plain.get(KEY)).isEqualTo(Step.HIT);
    int words = plain.lookup().recordLength() / Long.BYTES;
    long record = plain.lookup().recordOffset();
    for (int before = 0; before <= words; before++) {
      long old = before;
      TornOnce network = new TornOnce(before, backwards, () -> put(store, old + 1));
      put(store, old);
      RemoteClient client = new RemoteClient(store.region(), RemoteTable.Options.DEFAULT, network);
      assertThat(client.getAt(KEY, record, words * Long.BYTES)).isEqualTo(Step.HIT);
      assertThat(client.value().toByteArray())
          .isIn(value(old).toByteArray(), value(old + 1).toByteArray());
      boolean isTorn = before > 0 && before < words;
      assertThat(client.statistics().staleAddresses()).isEqualTo(isTorn ? 1 : 0);
    }
  }

  /** Has a write happen when so many words of the first read were fetched. */
  private static final class TornOnce implements RemoteClient.Network {

    private final int before;
    private final boolean backwards;
    private final Runnable write;
    private boolean isDone;

    TornOnce(int before, boolean backwards, Runnable write) {
      this.before = before;
      this.backwards = backwards;
      this.write = write;
    }

    @Override
    public void fetch(RemoteReads reads, MemorySegment region, MemorySegment buffer) {
      if (isDone) {
        reads.copy(region, buffer);
        return;
      }
      isDone = true;
      int words = reads.length(0) / Long.BYTES;
      for (int i = 0; i <= words; i++) {
        if (i == before) {
          write.run();
        }
        if (i < words) {
          long at = (long) Long.BYTES * (backwards ? words - 1 - i : i);
          long word = Words.getAcquire(region, reads.regionOffset(0) + at);
          Words.setUnaligned(buffer, reads.bufferOffset(0) + at, word);
        }
      }
    }
  }

  /** Has a write happen behind each read of records, or behind the first. */
  private static RemoteClient.Network writing(boolean always, Runnable write) {
    int[] fetches = new int[1];
    return (reads, region, buffer) -> {
      reads.copy(region, buffer);
      if (reads.length(0) > Bucket.SIZE && (fetches[0]++ == 0 || always)) {
        write.run();
      }
    };
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldSeeThatARecordWasWrittenOverWhereASecondLookCostsLittle(boolean atAddress) {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, value(1));
    RemoteTable.Options options =
        RemoteTable.Options.DEFAULT.secondLook(
            (offset, word0, word1) ->
                Words.getAcquire(store.region(), offset) == word0
                    && Words.getAcquire(store.region(), offset + Long.BYTES) == word1);
    RemoteClient client =
        new RemoteClient(store.region(), options, writing(false, () -> put(store, 2)));
    Step step =
        atAddress
            ? client.getAt(KEY, Locations.recordOf(store, KEY), RecordLayout.size(8, 128))
            : client.get(KEY);
    assertThat(step).isEqualTo(Step.HIT);
    assertThat(client.value().toByteArray()).isEqualTo(value(2).toByteArray());
    assertThat(client.statistics().retries()).isOne();
    assertThat(client.statistics().staleAddresses()).isZero();
  }

  @Test
  void shouldAskForTheServerWhereARecordIsWrittenOverWithEveryLook() {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, value(1));
    RemoteClient client =
        new RemoteClient(
            store.region(),
            RemoteTable.Options.DEFAULT.secondLook((_, _, _) -> false).maxRetries(5),
            RemoteReads::copy);
    assertThat(client.get(KEY)).isEqualTo(Step.FALL_BACK);
    assertThat(client.statistics().retries()).isEqualTo(5);
  }

  /** Its rest never belongs to its beginning; so the next look has both in one read. */
  @Test
  void shouldFindALongValueThatIsWrittenOverBetweenAnyTwoReads() {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, Slice.of(new byte[1000]));
    SplittableRandom random = new SplittableRandom(1);
    RemoteClient client =
        new RemoteClient(
            store.region(),
            RemoteTable.Options.DEFAULT,
            writing(true, () -> store.put(KEY, Slice.of(bytes(random, 1000)))));
    assertThat(client.get(KEY)).isEqualTo(Step.HIT);
    assertThat(client.statistics().retries()).isOne();
  }

  @Test
  void shouldLookAgainWhenTheValueIsOverwrittenWhileItIsCopied() {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, value(1));
    long record = Locations.recordOf(store, KEY);
    RacedSink sink = new RacedSink(() -> put(store, 2));
    assertThat(store.get(KEY, sink)).isEqualTo(Status.FOUND);
    assertThat(sink.bytes()).isEqualTo(value(2).toByteArray());
    assertThat(sink.copies()).isEqualTo(2);
    assertThat(Locations.recordOf(store, KEY)).isEqualTo(record);
  }

  /**
   * Values that are numbered as their versions are: with one key and one writer, each version is
   * the one before and 1.
   */
  private static final class Numbered implements AutoCloseable {

    private final CuckooStore store = CuckooStore.open(MEBIBYTE);
    private final long first;

    Numbered() {
      store.put(KEY, value(0));
      first = RecordLayout.version(Words.getAcquire(store.region(), record()));
    }

    long record() {
      return Locations.recordOf(store, KEY);
    }

    /** Each with another expiry, or none. */
    void write(long number) {
      store.write(KEY, value(number), WriteCondition.ALWAYS, 0, expiry(number));
    }

    static long expiry(long number) {
      return number % 3 == 0 ? Store.NEVER : Long.MAX_VALUE - number;
    }

    @Override
    public void close() {
      store.close();
    }

    void check(long version, long firstWord, long lastWord, long expiresAt) {
      long number = version - first;
      assertThat(firstWord).as("the first word of value %d", number).isEqualTo(number);
      assertThat(lastWord).as("the last word of value %d", number).isEqualTo(number);
      assertThat(expiresAt).isEqualTo(number == 0 ? Store.NEVER : expiry(number));
    }
  }

  @Test
  void shouldShowReadersEachVersionWithItsOwnValueWhileItsRecordMoves() throws Exception {
    try (Numbered numbered = new Numbered()) {
      CuckooStore store = numbered.store;
      RemoteTable.Options options = RemoteTable.Options.DEFAULT;
      threads.runFor(
          2 * seconds(),
          () -> seen.get() > LEAST && store.statistics().relocations() > 100,
          List.of(
              () -> writeUntilStopped(numbered),
              () -> moveUntilStopped(store),
              () -> readHere(numbered),
              () -> readHere(numbered),
              () -> readFromElsewhere(numbered, new RemoteClient(store, options)),
              () ->
                  readFromElsewhere(
                      numbered, new RemoteClient(store.region(), options, new TearingNetwork(1)))));
      assertThat(seen).hasPositiveValue();
      assertThat(store.statistics().relocations()).isPositive();
      StoreInspector.check(store);
    }
  }

  private void writeUntilStopped(Numbered numbered) {
    for (long number = 1; !threads.areToStop(); number++) {
      numbered.write(number);
    }
  }

  /** Under the stripes it is looked for, and moved without; then it may have moved already. */
  private void moveUntilStopped(CuckooStore store) {
    Table table = store.table();
    long hash = table.index().hash(KEY);
    while (!threads.areToStop()) {
      table.stripes().lockKey(hash);
      long record = Locations.recordOf(store, KEY);
      table.stripes().unlockKey(hash);
      assertThat(table.compactor().relocate(record)).isTrue();
    }
  }

  private void readHere(Numbered numbered) {
    long last = 0;
    try (ValueBuffer read = new ValueBuffer()) {
      while (!threads.areToStop()) {
        assertThat(numbered.store.get(KEY, read)).isEqualTo(Status.FOUND);
        Slice value = read.pointAt(new Slice());
        numbered.check(read.version(), word(value, 0), word(value, WORDS - 1), read.expiresAt());
        last = checkOrder(last, read.version());
      }
    }
  }

  private void readFromElsewhere(Numbered numbered, RemoteClient client) {
    long last = 0;
    while (!threads.areToStop()) {
      Step step = client.get(KEY);
      assertThat(step).isIn(Step.HIT, Step.FALL_BACK);
      if (step == Step.HIT) {
        long version = client.lookup().version();
        Slice value = client.value();
        numbered.check(
            version, word(value, 0), word(value, WORDS - 1), client.lookup().expiresAt());
        last = checkOrder(last, version);
      }
    }
  }

  private long checkOrder(long last, long version) {
    assertThat(version).isGreaterThanOrEqualTo(last);
    if (version > last) {
      seen.incrementAndGet();
    }
    return version;
  }

  private static long word(Slice value, int number) {
    return value
        .segment()
        .get(ValueLayout.JAVA_LONG_UNALIGNED, value.offset() + (long) number * Long.BYTES);
  }

  /** In which order whoever reads the bytes sees a writer's stores. */
  @Test
  void shouldShowNothingOfAValueBeforeItsVersionNorARecordAliveBeforeAllOfIt() throws Exception {
    try (Numbered numbered = new Numbered()) {
      long record = numbered.record();
      threads.runFor(
          2 * seconds(),
          () -> seen.get() > LEAST,
          List.of(
              () -> writeUntilStopped(numbered),
              () -> observeVersions(numbered, record),
              () -> observeRecord(numbered, record)));
      assertThat(numbered.record()).isEqualTo(record);
      assertThat(seen).hasPositiveValue();
    }
  }

  private void observeVersions(Numbered numbered, long record) {
    MemorySegment region = numbered.store.region();
    long start = record + RecordLayout.HEADER_SIZE + KEY.length();
    SplittableRandom random = new SplittableRandom(1);
    while (!threads.areToStop()) {
      long at = start + (long) random.nextInt(WORDS) * Long.BYTES;
      long number = region.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
      VarHandle.acquireFence();
      long version = RecordLayout.version(Words.getAcquire(region, record));
      assertThat(version - numbered.first)
          .as("version after a value")
          .isGreaterThanOrEqualTo(number);
      long expiry = RecordLayout.expiry(region, record);
      VarHandle.acquireFence();
      version = RecordLayout.version(Words.getAcquire(region, record));
      if (expiry != Store.NEVER) {
        assertThat(version - numbered.first)
            .as("version after an expiry")
            .isGreaterThanOrEqualTo(Long.MAX_VALUE - expiry);
      }
    }
  }

  private void observeRecord(Numbered numbered, long record) {
    MemorySegment region = numbered.store.region();
    long start = record + RecordLayout.HEADER_SIZE + KEY.length();
    long last = 0;
    while (!threads.areToStop()) {
      long word1 = Words.getAcquire(region, record + Long.BYTES);
      long firstWord = region.get(ValueLayout.JAVA_LONG_UNALIGNED, start);
      long lastWord =
          region.get(ValueLayout.JAVA_LONG_UNALIGNED, start + (WORDS - 1) * (long) Long.BYTES);
      long word0 = Words.getAcquire(region, record);
      long expiry = RecordLayout.expiry(region, record);
      VarHandle.acquireFence();
      if (RecordLayout.isLive(word1) && Words.getAcquire(region, record + Long.BYTES) == word1) {
        numbered.check(RecordLayout.version(word0), firstWord, lastWord, expiry);
        last = checkOrder(last, RecordLayout.version(word0));
      }
    }
  }
}
