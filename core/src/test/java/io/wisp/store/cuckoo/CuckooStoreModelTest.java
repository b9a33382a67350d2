// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.ScannedKeys;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same is done to a store and to a {@link HeapStore}, and must come to the same. */
class CuckooStoreModelTest extends StoreTestBase {

  private static final List<WriteCondition> CONDITIONS = List.of(WriteCondition.values());

  private final HeapStore model = new HeapStore(Long.MAX_VALUE, now::get);
  private final Map<Integer, Long> versions = new HashMap<>();
  private final ValueBuffer found = new ValueBuffer();
  private final ValueBuffer expected = new ValueBuffer();
  private Random random = new Random(0);

  @ParameterizedTest
  @CsvSource({
    "1, 50, 100, 1048576",
    "2, 4000, 60, 1048576",
    "3, 20000, 20, 4194304",
    "4, 300, 3000, 1572864",
    "5, 100, 20000, 4194304",
    "6, 60000, 4, 8388608",
  })
  void shouldAgreeWithModelAfterEveryOperation(
      long seed, int keys, int maxValueLength, long capacity) {
    random = new Random(seed);
    CuckooStore store = make(options(capacity).clock(clock));
    for (int i = 0; i < 60_000; i++) {
      step(store, random.nextInt(keys), maxValueLength);
      store = next(store, i);
      if (i % 20_000 == 0) {
        StoreInspector.check(store);
      }
    }
    StoreInspector.check(store);
    checkAll(store, keys);
  }

  /** Makes the store that is tested. */
  CuckooStore make(CuckooStore.Options options) {
    return open(options);
  }

  /** The store to go on with after a step. */
  CuckooStore next(CuckooStore store, int step) {
    return store;
  }

  private void step(CuckooStore store, int number, int maxValueLength) {
    switch (random.nextInt(100)) {
      case 0 -> now.addAndGet(random.nextInt(50));
      case 1 -> store.maintain(1_000_000);
      case 2, 3 -> expire(store, number);
      case 4, 5 -> writeMany(store, number, maxValueLength);
      default -> {
        int choice = random.nextInt(10);
        if (choice < 4) {
          write(store, number, maxValueLength);
        } else if (choice < 7) {
          read(store, number);
        } else {
          delete(store, number);
        }
      }
    }
  }

  private void write(CuckooStore store, int number, int maxValueLength) {
    Slice key = keyOf(number);
    WriteCondition condition = CONDITIONS.get(random.nextInt(CONDITIONS.size()));
    boolean isThere = model.get(key, expected) == Status.FOUND;
    long actual = isThere ? versions.getOrDefault(number, 0L) : -1;
    long version = isThere && random.nextBoolean() ? actual : random.nextInt(1000);
    long expiresAt =
        switch (random.nextInt(4)) {
          case 0 -> now.get() + random.nextInt(200);
          case 1 -> Store.KEEP_EXPIRY;
          default -> Store.NEVER;
        };
    boolean isOfOneSize = isThere && random.nextBoolean();
    int length = isOfOneSize ? expected.valueLength() : random.nextInt(maxValueLength + 1);
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    Slice value = Slice.of(bytes);
    Status status = store.write(key, value, condition, version, expiresAt);
    long ofModel = version == actual ? expected.version() : -1;
    assertThat(status).isEqualTo(model.write(key, value, condition, ofModel, expiresAt));
    if (status != Status.CONFLICT) {
      checkNewVersion(store, number);
    }
  }

  /** Some keys from a number on, and so from time to time the same ones again. */
  private void writeMany(CuckooStore store, int from, int maxValueLength) {
    WriteBatch batch = new WriteBatch();
    Set<Integer> written = new HashSet<>();
    int count = random.nextInt(12);
    for (int i = 0; i < count; i++) {
      int number = from == 0 ? 0 : from - random.nextInt(Math.min(from, 20));
      byte[] value = new byte[random.nextInt(maxValueLength + 1)];
      random.nextBytes(value);
      batch.put(keyOf(number), Slice.of(value));
      written.add(number);
    }
    assertThat(store.writeAll(batch)).isEqualTo(model.writeAll(batch)).isEqualTo(Status.DONE);
    written.forEach(number -> checkNewVersion(store, number));
  }

  private void expire(CuckooStore store, int number) {
    Slice key = keyOf(number);
    long expiresAt = random.nextBoolean() ? Store.NEVER : now.get() + random.nextInt(300) - 20;
    Status status = store.expire(key, expiresAt);
    assertThat(status).isEqualTo(model.expire(key, expiresAt));
    if (status == Status.FOUND) {
      checkNewVersion(store, number);
    }
  }

  private void checkNewVersion(CuckooStore store, int number) {
    if (store.get(keyOf(number), found) == Status.FOUND) {
      assertThat(found.version()).isGreaterThan(versions.getOrDefault(number, 0L));
      versions.put(number, found.version());
    }
    read(store, number);
  }

  private void read(CuckooStore store, int number) {
    Slice key = keyOf(number);
    Status status = model.get(key, expected);
    assertThat(store.contains(key)).isEqualTo(status == Status.FOUND);
    assertThat(store.get(key, found)).isEqualTo(status);
    if (status == Status.FOUND) {
      assertThat(found.toByteArray()).isEqualTo(expected.toByteArray());
      assertThat(found.version()).isEqualTo(versions.getOrDefault(number, 0L));
      assertThat(found.expiresAt()).isEqualTo(expected.expiresAt());
    }
  }

  private void delete(CuckooStore store, int number) {
    Slice key = keyOf(number);
    boolean isThere = model.contains(key);
    if (isThere && random.nextInt(4) == 0) {
      long version = versions.getOrDefault(number, 0L);
      assertThat(store.deleteIfVersion(key, version - 1)).isEqualTo(Status.CONFLICT);
      assertThat(store.deleteIfVersion(key, version)).isEqualTo(Status.DELETED);
    } else {
      assertThat(store.delete(key)).isEqualTo(isThere ? Status.DELETED : Status.ABSENT);
    }
    model.delete(key);
  }

  private void checkAll(CuckooStore store, int keys) {
    for (int number = 0; number < keys; number++) {
      read(store, number);
    }
    assertThat(Set.copyOf(ScannedKeys.of(store, 10)))
        .isEqualTo(Set.copyOf(ScannedKeys.of(model, 10)));
    store.clear();
    assertThat(store.size()).isZero();
  }

  private static Slice keyOf(int number) {
    return Slice.of(number + "k".repeat(11 + number % 40 - Integer.toString(number).length()));
  }
}
