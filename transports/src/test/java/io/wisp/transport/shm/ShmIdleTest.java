// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.testing.Eventually;
import io.wisp.transport.Client;
import io.wisp.transport.ClientOptions;
import io.wisp.transport.GetPath;
import io.wisp.transport.ServerThreads;
import io.wisp.transport.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmIdleTest {

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "POLL")
  void shouldUseNoProcessorWorthNamingWhileNothingComes(Waiting waiting) throws Exception {
    try (OneSidedServer server =
            OneSidedServer.open(options -> options.withWaiting(waiting).withThreads(2));
        ValueBuffer value = new ValueBuffer()) {
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        clients.add(server.connect(ClientOptions.defaults().withWaiting(waiting)));
      }
      Client client = clients.get(0);
      client.put(Slice.of("key"), Slice.of("value"));
      Thread.sleep(100);
      assertThat(ServerThreads.processorShare("wisp-shm")).isLessThan(0.2);
      assertThat(client.get(Slice.of("key"), value)).isEqualTo(Status.FOUND);
      for (Client each : clients) {
        assertThat(each.put(Slice.of("key"), Slice.of("another"))).isEqualTo(Status.REPLACED);
        each.close();
      }
    }
  }

  @Test
  void shouldKeepClientsThatGetByAnyPathAndDisconnectThoseThatDoNothing() throws Exception {
    try (OneSidedServer server =
            OneSidedServer.open(options -> options.withIdleTimeout(Duration.ofMillis(1_500)));
        ValueBuffer value = new ValueBuffer()) {
      List<Client> busy = new ArrayList<>();
      List<Client> idle = new ArrayList<>();
      for (GetPath path : GetPath.values()) {
        busy.add(server.connect(ClientOptions.defaults().withGetPath(path)));
        idle.add(server.connect(ClientOptions.defaults().withGetPath(path)));
      }
      long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
      while (System.nanoTime() < end) {
        for (Client each : busy) {
          assertThat(each.get(Slice.of("key"), value)).isEqualTo(Status.ABSENT);
        }
        Thread.sleep(1);
      }
      Eventually.await(() -> server.server().statistics().connections() == busy.size());
      for (Client each : busy) {
        assertThat(each.get(Slice.of("key"), value)).isEqualTo(Status.ABSENT);
        each.close();
      }
      for (Client each : idle) {
        assertThat(each.outstanding()).isZero();
        each.close();
      }
    }
  }

  @Test
  void shouldKeepAClientThatAlwaysHasGetsUnderWay() {
    try (OneSidedServer server =
            OneSidedServer.open(options -> options.withIdleTimeout(Duration.ofMillis(1_500)));
        Client busy = server.connect(ClientOptions.defaults());
        ValueBuffer value = new ValueBuffer()) {
      busy.submitGet(Slice.of("key"));
      long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
      while (System.nanoTime() < end) {
        busy.submitGet(Slice.of("key"));
        assertThat(busy.complete(value)).isEqualTo(Status.ABSENT);
      }
      assertThat(busy.complete(value)).isEqualTo(Status.ABSENT);
      assertThat(server.server().statistics().connections()).isOne();
    }
  }
}
