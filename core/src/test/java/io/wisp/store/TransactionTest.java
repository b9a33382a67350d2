// SPDX-License-Identifier: Apache-2.0
package io.wisp.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.store.cuckoo.CuckooStore;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What work sees in a {@link Transaction}, and what is there when it has ended. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
class TransactionTest {

  /** Those that a model can hold whose versions are others. */
  private static final List<WriteCondition> CONDITIONS =
      List.of(WriteCondition.ALWAYS, WriteCondition.IF_ABSENT, WriteCondition.IF_PRESENT);

  private static final int CAPACITY = 4 << 20;

  private final AtomicLong now = new AtomicLong(1000);
  private final Store store;
  private final Transaction transaction;
  private final ValueBuffer found = new ValueBuffer();

  TransactionTest(boolean inTheTable) {
    store =
        inTheTable
            ? CuckooStore.open(
                CuckooStore.Options.ofCapacity(CAPACITY)
                    .clock(() -> Instant.ofEpochMilli(now.get())))
            : new HeapStore(CAPACITY, now::get);
    transaction = new Transaction(store);
  }

  @AfterEach
  void close() {
    found.close();
    store.close();
  }

  private static Slice slice(String text) {
    return Slice.of(text);
  }

  private @Nullable String get(String key) {
    return get(store, key);
  }

  private static @Nullable String get(Store from, String key) {
    byte[] value = from.get(key.getBytes(UTF_8));
    return value == null ? null : new String(value, UTF_8);
  }

  private Status put(String key, String value) {
    return transaction.put(slice(key), slice(value));
  }

  @Test
  void shouldShowTheWorkWhatItHasWrittenAndOthersNothingBeforeItsEnd() {
    store.put(slice("replaced"), slice("old"));
    store.put(slice("deleted"), slice("old"));
    store.put(slice("left"), slice("old"));
    Status status =
        store.transact(
            transaction,
            () -> {
              assertThat(put("replaced", "new")).isEqualTo(Status.REPLACED);
              assertThat(put("created", "new")).isEqualTo(Status.CREATED);
              assertThat(put("created", "newer")).isEqualTo(Status.REPLACED);
              assertThat(transaction.delete(slice("deleted"))).isEqualTo(Status.DELETED);
              assertThat(transaction.delete(slice("deleted"))).isEqualTo(Status.ABSENT);
              assertThat(get(transaction, "replaced")).isEqualTo("new");
              assertThat(get(transaction, "created")).isEqualTo("newer");
              assertThat(get(transaction, "deleted")).isNull();
              assertThat(get(transaction, "left")).isEqualTo("old");
              assertThat(transaction.contains(slice("created"))).isTrue();
              assertThat(transaction.contains(slice("deleted"))).isFalse();
              assertThat(transaction.size()).isEqualTo(3);
              assertThat(get("replaced")).isEqualTo("old");
              assertThat(get("created")).isNull();
              assertThat(get("deleted")).isEqualTo("old");
            });
    assertThat(status).isEqualTo(Status.DONE);
    assertThat(get("replaced")).isEqualTo("new");
    assertThat(get("created")).isEqualTo("newer");
    assertThat(get("deleted")).isNull();
    assertThat(get("left")).isEqualTo("old");
    assertThat(store.size()).isEqualTo(3);
  }

  @Test
  void shouldLeaveNothingOfWhatWasCreatedAndDeletedAgain() {
    store.transact(
        transaction,
        () -> {
          put("a", "1");
          assertThat(transaction.delete(slice("a"))).isEqualTo(Status.DELETED);
          assertThat(put("a", "2")).isEqualTo(Status.CREATED);
          assertThat(transaction.delete(slice("a"))).isEqualTo(Status.DELETED);
        });
    assertThat(store.size()).isZero();
  }

  @Test
  void shouldRunAgainIfAKeyThatWasReadWasWritten() {
    store.put(slice("a"), slice("1"));
    AtomicInteger runs = new AtomicInteger();
    Status status =
        store.transact(
            transaction,
            () -> {
              String read = get(transaction, "a");
              if (runs.getAndIncrement() == 0) {
                store.put(slice("a"), slice("2"));
              }
              put("b", "saw " + read);
            });
    assertThat(status).isEqualTo(Status.DONE);
    assertThat(runs).hasValue(2);
    assertThat(get("b")).isEqualTo("saw 2");
  }

  @Test
  void shouldRunAgainIfAKeyThatWasAbsentIsThere() {
    AtomicInteger runs = new AtomicInteger();
    store.transact(
        transaction,
        () -> {
          String read = get(transaction, "a");
          if (runs.getAndIncrement() == 0) {
            store.put(slice("a"), slice("1"));
          }
          put("b", "saw " + read);
        });
    assertThat(get("b")).isEqualTo("saw 1");
  }

  @Test
  void shouldRunAgainIfAKeyChangedBetweenTwoReadsOfItAlthoughNothingIsWritten() {
    store.put(slice("a"), slice("1"));
    AtomicInteger runs = new AtomicInteger();
    StringBuilder seen = new StringBuilder();
    Status status =
        store.transact(
            transaction,
            () -> {
              seen.setLength(0);
              seen.append(get(transaction, "a"));
              if (runs.getAndIncrement() == 0) {
                store.put(slice("a"), slice("2"));
              }
              seen.append(get(transaction, "a"));
            });
    assertThat(status).isEqualTo(Status.DONE);
    assertThat(seen).hasToString("22");
  }

  @Test
  void shouldEndAnUpdateWhoseKeyOthersHaveWrittenSinceItWasRead() {
    store.put(slice("a"), slice("1"));
    AtomicInteger runs = new AtomicInteger();
    Update<ValueBuffer> append =
        new Update<>() {
          private Slice changed = slice("");

          @Override
          public Change decide(ValueBuffer old) {
            changed = slice((old.isFound() ? old.pointAt(new Slice()).toString() : "") + "+");
            return Change.WRITE;
          }

          @Override
          public Slice value() {
            return changed;
          }
        };
    Status status =
        store.transact(
            transaction,
            () -> {
              transaction.contains(slice("a"));
              if (runs.getAndIncrement() == 0) {
                store.put(slice("a"), slice("2"));
              }
              transaction.update(slice("a"), found, append);
              transaction.update(slice("a"), found, append);
              transaction.update(slice("b"), found, append);
            });
    assertThat(status).isEqualTo(Status.DONE);
    assertThat(get("a")).isEqualTo("2++");
    assertThat(get("b")).isEqualTo("+");
  }

  @Test
  void shouldWriteNothingIfTheWorkRollsBackOrFails() {
    store.put(slice("a"), slice("1"));
    Status status =
        store.transact(
            transaction,
            () -> {
              put("a", "2");
              transaction.rollBack();
            });
    assertThat(status).isEqualTo(Status.CONFLICT);
    assertThatThrownBy(
            () ->
                store.transact(
                    transaction,
                    () -> {
                      put("a", "3");
                      throw new IllegalStateException("the work failed");
                    }))
        .hasMessage("the work failed");
    assertThat(get("a")).isEqualTo("1");
    assertThat(store.transact(transaction, () -> put("b", "4"))).isEqualTo(Status.DONE);
    assertThat(get("a")).isEqualTo("1");
  }

  @Test
  void shouldTellWhetherAKeyIsAsItWasBefore() {
    store.put(slice("a"), slice("1"));
    store.get(slice("a"), found);
    long version = found.version();
    store.transact(
        transaction,
        () -> {
          assertThat(transaction.expect(slice("a"), version)).isTrue();
          assertThat(transaction.expect(slice("b"), 0)).isTrue();
          assertThat(transaction.expect(slice(""), 0)).isTrue();
          assertThat(transaction.expect(slice("a"), 0)).isFalse();
          assertThat(transaction.expect(slice("b"), version)).isFalse();
        });
    store.put(slice("a"), slice("1"));
    store.transact(
        transaction, () -> assertThat(transaction.expect(slice("a"), version)).isFalse());
  }

  @Test
  void shouldHoldConditionsAgainstWhatTheWorkHasWritten() {
    store.put(slice("a"), slice("1"));
    store.transact(
        transaction,
        () -> {
          assertThat(transaction.putIfAbsent(slice("a"), slice("2"))).isEqualTo(Status.CONFLICT);
          assertThat(transaction.putIfAbsent(slice("b"), slice("2"))).isEqualTo(Status.CREATED);
          assertThat(transaction.putIfAbsent(slice("b"), slice("3"))).isEqualTo(Status.CONFLICT);
          assertThat(transaction.get(slice("b"), found)).isEqualTo(Status.FOUND);
          long version = found.version();
          assertThat(version).isNegative();
          assertThat(transaction.compareAndSet(slice("b"), slice("4"), version))
              .isEqualTo(Status.REPLACED);
          assertThat(transaction.compareAndSet(slice("b"), slice("5"), version))
              .isEqualTo(Status.CONFLICT);
          assertThat(transaction.deleteIfVersion(slice("b"), version)).isEqualTo(Status.CONFLICT);
          assertThat(transaction.deleteIfVersion(slice("c"), 1)).isEqualTo(Status.ABSENT);
        });
    assertThat(get("b")).isEqualTo("4");
  }

  @Test
  void shouldChangeExpiriesAndKeepThem() {
    store.write(slice("kept"), slice("1"), WriteCondition.ALWAYS, 0, 5000);
    store.write(slice("changed"), slice("2"), WriteCondition.ALWAYS, 0, 5000);
    store.write(slice("removed"), slice("3"), WriteCondition.ALWAYS, 0, 5000);
    store.transact(
        transaction,
        () -> {
          transaction.write(
              slice("kept"), slice("new"), WriteCondition.ALWAYS, 0, Store.KEEP_EXPIRY);
          assertThat(transaction.expire(slice("changed"), 7000)).isEqualTo(Status.FOUND);
          assertThat(transaction.expire(slice("changed"), 8000)).isEqualTo(Status.FOUND);
          assertThat(transaction.expire(slice("removed"), 500)).isEqualTo(Status.FOUND);
          assertThat(transaction.expire(slice("absent"), 7000)).isEqualTo(Status.ABSENT);
          transaction.write(slice("brief"), slice("4"), WriteCondition.ALWAYS, 0, 1000);
          assertThat(transaction.contains(slice("brief"))).isFalse();
        });
    assertThat(get("removed")).isNull();
    assertThat(get("brief")).isNull();
    assertThat(expiryOf("kept")).isEqualTo(5000);
    assertThat(expiryOf("changed")).isEqualTo(8000);
    assertThat(get("changed")).isEqualTo("2");
    now.set(5000);
    assertThat(get("kept")).isNull();
    assertThat(get("changed")).isEqualTo("2");
  }

  private long expiryOf(String key) {
    assertThat(store.get(slice(key), found)).isEqualTo(Status.FOUND);
    return found.expiresAt();
  }

  @Test
  void shouldRunAgainIfAKeyThatWasReadHasExpired() {
    store.write(slice("a"), slice("1"), WriteCondition.ALWAYS, 0, 2000);
    StringBuilder seen = new StringBuilder();
    store.transact(
        transaction,
        () -> {
          seen.append(get(transaction, "a")).append(' ');
          put("b", "2");
          now.set(2000);
        });
    assertThat(seen).hasToString("1 null ");
  }

  @Test
  void shouldDoABatchWithinTheWork() {
    store.put(slice("a"), slice("1"));
    WriteBatch batch = new WriteBatch();
    batch.put(slice("a"), slice("2"), Store.NEVER, WriteCondition.IF_PRESENT, 0);
    batch.put(slice("b"), slice("3"), Store.NEVER, WriteCondition.IF_ABSENT, 0);
    batch.require(slice("c"), WriteCondition.IF_ABSENT, 0);
    store.transact(
        transaction,
        () -> {
          assertThat(transaction.writeAll(batch)).isEqualTo(Status.DONE);
          assertThat(transaction.writeAll(batch)).isEqualTo(Status.CONFLICT);
          assertThat(get(transaction, "b")).isEqualTo("3");
        });
    assertThat(get("a")).isEqualTo("2");
    assertThat(get("b")).isEqualTo("3");
  }

  @Test
  void shouldTakeWorkWithinTheWorkForAPartOfIt() {
    store.transact(
        transaction,
        () -> {
          put("a", "1");
          assertThat(
                  transaction.transact(transaction, () -> put("b", "saw " + get(transaction, "a"))))
              .isEqualTo(Status.DONE);
          assertThatIllegalArgumentException()
              .isThrownBy(() -> transaction.transact(new Transaction(store), () -> {}));
        });
    assertThat(get("b")).isEqualTo("saw 1");
  }

  @Test
  void shouldNotRunItselfAgainWithinItsWork() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                store.transact(
                    transaction,
                    () -> {
                      put("a", "1");
                      store.transact(transaction, () -> put("b", "2"));
                    }));
    assertThat(store.size()).isZero();
    assertThat(store.transact(transaction, () -> put("c", "3"))).isEqualTo(Status.DONE);
  }

  @Test
  void shouldRefuseImpossibleKeysAndValuesAndGoOn() {
    Slice longKey = Slice.of(new byte[Limits.MAX_KEY_LENGTH + 1]);
    Status status =
        store.transact(
            transaction,
            () -> {
              assertThat(put("", "1")).isEqualTo(Status.KEY_EMPTY);
              assertThat(transaction.get(longKey, found)).isEqualTo(Status.KEY_TOO_LARGE);
              assertThat(transaction.delete(longKey)).isEqualTo(Status.KEY_TOO_LARGE);
              assertThat(transaction.expire(longKey, 1)).isEqualTo(Status.KEY_TOO_LARGE);
              assertThat(put("a", "1")).isEqualTo(Status.CREATED);
            });
    assertThat(status).isEqualTo(Status.DONE);
    assertThat(get("a")).isEqualTo("1");
  }

  @Test
  void shouldWriteNothingIfItTouchesTooManyKeys() {
    AtomicInteger touched = new AtomicInteger();
    Status status =
        store.transact(
            transaction,
            () -> {
              put("a", "1");
              while (transaction.get(slice("key" + touched), found) == Status.ABSENT) {
                touched.incrementAndGet();
              }
              assertThat(put("b", "1")).isEqualTo(Status.TRANSACTION_TOO_LARGE);
            });
    assertThat(status).isEqualTo(Status.TRANSACTION_TOO_LARGE);
    assertThat(touched).hasValue(WriteBatch.MAX_KEYS - 1);
    assertThat(store.size()).isZero();
  }

  @Test
  void shouldWriteNothingIfItTouchesTooManyBytes() {
    store.put(slice("a"), Slice.of(new byte[1 << 20]));
    Status status =
        store.transact(
            transaction,
            () -> {
              put("b", "1");
              for (int i = 0; i < Transaction.MAX_BYTES >>> 20; i++) {
                transaction.get(slice("a"), found);
              }
              assertThat(found.isFound()).isFalse();
            });
    assertThat(status).isEqualTo(Status.TRANSACTION_TOO_LARGE);
    assertThat(get("b")).isNull();
  }

  @Test
  void shouldWriteNothingIfMemoryDoesNotSuffice() {
    Status status =
        store.transact(
            transaction,
            () -> {
              put("small", "1");
              transaction.put(slice("large"), Slice.of(new byte[CAPACITY]));
            });
    assertThat(status).isEqualTo(Status.OUT_OF_MEMORY);
    assertThat(store.size()).isZero();
  }

  /** The same is done in the work and to a model, and must come to the same within and after. */
  @Test
  void shouldAgreeWithAModel() {
    HeapStore model = new HeapStore(Long.MAX_VALUE, now::get);
    Random random = new Random(7);
    for (int round = 0; round < 500; round++) {
      int steps = random.nextInt(30);
      boolean rollsBack = random.nextInt(5) == 0;
      long seed = random.nextLong();
      Status status =
          store.transact(
              transaction,
              () -> {
                Random choices = new Random(seed);
                Store expected = rollsBack ? copyOf(model) : model;
                for (int i = 0; i < steps; i++) {
                  step(choices, expected);
                }
                if (rollsBack) {
                  transaction.rollBack();
                }
              });
      assertThat(status).isEqualTo(rollsBack ? Status.CONFLICT : Status.DONE);
      now.addAndGet(random.nextInt(20));
      for (int key = 0; key < 12; key++) {
        assertSame(store, model, "key" + key);
      }
    }
  }

  private HeapStore copyOf(HeapStore model) {
    HeapStore copy = new HeapStore(Long.MAX_VALUE, now::get);
    for (int key = 0; key < 12; key++) {
      if (model.get(slice("key" + key), found) == Status.FOUND) {
        Slice value = Slice.of(found.toByteArray());
        copy.write(slice("key" + key), value, WriteCondition.ALWAYS, 0, found.expiresAt());
      }
    }
    return copy;
  }

  private void step(Random random, Store model) {
    String name = "key" + random.nextInt(12);
    Slice key = slice(name);
    Function<Store, Status> call =
        switch (random.nextInt(6)) {
          case 0 -> each -> each.delete(key);
          case 1 -> {
            long expiresAt = random.nextBoolean() ? Store.NEVER : now.get() + random.nextInt(60);
            yield each -> each.expire(key, expiresAt);
          }
          case 2, 3 -> {
            WriteCondition condition = CONDITIONS.get(random.nextInt(CONDITIONS.size()));
            long[] expiries = {Store.NEVER, Store.KEEP_EXPIRY, now.get() + 1 + random.nextInt(60)};
            long expiresAt = expiries[random.nextInt(expiries.length)];
            Slice value = Slice.of(new byte[random.nextInt(300)]);
            yield each -> each.write(key, value, condition, 0, expiresAt);
          }
          default -> each -> each.contains(key) ? Status.FOUND : Status.ABSENT;
        };
    assertThat(call.apply(transaction)).isEqualTo(call.apply(model));
    assertSame(transaction, model, name);
  }

  private void assertSame(Store actual, Store model, String name) {
    try (ValueBuffer expected = new ValueBuffer()) {
      Status status = model.get(slice(name), expected);
      assertThat(actual.get(slice(name), found)).isEqualTo(status);
      if (status == Status.FOUND) {
        assertThat(found.toByteArray()).isEqualTo(expected.toByteArray());
        assertThat(found.expiresAt()).isEqualTo(expected.expiresAt());
      }
    }
  }
}
