// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.rdma;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.testing.Eventually;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.Server;
import io.wisp.transport.TransportException;
import io.wisp.transport.TransportTimeoutException;
import io.wisp.verbs.Mtu;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A link that goes down and comes up, and links with packets of every length. */
@Tag("rdma")
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RdmaLinkTest extends GuestNetworkFixture {

  private static final int DEPTH = 20;

  private static final List<GetPath> PATHS =
      List.of(GetPath.RING, GetPath.ONE_SIDED, GetPath.AUTO, GetPath.RING, GetPath.ONE_SIDED);

  /** Of each client, the last number that it was told is stored. */
  private final AtomicIntegerArray stored = new AtomicIntegerArray(PATHS.size());

  private final CountDownLatch busy = new CountDownLatch(PATHS.size());

  @Override
  protected ClientOptions clientOptions() {
    return super.clientOptions().withTimeout(Duration.ofSeconds(60));
  }

  /** Puts one number after the other, and gets each back. */
  private Throwable countUntilFailure(Client client, int number) {
    return catchThrowable(
        () -> {
          try (ValueBuffer read = new ValueBuffer()) {
            Slice key = slice("key" + number);
            for (int next = 1; ; next += DEPTH) {
              for (int i = 0; i < DEPTH; i++) {
                client.submitPut(key, slice("" + (next + i)));
              }
              for (int i = 0; i < DEPTH; i++) {
                assertThat(client.complete(read)).isIn(Status.CREATED, Status.REPLACED);
                stored.set(number, next + i);
              }
              requireNumber(client, key, read, next + DEPTH - 1, next + DEPTH - 1);
              if (next == 1) {
                busy.countDown();
              }
            }
          }
        });
  }

  private static void requireNumber(
      Client client, Slice key, ValueBuffer read, int least, int most) {
    assertThat(client.get(key, read)).isEqualTo(Status.FOUND);
    assertThat(Integer.parseInt(new String(read.toByteArray(), US_ASCII))).isBetween(least, most);
  }

  @Test
  void shouldEndRequestsUnderALinkThatGoesDownAndServeWhenItIsUpAgain() throws Exception {
    DeviceResources before = DeviceResources.now();
    Server server = serve(serverOptions().withThreads(2));
    Client idle = connect(server);
    List<Client> clients = new ArrayList<>();
    for (GetPath path : PATHS) {
      clients.add(connect(server.endpoint(), clientOptions().withGetPath(path)));
    }
    List<Throwable> failures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(PATHS.size())) {
      List<Future<Throwable>> running = new ArrayList<>();
      for (int i = 0; i < PATHS.size(); i++) {
        int number = i;
        running.add(threads.submit(() -> countUntilFailure(clients.get(number), number)));
      }
      busy.await();
      down();
      for (Future<Throwable> each : running) {
        failures.add(each.get());
      }
    }
    assertThat(failures)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isInstanceOf(TransportException.class)
                    .isNotInstanceOf(TransportTimeoutException.class)
                    .hasMessageContaining(server.endpoint().toString()));
    // Only a client that waits for a reply has the server wait for it, and find its end by itself.
    clients.forEach(Client::close);
    Eventually.await(() -> server.statistics().connections() == 1);
    up();
    for (int i = 0; i < PATHS.size(); i++) {
      Client client = connect(server.endpoint(), clientOptions().withGetPath(PATHS.get(i)));
      requireNumber(client, slice("key" + i), value, stored.get(i), stored.get(i) + DEPTH);
      requireNumber(idle, slice("key" + i), value, stored.get(i), stored.get(i) + DEPTH);
      client.close();
    }
    idle.close();
    server.close();
    DeviceResources.await(before);
  }

  /** The device takes the largest MTU that packets leave room for besides 80 bytes of headers. */
  @ParameterizedTest
  @CsvSource({"400, 256", "800, 512", "1500, 1024", "3000, 2048", "5000, 4096"})
  void shouldCarryValuesAsLongAsPacketsOfEveryLength(int link, int mtu) throws Exception {
    setMtu(link);
    awaitDevice(context -> context.queryPort(1).activeMtu() == Mtu.valueOf("MTU_" + mtu));
    Server server = serve();
    Client ring = connect(server.endpoint(), clientOptions().withGetPath(GetPath.RING));
    Client oneSided = connect(server.endpoint(), clientOptions().withGetPath(GetPath.ONE_SIDED));
    // With what a frame or a record has besides the value, one of these fills packets to the byte.
    for (int packets = 1; packets <= 2; packets++) {
      for (int length = packets * mtu - 80; length <= packets * mtu + 1; length++) {
        requireRoundTrip(ring, oneSided, length);
      }
    }
    requireRoundTrip(ring, oneSided, 200_001);
  }

  private void requireRoundTrip(Client ring, Client oneSided, int length) {
    byte[] written = randomBytes(length);
    assertThat(ring.put(slice("key"), Slice.of(written))).isIn(Status.CREATED, Status.REPLACED);
    for (Client each : List.of(ring, oneSided)) {
      assertThat(each.get(slice("key"), value)).isEqualTo(Status.FOUND);
      assertThat(value.toByteArray()).isEqualTo(written);
    }
  }
}
