// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A bank. Some clients move money from one account to another, each time by a batch that requires
 * the versions that were read. Two of the accounts are emptied now and then, and an empty account
 * is absent. Whoever adds up what was there at one moment always finds the same sum.
 *
 * <p>A client learns what was there at one moment by asking for all accounts twice. If each has the
 * same version both times, then each was there between the two, for no version is given twice. What
 * was absent both times may have been there between; so he adds up nothing then. A transport's own
 * test extends this.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class BankTest extends TransportFixture {

  private static final int ACCOUNTS = 8;
  private static final int NEVER_EMPTY = ACCOUNTS - 2;
  private static final long TOTAL = 10L * ACCOUNTS;
  private static final int WRITERS = 2;
  private static final int READERS = 2;

  private final AtomicLong transfers = new AtomicLong();
  private final AtomicLong sums = new AtomicLong();
  private volatile boolean stopping;

  /** How many sums and transfers a test wants to see, at least. */
  protected long least() {
    return 300;
  }

  @ParameterizedTest
  @EnumSource
  void shouldNeverShowMoneyThatIsNotThere(GetPath path) throws Exception {
    for (int account = 0; account < ACCOUNTS; account++) {
      store.put(name(account), amount(TOTAL / ACCOUNTS));
    }
    Server server = serve(serverOptions().withThreads(2));
    ClientOptions options = clientOptions().withGetPath(path);
    SideBySide.run(
        WRITERS + READERS,
        number -> {
          try (Client client = transport().connect(server.endpoint(), options)) {
            if (number < WRITERS) {
              transfer(client, number);
            } else {
              readSums(client);
            }
          } finally {
            // Also if it failed.
            stopping = true;
          }
        });
    assertThat(transfers).hasValueGreaterThanOrEqualTo(least());
    assertThat(sums).hasValueGreaterThanOrEqualTo(least());
    long total = 0;
    for (int account = 0; account < ACCOUNTS; account++) {
      total += store.get(name(account), value) == Status.FOUND ? number(value) : 0;
    }
    assertThat(total).isEqualTo(TOTAL);
  }

  private static Slice name(int account) {
    return slice("account" + account);
  }

  private static Slice amount(long amount) {
    return slice(Long.toString(amount));
  }

  private static long number(ValueBuffer buffer) {
    return Long.parseLong(new String(buffer.toByteArray(), UTF_8));
  }

  /** What was found of an account: its amount and its version, or 0 and 0 if there was none. */
  private record Found(long amount, long version) {

    private static final Found NOTHING = new Found(0, 0);

    static Found of(Status status, ValueBuffer buffer) {
      assertThat(status).isIn(Status.FOUND, Status.ABSENT);
      return status == Status.FOUND ? new Found(number(buffer), buffer.version()) : NOTHING;
    }
  }

  private void transfer(Client client, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    WriteBatch batch = new WriteBatch();
    try (ValueBuffer buffer = new ValueBuffer()) {
      while (!stopping) {
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        Found has = Found.of(client.get(name(from), buffer), buffer);
        Found other = Found.of(client.get(name(to), buffer), buffer);
        long movable = from < NEVER_EMPTY ? has.amount() - 1 : has.amount();
        long moved = random.nextInt(4) == 0 ? movable : Math.min(movable, 1);
        if (moved > 0) {
          batch.clear();
          set(batch, from, has, has.amount() - moved);
          set(batch, to, other, other.amount() + moved);
          Status status = client.writeAll(batch);
          assertThat(status).isIn(Status.DONE, Status.CONFLICT);
          transfers.addAndGet(status == Status.DONE ? 1 : 0);
        }
        if (random.nextBoolean()) {
          // So that others find a moment in which nothing is written.
          LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(1_000)));
        }
      }
    }
  }

  private static void set(WriteBatch batch, int account, Found before, long amount) {
    boolean wasThere = before.version() > 0;
    WriteCondition condition = wasThere ? WriteCondition.IF_VERSION : WriteCondition.IF_ABSENT;
    if (amount == 0) {
      batch.delete(name(account), condition, before.version());
    } else {
      batch.put(name(account), amount(amount), Store.NEVER, condition, before.version());
    }
  }

  private void readSums(Client client) {
    try (ValueBuffer buffer = new ValueBuffer()) {
      for (int round = 0; !stopping && !isEnough(); round++) {
        boolean together = round % 2 == 0;
        List<Found> first = askForAll(client, together, buffer);
        boolean allAreThere = first.stream().allMatch(found -> found.version() > 0);
        if (allAreThere && askForAll(client, together, buffer).equals(first)) {
          assertThat(first.stream().mapToLong(Found::amount).sum()).isEqualTo(TOTAL);
          sums.incrementAndGet();
        }
      }
    }
  }

  private boolean isEnough() {
    return sums.get() >= least() && transfers.get() >= least();
  }

  private static List<Found> askForAll(Client client, boolean together, ValueBuffer buffer) {
    List<Found> found = new ArrayList<>();
    for (int account = 0; together && account < ACCOUNTS; account++) {
      client.submitGet(name(account));
    }
    for (int account = 0; account < ACCOUNTS; account++) {
      Status status = together ? client.complete(buffer) : client.get(name(account), buffer);
      found.add(Found.of(status, buffer));
    }
    return found;
  }
}
