// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.Limits;
import io.wisp.store.RecordAddress;
import io.wisp.store.RecordSink;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.WriteCondition;
import io.wisp.store.WrittenRecord;
import io.wisp.store.cuckoo.log.RecordLayout;
import io.wisp.store.cuckoo.region.Region;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.remote.KeyHandle;
import io.wisp.store.cuckoo.remote.LookupStatistics;
import io.wisp.store.cuckoo.remote.RemoteLookup;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteReads;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.store.cuckoo.remote.TableFormatException;
import io.wisp.store.cuckoo.remote.TableLayout;
import io.wisp.store.cuckoo.table.Bucket;
import io.wisp.store.cuckoo.table.Index;
import io.wisp.store.cuckoo.table.KeyHash;
import io.wisp.testing.Allocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteLookupTest extends StoreTestBase {

  private static final Slice KEY = Slice.of("key");
  private static final RemoteTable.Options DEFAULT = RemoteTable.Options.DEFAULT;
  private static final RemoteTable.Options FORGETFUL = DEFAULT.rememberedAddresses(0);

  @ParameterizedTest
  @CsvSource({"false, 3, 6", "true, 2, 4"})
  void shouldTakeTwoStepsToFindOneToFindAgainAndAFewToProveAbsent(
      boolean bucketsInOnePiece, int stepsToAbsent, int readsToAbsent) {
    CuckooStore store = open(4 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, DEFAULT.bucketsInOnePiece(bucketsInOnePiece));
    store.put(KEY, Slice.of("value"));
    assertThat(client.get("key")).isEqualTo("value");
    assertThat(client.steps()).isEqualTo(2);
    assertThat(client.statistics().reads()).isEqualTo(3);
    assertThat(client.get("key")).isEqualTo("value");
    assertThat(client.steps()).isEqualTo(1);
    assertThat(client.statistics().reads()).isEqualTo(4);
    assertThat(client.get("no such key")).isNull();
    assertThat(client.steps()).isEqualTo(stepsToAbsent);
    assertThat(client.statistics().reads()).isEqualTo(4 + readsToAbsent);
    assertThat(client.statistics())
        .hasToString(
            "lookups=3 reads="
                + (4 + readsToAbsent)
                + " hits=2 confirmedMisses=1 expired=0 retries=0 addressHits=1 staleAddresses=0"
                + " unknownAddresses=2 fallBacks=0");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 200, 4000, 100_000, Limits.MAX_VALUE_LENGTH})
  void shouldReadValueOfAnyLengthWithALargeEnoughBuffer(int length) {
    byte[] value = new byte[length];
    new Random(length).nextBytes(value);
    byte[] longKey = new byte[Limits.MAX_KEY_LENGTH];
    CuckooStore store = open(200L * MEBIBYTE);
    store.put(Slice.of("k"), Slice.of(value));
    store.write(Slice.of(longKey), Slice.of(value), WriteCondition.ALWAYS, 0, Long.MAX_VALUE);
    RemoteClient client = new RemoteClient(store, DEFAULT);
    for (int round = 0; round < 2; round++) {
      for (Slice key : List.of(Slice.of("k"), Slice.of(longKey))) {
        assertThat(client.get(key)).isEqualTo(Step.HIT);
        assertThat(Arrays.equals(client.value().toByteArray(), value)).isTrue();
      }
      assertThat(client.lookup().expiresAt()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void shouldNeverNeedMoreSpaceThanItSays() {
    byte[] longKey = new byte[Limits.MAX_KEY_LENGTH];
    CuckooStore store = open(100L * MEBIBYTE);
    Slice value = Slice.of(new byte[Limits.MAX_VALUE_LENGTH]);
    store.write(Slice.of(longKey), value, WriteCondition.ALWAYS, 0, Long.MAX_VALUE);
    RemoteClient client = new RemoteClient(store, DEFAULT);
    client.giveBuffer(RemoteLookup.MIN_BUFFER_BYTES);
    RemoteLookup lookup = client.lookup();
    assertThat(client.get(Slice.of(longKey))).isEqualTo(Step.HIT);
    assertThat(lookup.bytesNeeded()).isEqualTo(RemoteLookup.MAX_BUFFER_BYTES);
  }

  @Test
  void shouldLetTheCallerGiveUpWhenItHasNoLargerBuffer() {
    CuckooStore store = open(4 * MEBIBYTE);
    store.put(Slice.of("k"), Slice.of(new byte[2000]));
    store.put(Slice.of("small"), Slice.of("value"));
    RemoteClient client = new RemoteClient(store, FORGETFUL);
    MemorySegment buffer = Arena.ofAuto().allocate(RemoteLookup.MIN_BUFFER_BYTES, 8);
    RemoteLookup lookup = client.lookup();
    lookup.useBuffer(buffer, 0, buffer.byteSize());
    assertThat(readUntil(lookup, lookup.start(Slice.of("k")), store, buffer))
        .isEqualTo(Step.NEEDS_SPACE);
    assertThat(lookup.bytesNeeded()).isEqualTo(512 + RecordLayout.size(1, 2000));
    assertThat(lookup.giveUp()).isEqualTo(Step.FALL_BACK);
    assertThat(readUntil(lookup, lookup.start(Slice.of("k")), store, buffer))
        .isEqualTo(Step.NEEDS_SPACE);
    assertThat(lookup.proceed()).as("without a larger one").isEqualTo(Step.FALL_BACK);
    assertThat(client.statistics().fallBacks()).isEqualTo(2);
    assertThat(readUntil(lookup, lookup.start(Slice.of("small")), store, buffer))
        .isEqualTo(Step.HIT);
  }

  private static Step readUntil(
      RemoteLookup lookup, Step first, CuckooStore store, MemorySegment buffer) {
    Step step = first;
    while (step == Step.READ) {
      lookup.reads().copy(store.region(), buffer);
      step = lookup.proceed();
    }
    return step;
  }

  @Test
  void shouldKeepSeveralLookupsInFlightInOneBuffer() {
    CuckooStore store = open(4 * MEBIBYTE);
    int count = 16;
    RemoteTable table = new RemoteTable(layout(store), DEFAULT);
    MemorySegment buffer =
        Arena.ofAuto().allocate((long) count * RemoteLookup.MIN_BUFFER_BYTES + 8, 8);
    List<RemoteLookup> lookups = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      store.put(Slice.of("key " + i), Slice.of("value " + i));
      RemoteLookup lookup = new RemoteLookup(table);
      lookup.useBuffer(
          buffer, 8 + (long) i * RemoteLookup.MIN_BUFFER_BYTES, RemoteLookup.MIN_BUFFER_BYTES);
      lookups.add(lookup);
      steps.add(lookup.start(Slice.of("key " + i)));
    }
    for (int round = 0; round < 2; round++) {
      for (RemoteLookup lookup : lookups) {
        lookup.reads().copy(store.region(), buffer);
      }
      for (int i = 0; i < count; i++) {
        steps.set(i, lookups.get(i).proceed());
      }
    }
    for (int i = 0; i < count; i++) {
      assertThat(steps.get(i)).isEqualTo(Step.HIT);
      assertThat(lookups.get(i).pointAtValue(new Slice())).hasToString("value " + i);
    }
  }

  @Test
  void shouldNoticeAtTheRememberedAddressThatTheKeyWasReplacedOrDeleted() {
    CuckooStore store = open(4 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, DEFAULT);
    store.put(KEY, Slice.of("one"));
    assertThat(client.get("key")).isEqualTo("one");
    long version = client.lookup().version();
    store.put(KEY, Slice.of("a longer one"));
    assertThat(client.get("key")).isEqualTo("a longer one");
    assertThat(client.lookup().version()).isGreaterThan(version);
    assertThat(client.statistics().staleAddresses()).isEqualTo(1);
    store.delete(KEY);
    assertThat(client.get("key")).isNull();
    assertThat(client.statistics().staleAddresses()).isEqualTo(2);
    assertThat(client.get("key")).isNull();
    assertThat(client.statistics().staleAddresses()).isEqualTo(2);
    assertThat(client.statistics().addressHits()).isZero();
  }

  @Test
  void shouldGoOnAsUsualWhenTheGivenAddressIsNotTheKeysRecord() {
    CuckooStore store = open(4 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, FORGETFUL);
    store.put(KEY, Slice.of("value"));
    store.put(Slice.of("other"), Slice.of(new byte[2000]));
    assertThat(client.get(Slice.of("other"))).isEqualTo(Step.HIT);
    long other = client.lookup().recordOffset();
    assertThat(client.get("key")).isEqualTo("value");
    long offset = client.lookup().recordOffset();
    int length = client.lookup().recordLength();
    assertThat(client.getAt(KEY, offset, length)).isEqualTo(Step.HIT);
    assertThat(client.steps()).isEqualTo(1);
    for (long wrong :
        new long[] {
          other, 0, 4096, 4160, offset + 8, offset + 1, -8, 4 * MEBIBYTE, 4 * MEBIBYTE - 8
        }) {
      client.giveBuffer(RemoteLookup.MIN_BUFFER_BYTES);
      assertThat(client.getAt(KEY, wrong, length)).as("at %d", wrong).isEqualTo(Step.HIT);
      assertThat(client.value()).hasToString("value");
    }
    for (int wrong : new int[] {Integer.MIN_VALUE, -1, 0, 8, Integer.MAX_VALUE}) {
      assertThat(client.getAt(KEY, offset, wrong)).as("length %d", wrong).isEqualTo(Step.HIT);
    }
    assertThat(client.getAt(Slice.of("no key"), other, length)).isEqualTo(Step.ABSENT);
  }

  @Test
  void shouldReadTheRestWhenTheRecordIsLongerThanRemembered() {
    CuckooStore store = open(4 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, DEFAULT);
    store.put(KEY, Slice.of(new byte[1000]));
    assertThat(client.get(KEY)).isEqualTo(Step.HIT);
    long offset = client.lookup().recordOffset();
    int header = RecordLayout.HEADER_SIZE;
    assertThat(client.getAt(KEY, offset, header)).isEqualTo(Step.HIT);
    assertThat(client.steps()).isEqualTo(2);
    assertThat(client.value().length()).isEqualTo(1000);
    assertThat(client.statistics().staleAddresses()).isZero();
  }

  @Test
  void shouldReadALongRecordAtOnceWhoseLengthItKnows() {
    CuckooStore store = open(4 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, DEFAULT);
    store.put(KEY, Slice.of(new byte[100_000]));
    for (int i = 0; i < 3; i++) {
      long before = client.statistics().reads();
      client.giveBuffer(4096);
      assertThat(client.get(KEY)).isEqualTo(Step.HIT);
      assertThat(client.value().length()).isEqualTo(100_000);
      assertThat(client.statistics().reads() - before).isEqualTo(i == 0 ? 4 : 1);
    }
  }

  @Test
  void shouldReadNothingButTheRecordWhereOnlyAddressesCount() {
    CuckooStore store = open(4 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, DEFAULT.addressesOnly(true));
    RemoteTable table = client.table();
    KeyHandle key = new KeyHandle();
    table.find(KEY, key);
    store.put(KEY, Slice.of("one"));
    assertThat(table.knows(key)).isFalse();
    assertThat(client.get(KEY)).isEqualTo(Step.FALL_BACK);
    assertThat(client.statistics().reads()).isZero();
    WrittenRecord written = new WrittenRecord();
    store.write(KEY, Slice.of("two"), WriteCondition.ALWAYS, 0, Store.NEVER, written);
    table.remember(key, written.address());
    assertThat(table.knows(key)).isTrue();
    assertThat(client.get("key")).isEqualTo("two");
    assertThat(client.statistics().reads()).isEqualTo(1);
    store.put(KEY, Slice.of("a longer one"));
    assertThat(client.get(KEY)).isEqualTo(Step.FALL_BACK);
    assertThat(client.statistics().reads()).isEqualTo(2);
    assertThat(table.knows(key)).isFalse();
    assertThat(client.get(KEY)).isEqualTo(Step.FALL_BACK);
    assertThat(client.statistics().reads()).isEqualTo(2);
    assertThat(client.statistics().fallBacks()).isEqualTo(3);
    assertThat(client.statistics().staleAddresses()).isEqualTo(1);
    assertThat(client.statistics().unknownAddresses()).isEqualTo(2);
  }

  @Test
  void shouldLookUpAnyKeyByTheHandleThatFoundItWhateverHappenedSince() {
    CuckooStore store = open(4 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, DEFAULT.rememberedAddresses(4));
    RemoteTable table = client.table();
    KeyHandle key = new KeyHandle();
    assertThat(key.isPresent()).isFalse();
    table.find(KEY, key);
    assertThat(key.isPresent()).isTrue();
    store.put(KEY, Slice.of("value"));
    assertThat(client.get(KEY, key)).as("not known when it was found").isEqualTo(Step.HIT);
    assertThat(client.statistics().unknownAddresses()).isEqualTo(1);
    table.find(KEY, key);
    assertThat(client.get(KEY, key)).isEqualTo(Step.HIT);
    assertThat(client.statistics().addressHits()).isEqualTo(1);
    for (int i = 0; i < 8; i++) {
      store.put(Slice.of("other " + i), Slice.of("other"));
      assertThat(client.get("other " + i)).isEqualTo("other");
    }
    assertThat(table.knows(key)).as("its place is taken").isFalse();
    assertThat(client.get(KEY, key)).isEqualTo(Step.HIT);
    assertThat(client.value().toByteArray()).asString().isEqualTo("value");
    key.clear();
    assertThat(key.isPresent()).isFalse();
  }

  @Test
  void shouldForgetAllAddressesAndFindEveryKeyByItsBucketsAgain() {
    CuckooStore store = open(4 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, DEFAULT);
    for (int i = 0; i < 100; i++) {
      store.put(Slice.of("key " + i), Slice.of("value " + i));
      assertThat(client.get("key " + i)).isEqualTo("value " + i);
    }
    client.table().forgetAll();
    for (int i = 0; i < 100; i++) {
      assertThat(client.get("key " + i)).isEqualTo("value " + i);
    }
    assertThat(client.statistics().addressHits()).isZero();
    assertThat(client.statistics().staleAddresses()).isZero();
  }

  @Test
  void shouldFindEveryRecordWhereTheStoreSaysThatItIs() {
    CuckooStore store = open(16 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, FORGETFUL);
    WrittenRecord written = new WrittenRecord();
    RecordSink found = new RecordSink();
    Random random = new Random(1);
    for (int i = 0; i < 5_000; i++) {
      Slice key = Slice.of("key " + random.nextInt(500));
      Slice value = Slice.of(new byte[random.nextInt(3_000)]);
      WriteCondition condition =
          random.nextBoolean() ? WriteCondition.ALWAYS : WriteCondition.IF_PRESENT;
      Status status = store.write(key, value, condition, 0, Store.NEVER, written);
      if (status == Status.CONFLICT) {
        assertThat(written.address()).isEqualTo(RecordAddress.NONE);
        continue;
      }
      assertThat(store.get(key, found)).isEqualTo(Status.FOUND);
      assertThat(found.address()).isEqualTo(written.address());
      long reads = client.statistics().reads();
      long address = written.address();
      client.giveBuffer(8192);
      assertThat(client.getAt(key, RecordAddress.offset(address), RecordAddress.length(address)))
          .isEqualTo(Step.HIT);
      assertThat(client.value().length()).isEqualTo(value.length());
      assertThat(client.statistics().reads() - reads).isEqualTo(1);
    }
  }

  @Test
  void shouldGuessTheLengthOfRecordsFromThoseItFound() {
    CuckooStore store = open(4 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, FORGETFUL);
    store.put(KEY, Slice.of(new byte[3000]));
    assertThat(client.get(KEY)).isEqualTo(Step.HIT);
    assertThat(client.steps()).isEqualTo(3);
    assertThat(client.get(KEY)).isEqualTo(Step.HIT);
    assertThat(client.steps()).isEqualTo(2);
  }

  @Test
  void shouldTakeAnExpiredRecordForAbsentByTheServersClock() {
    AtomicLong theirs = new AtomicLong();
    CuckooStore store = open(options(MEBIBYTE).clock(clock));
    RemoteClient client = new RemoteClient(store, DEFAULT.clock(theirs::get));
    store.write(KEY, Slice.of("v"), WriteCondition.ALWAYS, 0, 2000);
    theirs.set(1999);
    assertThat(client.get("key")).isEqualTo("v");
    assertThat(client.lookup().expiresAt()).isEqualTo(2000);
    theirs.set(2000);
    assertThat(client.get("key")).isNull();
    theirs.set(1999);
    assertThat(client.get("key")).isEqualTo("v");
    theirs.set(2001);
    client.forget(KEY);
    assertThat(client.get("key")).isNull();
    assertThat(client.statistics().expired()).isEqualTo(2);
    store.expire(KEY, Store.NEVER);
  }

  @Test
  void shouldLeaveARecordThatExpiresToTheServerWhileTheTimeIsUnknown() {
    AtomicLong theirs = new AtomicLong(RemoteTable.UNKNOWN_TIME);
    CuckooStore store = open(options(MEBIBYTE).clock(clock));
    RemoteClient client = new RemoteClient(store, DEFAULT.clock(theirs::get));
    store.write(KEY, Slice.of("v"), WriteCondition.ALWAYS, 0, 2000);
    store.put(Slice.of("lasting"), Slice.of("v"));
    assertThat(client.get(KEY)).isEqualTo(Step.FALL_BACK);
    assertThat(client.get("lasting")).isEqualTo("v");
    theirs.set(1999);
    assertThat(client.get("key")).isEqualTo("v");
  }

  @Test
  void shouldLearnTheNumberOfBucketsWhenTheIndexHasGrown() {
    CuckooStore store = open(16 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, FORGETFUL);
    RemoteClient absent = new RemoteClient(store, FORGETFUL);
    long before = client.table().layout().buckets();
    for (int i = 0; i < 50_000; i++) {
      store.put(Slice.of("key " + i), Slice.of("value"));
    }
    for (int i = 0; i < 50_000; i++) {
      assertThat(client.get("key " + i)).isEqualTo("value");
      assertThat(absent.get("no key " + i)).isNull();
    }
    long now = store.table().index().buckets();
    assertThat(now).isGreaterThan(2 * before);
    assertThat(client.table().layout().buckets()).isEqualTo(now);
    assertThat(absent.table().layout().buckets()).isEqualTo(now);
    assertThat(client.statistics().retries()).isPositive().isLessThan(10);
  }

  @Test
  void shouldSayWhenTheRegionHoldsAnotherTable() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(MEBIBYTE, 64);
      RemoteClient client;
      try (CuckooStore store = CuckooStore.open(options(MEBIBYTE), Region.over(memory))) {
        store.put(KEY, Slice.of("value"));
        client = new RemoteClient(memory, DEFAULT, RemoteReads::copy);
        assertThat(client.get("key")).isEqualTo("value");
      }
      assertThatThrownBy(() -> TableLayout.parse(memory, 0, MEBIBYTE))
          .isInstanceOf(TableFormatException.class)
          .hasMessage("the table has incarnation 0: it is still being made, or was closed");
      try (CuckooStore store =
          CuckooStore.open(options(MEBIBYTE).fixedBuckets(2), Region.over(memory))) {
        store.put(KEY, Slice.of("another value"));
        Step step = Step.ABSENT;
        for (int i = 0; step == Step.ABSENT && i < 100; i++) {
          step = client.get(Slice.of("key " + i));
        }
        assertThat(step).isEqualTo(Step.OTHER_TABLE);
        client.table().setLayout(TableLayout.parse(memory, 0, MEBIBYTE));
        assertThat(client.get("key")).isEqualTo("another value");
        assertThat(client.statistics().staleAddresses()).as("they were forgotten").isZero();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 7", "2, 12"})
  void shouldTellKeysApartThatShareTagAndBuckets(int buckets, int collisions) {
    CuckooStore store = open(options(MEBIBYTE).fixedBuckets(buckets));
    List<byte[]> keys = keysWithTheSameTag(store, collisions + 1);
    byte[] absent = keys.removeLast();
    for (boolean onePiece : new boolean[] {true, false}) {
      RemoteClient client = new RemoteClient(store, FORGETFUL.bucketsInOnePiece(onePiece));
      int present = 0;
      for (byte[] key : keys) {
        Status status = store.put(Slice.of(key), valueOf(key));
        present += status == Status.CREATED || status == Status.REPLACED ? 1 : 0;
      }
      assertThat(present).isGreaterThanOrEqualTo(7);
      for (byte[] key : keys) {
        boolean there = store.contains(Slice.of(key));
        assertThat(client.get(Slice.of(key))).isEqualTo(there ? Step.HIT : Step.ABSENT);
        if (there) {
          assertThat(client.value().toByteArray()).isEqualTo(valueOf(key).toByteArray());
        }
      }
      assertThat(client.get(Slice.of(absent))).isEqualTo(Step.ABSENT);
      assertThat(client.steps()).as("buckets, records, buckets, words").isGreaterThanOrEqualTo(4);
      assertThat(client.statistics().retries()).isZero();
      assertThat(client.statistics().fallBacks()).isZero();
    }
  }

  private static Slice valueOf(byte[] key) {
    byte[] value = new byte[100 + 60 * (key[0] & 7)];
    Arrays.fill(value, (byte) Arrays.hashCode(key));
    return Slice.of(value);
  }

  /** Keys of 8 bytes with the most frequent tag, of those in no bucket but 0 and 1. */
  private static List<byte[]> keysWithTheSameTag(CuckooStore store, int count) {
    Index index = store.table().index();
    MemorySegment memory = MemorySegment.ofArray(new long[1]);
    Slice key = new Slice().set(memory, 0, 8);
    byte[] frequencies = new byte[1 << Bucket.TAG_BITS];
    long limit = 0;
    long tag;
    do {
      memory.set(ValueLayout.JAVA_LONG, 0, limit++);
      tag = KeyHash.tag(index.hash(key));
    } while (++frequencies[(int) tag] < count);
    List<byte[]> keys = new ArrayList<>();
    for (long i = 0; i < limit; i++) {
      memory.set(ValueLayout.JAVA_LONG, 0, i);
      if (KeyHash.tag(index.hash(key)) == tag) {
        keys.add(key.toByteArray());
      }
    }
    return keys;
  }

  @Test
  void shouldAskTheServerWhenACollidingRecordIsLargerThanTheBuffer() {
    CuckooStore store = open(options(MEBIBYTE).fixedBuckets(1));
    List<byte[]> keys = keysWithTheSameTag(store, 2);
    store.put(Slice.of(keys.get(0)), Slice.of(new byte[3000]));
    RemoteClient client = new RemoteClient(store, FORGETFUL);
    client.giveBuffer(RemoteLookup.MIN_BUFFER_BYTES);
    assertThat(client.get(Slice.of(keys.get(1)))).isEqualTo(Step.FALL_BACK);
    client.giveBuffer(4096);
    assertThat(client.get(Slice.of(keys.get(1)))).isEqualTo(Step.ABSENT);
  }

  @Test
  void shouldNotTakeTheKeyForAbsentWhenItsOldRecordGaveWayToAnotherKeys() {
    CuckooStore store = open(MEBIBYTE);
    store.put(KEY, Slice.of("old"));
    store.put(Slice.of("another key"), Slice.of("its value"));
    RemoteClient spy = new RemoteClient(store, FORGETFUL);
    assertThat(spy.get(Slice.of("another key"))).isEqualTo(Step.HIT);
    long another = spy.lookup().recordOffset();
    Table table = store.table();
    long slotAddress = Locations.slotAddressOf(store, KEY);
    long slot = Words.getPlain(table.memory(), slotAddress);
    AtomicLong fetches = new AtomicLong();
    RemoteClient client =
        new RemoteClient(
            store.region(),
            FORGETFUL,
            (reads, region, buffer) -> {
              boolean stale = fetches.getAndIncrement() == 0;
              if (stale) {
                Words.setPlain(region, slotAddress, Bucket.slot(Bucket.tag(slot), another, false));
              }
              reads.copy(region, buffer);
              Words.setPlain(region, slotAddress, slot);
            });
    assertThat(client.get("key")).isEqualTo("old");
    assertThat(client.statistics().retries()).isEqualTo(1);
  }

  @Test
  void shouldNotAcceptACopyOfARecordThatIsPlantedInAValue() {
    CuckooStore store = open(MEBIBYTE);
    RemoteClient client = new RemoteClient(store, FORGETFUL);
    store.put(KEY, Slice.of("old"));
    assertThat(client.get("key")).isEqualTo("old");
    byte[] record =
        store
            .region()
            .asSlice(client.lookup().recordOffset(), client.lookup().recordLength())
            .toArray(ValueLayout.JAVA_BYTE);
    store.put(KEY, Slice.of("new"));
    store.put(Slice.of("carrier "), Slice.of(record));
    assertThat(client.get(Slice.of("carrier "))).isEqualTo(Step.HIT);
    long planted = client.lookup().recordOffset() + RecordLayout.HEADER_SIZE + 8;
    assertThat(store.region().asSlice(planted, record.length).toArray(ValueLayout.JAVA_BYTE))
        .isEqualTo(record);
    assertThat(client.getAt(KEY, planted, record.length)).isEqualTo(Step.HIT);
    assertThat(client.value()).hasToString("new");
    assertThat(client.statistics().staleAddresses()).isEqualTo(1);
  }

  @Test
  void shouldNotAcceptTheRecordOfAnotherTableInTheSamePlace() {
    CuckooStore store = open(MEBIBYTE);
    CuckooStore other = open(MEBIBYTE);
    RemoteClient client = new RemoteClient(store, FORGETFUL);
    other.put(KEY, Slice.of("value"));
    RemoteClient otherClient = new RemoteClient(other, FORGETFUL);
    assertThat(otherClient.get("key")).isEqualTo("value");
    long offset = otherClient.lookup().recordOffset();
    int length = otherClient.lookup().recordLength();
    MemorySegment.copy(other.region(), offset, store.region(), offset, length);
    assertThat(client.getAt(KEY, offset, length)).isEqualTo(Step.ABSENT);
    assertThat(client.statistics().staleAddresses()).isEqualTo(1);
  }

  @Test
  void shouldAcceptRecordsThatCompactionMovedAndNotWhereTheyWere() {
    int keys = 2000;
    CuckooStore store = open(2 * MEBIBYTE);
    RemoteClient client = new RemoteClient(store, FORGETFUL);
    long[] offsets = new long[keys];
    long[] versions = new long[keys];
    for (int i = 0; i < 4 * keys; i++) {
      store.put(Slice.of("key " + i), Slice.of(new byte[150]));
    }
    for (int i = 0; i < keys; i++) {
      assertThat(client.get(Slice.of("key " + i * 4))).isEqualTo(Step.HIT);
      offsets[i] = client.lookup().recordOffset();
      versions[i] = client.lookup().version();
    }
    for (int i = 0; i < 4 * keys; i++) {
      if (i % 4 != 0) {
        store.delete(Slice.of("key " + i));
      }
    }
    finishMaintenance(store);
    assertThat(store.statistics().relocations()).isGreaterThan(keys / 2);
    int moved = 0;
    for (int i = 0; i < keys; i++) {
      Slice key = Slice.of("key " + i * 4);
      long stale = client.statistics().staleAddresses();
      Step step = client.getAt(key, offsets[i], 184);
      assertThat(step).isEqualTo(Step.HIT);
      assertThat(client.lookup().version()).isEqualTo(versions[i]);
      boolean hasMoved = client.lookup().recordOffset() != offsets[i];
      assertThat(client.statistics().staleAddresses() - stale).isEqualTo(hasMoved ? 1 : 0);
      moved += hasMoved ? 1 : 0;
    }
    assertThat(moved).isGreaterThan(keys / 2);
  }

  @Test
  void shouldAllocateNothingPerLookup() throws InterruptedException {
    CuckooStore store = open(16 * MEBIBYTE);
    MemorySegment memory = Arena.ofAuto().allocate(8, 8);
    Slice key = new Slice().set(memory, 0, 8);
    for (long i = 0; i < KEYS; i++) {
      memory.set(ValueLayout.JAVA_LONG, 0, i);
      store.put(key, Slice.of(new byte[100]));
    }
    RemoteClient client = new RemoteClient(store, DEFAULT.rememberedAddresses((int) KEYS / 4));
    Slice value = new Slice();
    Allocation.requireNone(ROUNDS, () -> lookUp(client, memory, key, value));
    LookupStatistics statistics = client.statistics();
    assertThat(statistics.hits()).isPositive();
    assertThat(statistics.addressHits()).isPositive();
    assertThat(statistics.confirmedMisses()).isPositive();
  }

  private static final long KEYS = 10_000;
  private static final int ROUNDS = 100_000;

  private static void lookUp(RemoteClient client, MemorySegment memory, Slice key, Slice value) {
    for (long i = 0; i < ROUNDS; i++) {
      memory.set(ValueLayout.JAVA_LONG, 0, i / 2 % (2 * KEYS));
      if (client.get(key) == Step.HIT && client.lookup().pointAtValue(value).length() != 100) {
        throw new AssertionError("length " + value.length());
      }
    }
  }

  @Test
  void shouldRefuseWrongUse() {
    CuckooStore store = open(MEBIBYTE);
    MemorySegment buffer = Arena.ofAuto().allocate(4096, 8);
    RemoteLookup lookup = new RemoteLookup(new RemoteTable(layout(store), DEFAULT));
    assertThatIllegalStateException()
        .isThrownBy(() -> lookup.start(KEY))
        .withMessage("the lookup was not given a buffer");
    for (long[] wrong : new long[][] {{0, 1016}, {4, 2048}, {-8, 2048}, {3080, 1024}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> lookup.useBuffer(buffer, wrong[0], wrong[1]))
          .withMessageContaining("at least 1024 bytes at a multiple of 8")
          .withMessageContaining("offset=" + wrong[0] + " bytes=" + wrong[1] + " segment=4096");
    }
    lookup.useBuffer(buffer, 0, 4096);
    assertThatIllegalStateException().isThrownBy(lookup::proceed);
    assertThatIllegalStateException().isThrownBy(lookup::giveUp);
    for (int length : new int[] {0, Limits.MAX_KEY_LENGTH + 1}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> lookup.start(Slice.of(new byte[length])))
          .withMessage("a key has 1 to 65535 bytes, not " + length);
    }
    assertThat(lookup.start(KEY)).isEqualTo(Step.READ);
    assertThatIllegalStateException().isThrownBy(() -> lookup.start(KEY));
    assertThatIllegalStateException().isThrownBy(() -> lookup.useBuffer(buffer, 0, 4096));
    assertThat(lookup.giveUp()).isEqualTo(Step.FALL_BACK);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULT.maxRetries(-1))
        .withMessage("maxRetries=-1 must not be negative");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DEFAULT.rememberedAddresses(-1))
        .withMessage("rememberedAddresses=-1 must not be negative");
  }

  @Test
  void shouldFallBackAfterAsManyRetriesAsItIsGiven() {
    CuckooStore store = openToSpoil(options(MEBIBYTE));
    store.put(KEY, Slice.of("value"));
    store.table().heap().markDead(Locations.recordOf(store, KEY));
    for (int retries : new int[] {0, 1, 5}) {
      RemoteClient client = new RemoteClient(store, FORGETFUL.maxRetries(retries));
      assertThat(client.get(KEY)).isEqualTo(Step.FALL_BACK);
      assertThat(client.statistics().retries()).isEqualTo(retries);
      assertThat(client.statistics().fallBacks()).isEqualTo(1);
    }
  }

  private static TableLayout layout(CuckooStore store) {
    return TableLayout.parse(store.region(), 0, store.region().byteSize());
  }
}
