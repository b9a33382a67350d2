// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.region.Words;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteTable;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An expiry changes where the record is, beside everybody who reads or moves it. */
class ExpiryInPlaceTest extends StoreTestBase {

  private static final long FUTURE = 4_000_000_000_000L;
  private static final Slice KEY = Slice.of("key");

  private final ConcurrentTasks threads = new ConcurrentTasks();
  private final AtomicLong seen = new AtomicLong();

  @ParameterizedTest
  @ValueSource(longs = {Store.NEVER, FUTURE})
  void shouldChangeTheExpiryOfALargeValueInAFullStoreWithoutMovingIt(long expiresAt) {
    byte[] value = new byte[600_000];
    new SplittableRandom(1).nextBytes(value);
    try (CuckooStore store = CuckooStore.open(MEBIBYTE);
        ValueBuffer found = new ValueBuffer()) {
      store.write(KEY, Slice.of(value), WriteCondition.ALWAYS, 0, FUTURE - 1);
      for (int i = 0; !store.put(Slice.of("filler " + i), Slice.of("x")).isError(); i++) {}
      assertThat(store.get(KEY, found)).isEqualTo(Status.FOUND);
      long version = found.version();
      long record = Locations.recordOf(store, KEY);
      assertThat(store.expire(KEY, expiresAt)).isEqualTo(Status.FOUND);
      assertThat(Locations.recordOf(store, KEY)).isEqualTo(record);
      assertThat(store.get(KEY, found)).isEqualTo(Status.FOUND);
      assertThat(found.version()).isGreaterThan(version);
      assertThat(found.expiresAt()).isEqualTo(expiresAt);
      assertThat(found.toByteArray()).isEqualTo(value);
      assertThat(store.expireIfVersion(KEY, 1, version)).isEqualTo(Status.CONFLICT);
      assertThat(store.compareAndSet(KEY, Slice.of("x"), version)).isEqualTo(Status.CONFLICT);
      assertThat(store.deleteIfVersion(KEY, version)).isEqualTo(Status.CONFLICT);
      StoreInspector.check(store);
      assertThat(store.expireIfVersion(KEY, 1, found.version())).isEqualTo(Status.FOUND);
      assertThat(store.get(KEY, found)).isEqualTo(Status.ABSENT);
      assertThat(store.putIfAbsent(KEY, Slice.of(value))).isEqualTo(Status.CREATED);
    }
  }

  @Test
  void shouldShowTheNewExpiryAtARememberedAddress() {
    CuckooStore store = open(MEBIBYTE);
    RemoteClient client = new RemoteClient(store, RemoteTable.Options.DEFAULT);
    store.put(KEY, Slice.of("value"));
    assertThat(client.get("key")).isEqualTo("value");
    assertThat(client.lookup().expiresAt()).isEqualTo(Store.NEVER);
    store.expire(KEY, FUTURE);
    assertThat(client.get("key")).isEqualTo("value");
    assertThat(client.lookup().expiresAt()).isEqualTo(FUTURE);
    assertThat(client.statistics().addressHits()).isOne();
    store.expire(KEY, 1);
    assertThat(client.get("key")).isNull();
  }

  /** Clocks of readers are a little behind the server's, and the server's may be set back. */
  @Test
  void shouldTakeAnExpiryThatHasPassedForOneThatPassedLongAgo() {
    now.set(FUTURE);
    AtomicLong behind = new AtomicLong(FUTURE - 100);
    CuckooStore store = open(options(1 << 20).clock(clock));
    RemoteClient client = new RemoteClient(store, RemoteTable.Options.DEFAULT.clock(behind::get));
    store.put(KEY, Slice.of("value"));
    assertThat(client.get("key")).isEqualTo("value");
    assertThat(store.expire(KEY, FUTURE - 1)).isEqualTo(Status.FOUND);
    assertThat(client.get("key")).as("at the remembered address").isNull();
    assertThat(store.size()).isZero();
    store.write(KEY, Slice.of("value"), WriteCondition.ALWAYS, 0, FUTURE - 1);
    assertThat(client.get("key")).isNull();
    now.set(FUTURE - 100);
    assertThat(store.contains(KEY)).as("after the clock was set back").isFalse();
    assertThat(client.get("key")).isNull();
  }

  @Test
  void shouldNotPassForWholeWithWordsOfBeforeAndAfter() {
    CuckooStore store = open(MEBIBYTE);
    store.write(KEY, Slice.of("value"), WriteCondition.ALWAYS, 0, FUTURE);
    long record = Locations.recordOf(store, KEY);
    long[] before = header(store, record);
    store.expire(KEY, FUTURE + 1);
    long[] after = header(store, record);
    RemoteClient client =
        new RemoteClient(store, RemoteTable.Options.DEFAULT.rememberedAddresses(0));
    for (int words = 0; words < 8; words++) {
      for (int i = 0; i < 3; i++) {
        long word = (words & (1 << i)) == 0 ? before[i] : after[i];
        Words.setPlain(store.region(), record + 8L * i, word);
      }
      Step step = client.get(KEY);
      assertThat(step).isEqualTo(words == 0 || words == 7 ? Step.HIT : Step.FALL_BACK);
    }
  }

  private static long[] header(CuckooStore store, long record) {
    return new long[] {
      Words.getPlain(store.region(), record),
      Words.getPlain(store.region(), record + 8),
      Words.getPlain(store.region(), record + 16)
    };
  }

  @Test
  void shouldShowReadersEachVersionWithItsOwnExpiryWhileRecordsMove() throws Exception {
    CuckooStore store = open(MEBIBYTE);
    store.write(KEY, Slice.of("value"), WriteCondition.ALWAYS, 0, FUTURE);
    RemoteTable.Options options = RemoteTable.Options.DEFAULT;
    threads.runFor(
        1000,
        () -> seen.get() > 1000 && store.statistics().relocations() > 100,
        List.of(
            () -> changeExpiry(store),
            () -> churn(store),
            () -> readHere(store),
            () -> readFromElsewhere(new RemoteClient(store, options)),
            () ->
                readFromElsewhere(
                    new RemoteClient(store.region(), options, new TearingNetwork(1)))));
    assertThat(store.statistics().relocations()).isPositive();
    assertThat(seen).hasPositiveValue();
  }

  private void changeExpiry(CuckooStore store) {
    for (long n = 1; !threads.areToStop(); n++) {
      assertThat(store.expire(KEY, FUTURE + n)).isEqualTo(Status.FOUND);
    }
  }

  private void churn(CuckooStore store) {
    SplittableRandom random = new SplittableRandom(2);
    while (!threads.areToStop()) {
      Slice other = Slice.of("other " + random.nextInt(500));
      store.put(other, Slice.of(new byte[random.nextInt(1500)]));
      store.maintain(100_000);
    }
  }

  private void readHere(CuckooStore store) {
    Expiries expiries = new Expiries();
    try (ValueBuffer found = new ValueBuffer()) {
      while (!threads.areToStop()) {
        assertThat(store.get(KEY, found)).isEqualTo(Status.FOUND);
        assertThat(found.toByteArray()).asString().isEqualTo("value");
        expiries.check(found.version(), found.expiresAt());
      }
    }
  }

  private void readFromElsewhere(RemoteClient client) {
    Expiries expiries = new Expiries();
    while (!threads.areToStop()) {
      Step step = client.get(KEY);
      assertThat(step).isIn(Step.HIT, Step.FALL_BACK);
      if (step == Step.HIT) {
        assertThat(client.value()).hasToString("value");
        expiries.check(client.lookup().version(), client.lookup().expiresAt());
      }
    }
  }

  /** Sees versions and expiries grow together or not at all. */
  private final class Expiries {

    private long version;
    private long expiresAt;

    void check(long nextVersion, long nextExpiresAt) {
      assertThat(nextVersion).isGreaterThanOrEqualTo(version);
      assertThat(Long.compare(nextExpiresAt, expiresAt))
          .isEqualTo(Long.compare(nextVersion, version));
      if (nextVersion > version) {
        seen.incrementAndGet();
      }
      version = nextVersion;
      expiresAt = nextExpiresAt;
    }
  }
}
