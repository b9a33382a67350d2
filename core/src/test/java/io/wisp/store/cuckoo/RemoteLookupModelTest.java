// SPDX-License-Identifier: Apache-2.0
package io.wisp.store.cuckoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteCondition;
import io.wisp.store.cuckoo.remote.RemoteLookup.Step;
import io.wisp.store.cuckoo.remote.RemoteTable;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** After every operation of the store, readers from elsewhere see what the store itself says. */
class RemoteLookupModelTest {

  private final AtomicLong now = new AtomicLong(1_000_000);
  private final ValueBuffer expected = new ValueBuffer();
  private Random random = new Random(0);

  @ParameterizedTest(name = "seed {0}, {1} keys, values below {2} bytes, {3} bytes, {4} buckets")
  @CsvSource({
    "1, 50, 100, 1048576, 0",
    "2, 4000, 60, 1048576, 0",
    "3, 20000, 20, 4194304, 0",
    "4, 300, 3000, 1572864, 0",
    "5, 100, 20000, 4194304, 0",
    "6, 60000, 4, 8388608, 0",
    "7, 5, 100, 1048576, 1",
    "8, 12, 100, 1048576, 2",
    "9, 300, 100, 1048576, 64",
  })
  void shouldAgreeWithTheStoreAfterEveryOperation(
      long seed, int keys, int valueLimit, long capacity, int fixedBuckets) {
    random = new Random(seed);
    CuckooStore.Options options =
        CuckooStore.Options.ofCapacity(capacity)
            .fixedBuckets(fixedBuckets)
            .clock(() -> Instant.ofEpochMilli(now.get()));
    RemoteTable.Options remote =
        RemoteTable.Options.DEFAULT.clock(now::get).rememberedAddresses(keys / 2 + 1);
    try (CuckooStore store = CuckooStore.open(options)) {
      List<RemoteClient> clients =
          List.of(
              new RemoteClient(store, remote),
              new RemoteClient(store, remote.bucketsInOnePiece(true)),
              new RemoteClient(store, remote.rememberedAddresses(0)));
      for (int i = 0; i < 30_000; i++) {
        Slice changed = key(random.nextInt(keys));
        change(store, changed, valueLimit);
        check(store, clients, changed);
        check(store, clients, key(random.nextInt(keys)));
      }
      for (int i = 0; i < keys; i++) {
        check(store, clients, key(i));
      }
      for (RemoteClient client : clients) {
        assertThat(client.statistics().fallBacks()).isZero();
        assertThat(client.statistics().hits()).isPositive();
        assertThat(client.statistics().confirmedMisses()).isPositive();
      }
    }
  }

  private void change(CuckooStore store, Slice key, int valueLimit) {
    switch (random.nextInt(20)) {
      case 0 -> now.addAndGet(random.nextInt(50));
      case 1 -> store.maintain(100_000);
      case 2 -> store.expire(key, random.nextBoolean() ? Store.NEVER : now.get() + 30);
      case 3, 4, 5, 6, 7 -> store.delete(key);
      default -> {
        boolean isOfOneSize = store.get(key, expected) == Status.FOUND && random.nextBoolean();
        byte[] value = new byte[isOfOneSize ? expected.valueLength() : random.nextInt(valueLimit)];
        random.nextBytes(value);
        long expiresAt = random.nextInt(4) == 0 ? now.get() + random.nextInt(200) : Store.NEVER;
        store.write(key, Slice.of(value), WriteCondition.ALWAYS, 0, expiresAt);
      }
    }
  }

  private void check(CuckooStore store, List<RemoteClient> clients, Slice key) {
    boolean there = store.get(key, expected) == Status.FOUND;
    for (RemoteClient client : clients) {
      assertThat(client.get(key)).isEqualTo(there ? Step.HIT : Step.ABSENT);
      if (there) {
        assertThat(client.value().toByteArray()).isEqualTo(expected.toByteArray());
        assertThat(client.lookup().version()).isEqualTo(expected.version());
        assertThat(client.lookup().expiresAt()).isEqualTo(expected.expiresAt());
      }
    }
  }

  private static Slice key(int number) {
    return Slice.of("key " + "x".repeat(number % 30) + number);
  }
}
