// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.Transaction;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteTable;
import io.wisp.testing.Allocation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A bank. Some threads move money from one account to another, each time at one moment. Two of the
 * accounts are emptied now and then, and an empty account is absent. Whoever adds up what was there
 * at one moment always finds the same sum.
 *
 * <p>A reader who asks for one key after another learns what was there at one moment by asking for
 * all of them twice. If each has the same version both times, then each was there between the two,
 * for no version is given twice. What was absent both times may have been there between; so he adds
 * up nothing then.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransferTest extends ConcurrencyTestBase {

  private static final int ACCOUNTS = 8;
  private static final int NEVER_EMPTY = ACCOUNTS - 2;
  private static final long TOTAL = 10L * ACCOUNTS;
  private static final long LEAST = 200;

  private final AtomicLong transfers = new AtomicLong();
  private final AtomicLong sums = new AtomicLong();

  /** How the money is moved. */
  enum Way {
    /** Work that reads and writes through a transaction. */
    TRANSACTION,
    /** A batch that requires the versions that were read. */
    BATCH
  }

  @ParameterizedTest(name = "{0}, read {1}, in {2} bytes")
  @CsvSource({
    "TRANSACTION, in a transaction, 4194304",
    "TRANSACTION, twice, 4194304",
    "TRANSACTION, twice from elsewhere, 4194304",
    "TRANSACTION, twice by addresses, 4194304",
    "BATCH, in a transaction, 4194304",
    "BATCH, twice, 4194304",
    "BATCH, twice from elsewhere, 1048576",
    "BATCH, twice by addresses, 1048576",
  })
  void shouldNeverShowMoneyThatIsNotThere(Way way, String how, long capacity) throws Exception {
    CuckooStore store = open(capacity);
    for (int account = 0; account < ACCOUNTS; account++) {
      store.put(name(account), amount(TOTAL / ACCOUNTS));
    }
    List<Runnable> tasks = new ArrayList<>();
    tasks.addAll(ConcurrentTasks.times(2, seed -> transfer(store, way, seed)));
    tasks.add(() -> readSums(adder(store, how)));
    tasks.add(() -> maintain(store));
    threads.runFor(2 * seconds(), () -> transfers.get() > LEAST && sums.get() > LEAST, tasks);
    assertThat(transfers).hasPositiveValue();
    assertThat(sums).hasPositiveValue();
    assertThat(inATransaction(store).sum()).isEqualTo(TOTAL);
  }

  /** The work takes so long that somebody has always written its key before it ends. */
  @Test
  void shouldEndThoughOthersWriteItsKeysAllTheTime() throws Exception {
    CuckooStore store = open(MEBIBYTE);
    List<Runnable> tasks = new ArrayList<>();
    tasks.addAll(
        ConcurrentTasks.times(
            2,
            seed -> {
              while (!threads.areToStop()) {
                store.put(name(0), amount(seed));
              }
            }));
    tasks.addAll(ConcurrentTasks.times(2, seed -> copySlowly(store, seed)));
    threads.runFor(0, () -> transfers.get() > 4, tasks);
    assertThat(transfers).hasValueGreaterThan(4);
  }

  private void copySlowly(CuckooStore store, int to) {
    Transaction transaction = new Transaction(store);
    ValueBuffer buffer = new ValueBuffer();
    while (!threads.areToStop()) {
      Status status =
          store.transact(
              transaction,
              () -> {
                long amount = amount(transaction, 0, buffer);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                transaction.put(name(to), amount(amount));
              });
      assertThat(status).isEqualTo(Status.DONE);
      transfers.incrementAndGet();
    }
  }

  private static final int ROUNDS = 20_000;

  /** A write in some opens a segment, which is an object. */
  private static final long LESS_THAN_AN_OBJECT = 8;

  @Test
  void shouldAllocateNothing() throws InterruptedException {
    CuckooStore store = open(MEBIBYTE);
    store.put(name(0), amount(1));
    Transaction transaction = new Transaction(store);
    ValueBuffer buffer = new ValueBuffer();
    Slice from = name(0);
    Slice to = name(1);
    Slice value = amount(1);
    Runnable work =
        () -> {
          transaction.get(from, buffer);
          transaction.put(to, value);
          transaction.get(to, buffer);
          transaction.delete(to);
          transaction.put(to, value);
        };
    Allocation.requireLess(
        LESS_THAN_AN_OBJECT,
        ROUNDS,
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            store.transact(transaction, work);
          }
        });
  }

  /** Adds up what was there at one moment. */
  private interface Adder {
    /** The sum, or -1 if there was no such moment. */
    long sum();
  }

  private static Adder adder(CuckooStore store, String how) {
    return switch (how) {
      case "in a transaction" -> inATransaction(store);
      case "twice" -> twice(inProcess(store));
      case "twice from elsewhere" -> twice(fromElsewhere(store, 0));
      default -> twice(fromElsewhere(store, 64));
    };
  }

  private static Slice name(int account) {
    return Slice.of("account" + account);
  }

  private static Slice amount(long amount) {
    return Slice.of(Long.toString(amount));
  }

  private static long amount(Store store, int account, ValueBuffer buffer) {
    return store.get(name(account), buffer) == Status.FOUND
        ? Long.parseLong(new String(buffer.toByteArray(), UTF_8))
        : 0;
  }

  private void maintain(CuckooStore store) {
    while (!threads.areToStop()) {
      store.put(key(0), Slice.of(new byte[1000]));
      store.maintain(100_000);
    }
  }

  private void readSums(Adder adder) {
    while (!threads.areToStop()) {
      long sum = adder.sum();
      if (sum >= 0) {
        assertThat(sum).isEqualTo(TOTAL);
        sums.incrementAndGet();
      }
    }
  }

  private void transfer(CuckooStore store, Way way, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Transaction transaction = new Transaction(store);
    WriteBatch batch = new WriteBatch();
    try (ValueBuffer buffer = new ValueBuffer()) {
      while (!threads.areToStop()) {
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        boolean all = random.nextInt(4) == 0;
        if (random.nextInt(8) == 0) {
          // So that others find a moment in which nothing is written.
          LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
        }
        switch (way) {
          case TRANSACTION -> {
            assertThat(
                    store.transact(
                        transaction, () -> transferIn(transaction, from, to, all, buffer)))
                .isEqualTo(Status.DONE);
            transfers.incrementAndGet();
          }
          case BATCH -> transferBy(batch, store, from, to, all, buffer);
        }
      }
    }
  }

  /** The work goes from key to key, so nobody knows before which ones it needs. */
  @Test
  void shouldEndThoughTheWorkComesToOtherKeysEachTime() throws Exception {
    CuckooStore store = open(MEBIBYTE);
    store.put(name(0), amount(1));
    List<Runnable> tasks = new ArrayList<>();
    tasks.addAll(
        ConcurrentTasks.times(
            2,
            seed -> {
              for (long i = 1; !threads.areToStop(); i++) {
                store.put(name(0), amount(1 + i % 5));
                store.put(name((int) (1 + i % 5)), amount(seed));
              }
            }));
    tasks.add(
        () -> {
          Transaction transaction = new Transaction(store);
          ValueBuffer buffer = new ValueBuffer();
          while (!threads.areToStop()) {
            Status status =
                store.transact(
                    transaction,
                    () -> {
                      long next = amount(transaction, 0, buffer);
                      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                      transaction.put(name(7), amount(amount(transaction, (int) next, buffer)));
                    });
            assertThat(status).isEqualTo(Status.DONE);
            transfers.incrementAndGet();
          }
        });
    threads.runFor(0, () -> transfers.get() > 4, tasks);
    assertThat(transfers).hasValueGreaterThan(4);
  }

  private void transferIn(
      Transaction transaction, int from, int to, boolean all, ValueBuffer buffer) {
    long has = amount(transaction, from, buffer);
    long other = amount(transaction, to, buffer);
    long moved = moved(from, has, all);
    if (moved > 0) {
      set(transaction, from, has - moved);
      set(transaction, to, other + moved);
    }
  }

  /** How much is moved of what an account has. */
  private static long moved(int account, long has, boolean all) {
    long movable = account < NEVER_EMPTY ? has - 1 : has;
    return all ? movable : Math.min(movable, 1);
  }

  private static void set(Store store, int account, long amount) {
    if (amount == 0) {
      store.delete(name(account));
    } else {
      store.put(name(account), amount(amount));
    }
  }

  private void transferBy(
      WriteBatch batch, CuckooStore store, int from, int to, boolean all, ValueBuffer buffer) {
    Status status;
    do {
      long has = amount(store, from, buffer);
      long moved = moved(from, has, all);
      if (moved == 0) {
        return;
      }
      long fromVersion = buffer.version();
      batch.clear();
      if (has == moved) {
        batch.delete(name(from), WriteCondition.IF_VERSION, fromVersion);
      } else {
        batch.put(
            name(from), amount(has - moved), Store.NEVER, WriteCondition.IF_VERSION, fromVersion);
      }
      long other = amount(store, to, buffer);
      WriteCondition condition = other == 0 ? WriteCondition.IF_ABSENT : WriteCondition.IF_VERSION;
      long toVersion = other == 0 ? 0 : buffer.version();
      batch.put(name(to), amount(other + moved), Store.NEVER, condition, toVersion);
      status = store.writeAll(batch);
    } while (status == Status.CONFLICT && !threads.areToStop());
    assertThat(status).isIn(Status.DONE, Status.CONFLICT);
    transfers.incrementAndGet();
  }

  private static Adder inATransaction(CuckooStore store) {
    Transaction transaction = new Transaction(store);
    ValueBuffer buffer = new ValueBuffer();
    long[] sum = new long[1];
    return () -> {
      Status status =
          store.transact(
              transaction,
              () -> {
                sum[0] = 0;
                for (int account = 0; account < ACCOUNTS; account++) {
                  sum[0] += amount(transaction, account, buffer);
                }
              });
      assertThat(status).isEqualTo(Status.DONE);
      return sum[0];
    };
  }

  /** What was found of an account: its amount and its version, or 0 and 0 if there was none. */
  private record Found(long amount, long version) {
    private static final Found NOTHING = new Found(0, 0);
  }

  /** Asks for one account. */
  private interface Asker {
    Found ask(int account);
  }

  private static Adder twice(Asker asker) {
    return () -> {
      List<Found> first = askForAll(asker);
      if (!askForAll(asker).equals(first)) {
        return -1;
      }
      boolean allAreThere = first.stream().allMatch(found -> found.version() > 0);
      long sum = first.stream().mapToLong(Found::amount).sum();
      return allAreThere ? sum : -1;
    };
  }

  private static List<Found> askForAll(Asker asker) {
    List<Found> found = new ArrayList<>();
    for (int account = 0; account < ACCOUNTS; account++) {
      found.add(asker.ask(account));
    }
    return found;
  }

  private static Asker inProcess(CuckooStore store) {
    ValueBuffer buffer = new ValueBuffer();
    return account -> {
      long amount = amount(store, account, buffer);
      return amount == 0 ? Found.NOTHING : new Found(amount, buffer.version());
    };
  }

  private static Asker fromElsewhere(CuckooStore store, int remembered) {
    RemoteClient client =
        new RemoteClient(store, RemoteTable.Options.DEFAULT.rememberedAddresses(remembered));
    return account -> {
      Step step;
      do {
        step = client.get(name(account));
      } while (step != Step.HIT && step != Step.ABSENT);
      return step == Step.ABSENT
          ? Found.NOTHING
          : new Found(
              Long.parseLong(new String(client.value().toByteArray(), UTF_8)),
              client.lookup().version());
    };
  }
}
