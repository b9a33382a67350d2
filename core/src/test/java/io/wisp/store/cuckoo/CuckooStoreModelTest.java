// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.ScannedKeys;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CuckooStoreModelTest {

  private record Entry(ByteBuffer value, long version, long expiresAt) {}

  private static final List<WriteCondition> CONDITIONS = List.of(WriteCondition.values());

  private final AtomicLong now = new AtomicLong(1_000_000);
  private final Map<Integer, Entry> model = new HashMap<>();
  private final ValueBuffer buffer = new ValueBuffer();
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
  void shouldAgreeWithMapAfterEveryOperation(
      long seed, int keys, int maxValueLength, long capacity) {
    random = new Random(seed);
    CuckooStore.Options options =
        CuckooStore.Options.ofCapacity(capacity).clock(() -> Instant.ofEpochMilli(now.get()));
    try (CuckooStore store = CuckooStore.open(options)) {
      for (int i = 0; i < 60_000; i++) {
        step(store, random.nextInt(keys), maxValueLength);
        if (i % 20_000 == 0) {
          StoreInspector.check(store);
        }
      }
      StoreInspector.check(store);
      checkAll(store, keys);
    }
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
    Entry old = present(number);
    WriteCondition condition = CONDITIONS.get(random.nextInt(CONDITIONS.size()));
    long expected = random.nextBoolean() && old != null ? old.version : random.nextInt(1000);
    long expiresAt =
        switch (random.nextInt(4)) {
          case 0 -> now.get() + random.nextInt(200);
          case 1 -> Store.KEEP_EXPIRY;
          default -> Store.NEVER;
        };
    byte[] value = new byte[random.nextInt(maxValueLength + 1)];
    random.nextBytes(value);
    Status status = store.write(key(number), Slice.of(value), condition, expected, expiresAt);
    boolean holds =
        switch (condition) {
          case ALWAYS -> true;
          case IF_ABSENT -> old == null;
          case IF_PRESENT -> old != null;
          case IF_VERSION -> old != null && old.version == expected;
        };
    if (!holds) {
      assertThat(status).isEqualTo(Status.CONFLICT);
      return;
    }
    assertThat(status).isEqualTo(old == null ? Status.CREATED : Status.REPLACED);
    long kept = old == null ? Store.NEVER : old.expiresAt;
    long expiry = expiresAt == Store.KEEP_EXPIRY ? kept : expiresAt;
    remember(store, number, ByteBuffer.wrap(value), expiry, old);
  }

  /** Some keys from a number on, and so from time to time the same ones again. */
  private void writeMany(CuckooStore store, int from, int maxValueLength) {
    WriteBatch batch = new WriteBatch();
    Map<Integer, ByteBuffer> written = new HashMap<>();
    int count = random.nextInt(12);
    for (int i = 0; i < count; i++) {
      int number = from == 0 ? 0 : from - random.nextInt(Math.min(from, 20));
      byte[] value = new byte[random.nextInt(maxValueLength + 1)];
      random.nextBytes(value);
      batch.add(key(number), Slice.of(value));
      written.put(number, ByteBuffer.wrap(value));
    }
    assertThat(store.putAll(batch)).isEqualTo(Status.DONE);
    written.forEach(
        (number, value) -> remember(store, number, value, Store.NEVER, present(number)));
  }

  private void remember(
      CuckooStore store, int number, ByteBuffer value, long expiry, @Nullable Entry old) {
    model.put(number, new Entry(value, 0, expiry));
    if (present(number) == null) {
      return;
    }
    assertThat(store.get(key(number), buffer)).isEqualTo(Status.FOUND);
    assertThat(buffer.version()).isGreaterThan(old == null ? 0 : old.version);
    model.put(number, new Entry(value, buffer.version(), expiry));
  }

  private void expire(CuckooStore store, int number) {
    Entry old = present(number);
    long expiresAt = random.nextBoolean() ? Store.NEVER : now.get() + random.nextInt(300) - 20;
    assertThat(store.expire(key(number), expiresAt))
        .isEqualTo(old == null ? Status.ABSENT : Status.FOUND);
    if (old != null) {
      remember(store, number, old.value, expiresAt, old);
    }
  }

  private void read(CuckooStore store, int number) {
    Entry entry = present(number);
    assertThat(store.contains(key(number))).isEqualTo(entry != null);
    if (entry == null) {
      assertThat(store.get(key(number), buffer)).isEqualTo(Status.ABSENT);
    } else {
      assertThat(store.get(key(number), buffer)).isEqualTo(Status.FOUND);
      assertThat(ByteBuffer.wrap(buffer.toByteArray())).isEqualTo(entry.value);
      assertThat(buffer.version()).isEqualTo(entry.version);
      assertThat(buffer.expiresAt()).isEqualTo(entry.expiresAt);
    }
  }

  private void delete(CuckooStore store, int number) {
    Entry old = present(number);
    if (old != null && random.nextInt(4) == 0) {
      assertThat(store.deleteIfVersion(key(number), old.version - 1)).isEqualTo(Status.CONFLICT);
      assertThat(store.deleteIfVersion(key(number), old.version)).isEqualTo(Status.DELETED);
    } else {
      assertThat(store.delete(key(number))).isEqualTo(old == null ? Status.ABSENT : Status.DELETED);
    }
    if (old != null) {
      model.remove(number);
    }
  }

  private @Nullable Entry present(int number) {
    Entry entry = model.get(number);
    return entry == null || (entry.expiresAt != Store.NEVER && entry.expiresAt <= now.get())
        ? null
        : entry;
  }

  private void checkAll(CuckooStore store, int keys) {
    Set<String> expected = new HashSet<>();
    for (int number = 0; number < keys; number++) {
      read(store, number);
      if (present(number) != null) {
        expected.add(key(number).toString());
      }
    }
    assertThat(Set.copyOf(ScannedKeys.of(store, 10))).isEqualTo(expected);
    store.clear();
    assertThat(store.size()).isZero();
    StoreInspector.check(store);
  }

  private static Slice key(int number) {
    byte[] bytes = new byte[1 + number % 40 + 10];
    Arrays.fill(bytes, (byte) 'k');
    byte[] digits = Integer.toString(number).getBytes(StandardCharsets.UTF_8);
    System.arraycopy(digits, 0, bytes, 0, digits.length);
    return Slice.of(bytes);
  }
}
