// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.Store;
import io.wisp.store.cuckoo.CuckooStore;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.ServerThreads;
import io.wisp.transport.Transport;
import io.wisp.transport.TransportFixture;
import io.wisp.transport.Waiting;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("rdma")
@Tag("fully-optimised")
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaAllocationTest extends TransportFixture {

  private static final int REQUESTS = 4_000;
  private static final int WINDOW = 40;

  private final Slice key = slice("some key");
  private final Slice written = Slice.of(new byte[100]);

  @Override
  protected Transport transport() {
    return new RdmaTransport();
  }

  @Override
  protected Store newStore() {
    return CuckooStore.open(16L << 20);
  }

  @ParameterizedTest
  @CsvSource({"RING, SPIN", "ONE_SIDED, SLEEP"})
  void shouldAllocateNothingForRequestsInServerAndClient(GetPath path, Waiting waiting)
      throws InterruptedException {
    Server server = serve(serverOptions().withWaiting(waiting));
    ClientOptions options = clientOptions().withTimeout(Duration.ofSeconds(60));
    Client client = connect(server.endpoint(), options.withGetPath(path).withWaiting(waiting));
    assertThat(ServerThreads.named("wisp-rdma")).hasSizeGreaterThanOrEqualTo(2);
    ServerThreads.requireNoAllocation("wisp-rdma", REQUESTS, () -> request(client));
  }

  private void request(Client client) {
    for (int i = 0; i < REQUESTS; i += WINDOW) {
      for (int j = 0; j < WINDOW; j += 4) {
        require(client.put(key, written), Status.CREATED, Status.REPLACED);
        require(client.get(key, value), Status.FOUND, Status.FOUND);
      }
      for (int j = 0; j < WINDOW; j += 2) {
        client.submitGet(key);
      }
      for (int j = 0; j < WINDOW; j += 2) {
        require(client.complete(value), Status.FOUND, Status.FOUND);
      }
    }
  }

  private static void require(Status actual, Status one, Status other) {
    if (actual != one && actual != other) {
      throw new AssertionError(actual + " instead of " + one);
    }
  }
}
