// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.shm;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.Slice;
import io.wisp.store.Status;
import io.wisp.store.ValueBuffer;
import io.wisp.testing.Undisturbed;
import io.wisp.transport.Client;
import io.wisp.transport.GetPath;
import io.wisp.transport.Patient;
import io.wisp.transport.ServerThreads;
import io.wisp.transport.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShmIdleTest {

  private static final Duration IDLE = Duration.ofMillis(1_500);

  /** Much less than what is left of that when a third has passed before a report. */
  private static final Duration BEARABLE = Duration.ofMillis(300);

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "POLL")
  void shouldUseNoProcessorWorthNamingWhileNothingComes(Waiting waiting) throws Exception {
    try (OneSidedServer server =
            OneSidedServer.open(options -> options.withWaiting(waiting).withThreads(2));
        ValueBuffer value = new ValueBuffer()) {
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        clients.add(server.connect(Patient.options().withWaiting(waiting)));
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
    Undisturbed.run(BEARABLE, ShmIdleTest::keepThoseThatGet);
  }

  private static void keepThoseThatGet(Undisturbed.Pulse pulse) throws InterruptedException {
    try (OneSidedServer server = OneSidedServer.open(options -> options.withIdleTimeout(IDLE));
        ValueBuffer value = new ValueBuffer()) {
      List<Client> busy = new ArrayList<>();
      List<Client> idle = new ArrayList<>();
      for (GetPath path : GetPath.values()) {
        busy.add(server.connect(Patient.options().withGetPath(path)));
        idle.add(server.connect(Patient.options().withGetPath(path)));
      }
      long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
      while (System.nanoTime() < end || server.server().statistics().connections() > busy.size()) {
        for (Client each : busy) {
          assertThat(each.get(Slice.of("key"), value)).isEqualTo(Status.ABSENT);
        }
        pulse.beat();
        Thread.sleep(1);
      }
      assertThat(server.server().statistics().connections()).isEqualTo(busy.size());
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
    Undisturbed.run(BEARABLE, ShmIdleTest::keepOneThatAlwaysHasGetsUnderWay);
  }

  private static void keepOneThatAlwaysHasGetsUnderWay(Undisturbed.Pulse pulse) {
    try (OneSidedServer server = OneSidedServer.open(options -> options.withIdleTimeout(IDLE));
        Client busy = server.connect(Patient.options());
        ValueBuffer value = new ValueBuffer()) {
      busy.submitGet(Slice.of("key"));
      long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
      while (System.nanoTime() < end) {
        busy.submitGet(Slice.of("key"));
        assertThat(busy.complete(value)).isEqualTo(Status.ABSENT);
        pulse.beat();
      }
      assertThat(busy.complete(value)).isEqualTo(Status.ABSENT);
      assertThat(server.server().statistics().connections()).isOne();
    }
  }
}
