// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeapStoreTest {

  private final AtomicLong now = new AtomicLong(1_000);
  private final HeapStore store = new HeapStore(100, now::get);
  private final Slice key = Slice.of("key");

  @Test
  void shouldTellCreationFromReplacement() {
    assertThat(store.put(key, Slice.of("a"))).isEqualTo(Status.CREATED);
    assertThat(store.put(key, Slice.of("b"))).isEqualTo(Status.REPLACED);
    assertThat(store.get("key".getBytes(UTF_8))).asString().isEqualTo("b");
    assertThat(store.size()).isEqualTo(1);
  }

  @Test
  void shouldWriteByVersionOnlyWhenItIsStillTheOneSeen() {
    store.put(key, Slice.of("a"));
    try (ValueBuffer seen = new ValueBuffer()) {
      store.get(key, seen);
      assertThat(store.compareAndSet(key, Slice.of("b"), seen.version() + 1))
          .isEqualTo(Status.CONFLICT);
      assertThat(store.compareAndSet(key, Slice.of("b"), seen.version()))
          .isEqualTo(Status.REPLACED);
      assertThat(store.deleteIfVersion(key, seen.version())).isEqualTo(Status.CONFLICT);
    }
  }

  @Test
  void shouldHoldConditionsAgainstLiveRecordsOnly() {
    assertThat(store.write(key, Slice.of("a"), WriteCondition.IF_PRESENT, 0, Store.NEVER))
        .isEqualTo(Status.CONFLICT);
    store.write(key, Slice.of("a"), WriteCondition.ALWAYS, 0, 1_500);
    assertThat(store.putIfAbsent(key, Slice.of("b"))).isEqualTo(Status.CONFLICT);
    now.set(1_500);
    assertThat(store.contains(key)).isFalse();
    assertThat(store.putIfAbsent(key, Slice.of("b"))).isEqualTo(Status.CREATED);
  }

  @Test
  void shouldKeepTheExpiryWhenAsked() {
    store.write(key, Slice.of("a"), WriteCondition.ALWAYS, 0, 1_500);
    store.write(key, Slice.of("b"), WriteCondition.ALWAYS, 0, Store.KEEP_EXPIRY);
    now.set(1_500);
    assertThat(store.delete(key)).isEqualTo(Status.ABSENT);
  }

  @Test
  void shouldRefuseWhatDoesNotFitAndLoseNothing() {
    store.put(key, Slice.of("a"));
    assertThat(store.put(Slice.of("other"), Slice.of(new byte[100])))
        .isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(store.put(Slice.of(""), Slice.of("a"))).isEqualTo(Status.KEY_EMPTY);
    assertThat(store.put(Slice.of(new byte[Limits.MAX_KEY_LENGTH + 1]), Slice.of("a")))
        .isEqualTo(Status.KEY_TOO_LARGE);
    assertThat(store.size()).isEqualTo(1);
    store.delete(key);
    assertThat(store.statistics().recordBytes()).isZero();
  }

  @Test
  void shouldScanEveryKeyOnceInPieces() {
    for (int i = 0; i < 10; i++) {
      store.put(Slice.of("key" + i), Slice.of("v"));
    }
    assertThat(ScannedKeys.of(store, 3)).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void shouldReclaimExpiredRecordsInMaintenance() {
    store.write(key, Slice.of("a"), WriteCondition.ALWAYS, 0, 1_500);
    now.set(2_000);
    assertThat(store.size()).isEqualTo(1);
    assertThat(store.maintain(1_000)).isFalse();
    assertThat(store.size()).isZero();
    assertThat(store.statistics().expired()).isEqualTo(1);
  }

  @Test
  void shouldWriteAllOfABatchOrNothing() {
    WriteBatch batch = new WriteBatch();
    store.put(Slice.of("shrinks"), Slice.of(new byte[80]));
    batch.put(Slice.of("a"), Slice.of("1"));
    batch.put(Slice.of("a"), Slice.of("2"));
    batch.put(Slice.of("grows"), Slice.of(new byte[80]));
    assertThat(store.writeAll(batch)).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(store.size()).isEqualTo(1);
    batch.put(Slice.of("shrinks"), Slice.of("s"));
    assertThat(store.writeAll(batch)).isEqualTo(Status.DONE);
    assertThat(store.size()).isEqualTo(3);
    assertThat(store.get("a".getBytes(UTF_8))).asString().isEqualTo("2");
    batch.put(new Slice(), Slice.of("s"));
    assertThat(store.writeAll(batch)).isEqualTo(Status.KEY_EMPTY);
  }
}
