// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.HeapStore;
import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.StoreStatistics;
import io.wisp.store.ValueBuffer;
import io.wisp.store.WriteBatch;
import io.wisp.store.WriteCondition;
import io.wisp.transport.Client;
import io.wisp.transport.GetPath;
import io.wisp.transport.HeldLog;
import io.wisp.transport.Patient;
import io.wisp.transport.ServerThreads;
import io.wisp.transport.Waiting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmAllocationTest {

  private static final int ROUNDS = 2_500;
  private static final int WINDOW = 20;

  private final Slice key = Slice.of("some key");
  private final Slice other = Slice.of("another key");
  private final Slice written = Slice.of(new byte[100]);
  private final WriteBatch batch = batch();

  private WriteBatch batch() {
    WriteBatch batch = new WriteBatch();
    batch.put(Slice.of("one of a batch"), written);
    batch.put(Slice.of("another one"), written);
    batch.delete(other, WriteCondition.ALWAYS, 0);
    return batch;
  }

  @ParameterizedTest
  @CsvSource({
    "RING, SPIN, false",
    "RING, SLEEP, false",
    "RING, SPIN, true",
    "ONE_SIDED, SPIN, false",
    "ONE_SIDED, SLEEP, true",
    "AUTO, SPIN, false",
    "AUTO, SPIN, true"
  })
  void shouldAllocateNothingForARequestInServerAndClient(
      GetPath path, Waiting waiting, boolean pipelined) throws InterruptedException {
    try (OneSidedServer server = OneSidedServer.open(options -> options.withWaiting(waiting));
        Client client = server.connect(Patient.options().withGetPath(path).withWaiting(waiting));
        ValueBuffer value = new ValueBuffer()) {
      ServerThreads.requireNoAllocation(
          "wisp-shm-0",
          4 * ROUNDS,
          () -> {
            for (int i = 0; i < ROUNDS; i++) {
              if (!pipelined) {
                oneByOne(client, value);
              } else if (i % WINDOW == 0) {
                manyAtOnce(client, value);
              }
            }
          });
    }
  }

  private void oneByOne(Client client, ValueBuffer value) {
    client.put(key, written);
    require(client.get(key, value), Status.FOUND);
    require(client.get(other, value), Status.ABSENT);
    require(client.delete(key), Status.DELETED);
    require(client.writeAll(batch), Status.DONE);
  }

  private void manyAtOnce(Client client, ValueBuffer value) {
    for (int i = 0; i < WINDOW; i++) {
      client.submitPut(key, written);
    }
    for (int i = 0; i < WINDOW; i++) {
      client.complete(value);
    }
    for (int i = 0; i < 2 * WINDOW; i++) {
      client.submitGet(i % 2 == 0 ? key : other);
    }
    for (int i = 0; i < 2 * WINDOW; i++) {
      require(client.complete(value), i % 2 == 0 ? Status.FOUND : Status.ABSENT);
    }
    client.submitWriteAll(batch);
    require(client.complete(value), Status.DONE);
    for (int i = 0; i < WINDOW; i++) {
      client.submitDelete(key);
    }
    for (int i = 0; i < WINDOW; i++) {
      require(client.complete(value), i == 0 ? Status.DELETED : Status.ABSENT);
    }
  }

  /** Some of them ask, because their lease is over, and get another. */
  @Test
  void shouldAllocateNothingForGetsByLeases() throws InterruptedException {
    try (HeapStore unused = new HeapStore();
        HeldLog log = new HeldLog(unused).leasingTable(50_000);
        OneSidedServer server = OneSidedServer.open(options -> options.withWriteLog(log));
        Client client = server.connect(Patient.options().withGetPath(GetPath.ONE_SIDED));
        ValueBuffer value = new ValueBuffer()) {
      server.store().put(key, written);
      ServerThreads.requireNoAllocation(
          "wisp-shm-0",
          4 * ROUNDS,
          () -> {
            for (int i = 0; i < 2 * ROUNDS; i++) {
              require(client.get(key, value), Status.FOUND);
              require(client.get(other, value), Status.ABSENT);
            }
          });
      assertThat(client.information()).contains("client_lookups:");
      assertThat(server.server().statistics().requests()).isPositive();
    }
  }

  private static void require(Status actual, Status expected) {
    if (actual != expected) {
      throw new AssertionError(actual + " instead of " + expected);
    }
  }

  @Test
  void shouldNotTroubleTheServerWithAOneSidedGet() {
    try (OneSidedServer server = OneSidedServer.open(options -> options);
        Client client = server.connect(Patient.options().withGetPath(GetPath.ONE_SIDED));
        ValueBuffer value = new ValueBuffer()) {
      client.put(key, written);
      StoreStatistics store = server.store().statistics();
      long requests = server.server().statistics().requests();
      for (int i = 0; i < 1_000; i++) {
        require(client.get(key, value), Status.FOUND);
        require(client.get(other, value), Status.ABSENT);
        client.submitGet(key);
        client.submitGet(other);
        require(client.complete(value), Status.FOUND);
        require(client.complete(value), Status.ABSENT);
      }
      assertThat(server.server().statistics().requests()).isEqualTo(requests);
      assertThat(server.store().statistics()).isEqualTo(store);
      assertThat(client.information())
          .contains("client_lookups:4000\n", "client_lookup_fall_backs:0\n");
    }
  }
}
