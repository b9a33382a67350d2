// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.ring.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.store.cuckoo.remote.RemoteTable;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ServerClockTest {

  private final AtomicLong nanos = new AtomicLong(-7);
  private final ServerClock clock = new ServerClock(1_000, nanos::get);

  @Test
  void shouldGoOnFromWhatTheServerSaidByTheClockThatNobodySets() {
    assertThat(clock.getAsLong()).isEqualTo(1_000);
    nanos.addAndGet(5_999_999);
    assertThat(clock.getAsLong()).isEqualTo(1_005);
    nanos.addAndGet(1);
    assertThat(clock.getAsLong()).isEqualTo(1_006);
  }

  @Test
  void shouldNotKnowTheTimeOnceWhatTheServerSaidIsOld() {
    nanos.addAndGet(ServerClock.VALID_NANOS);
    assertThat(clock.getAsLong()).isNotEqualTo(RemoteTable.UNKNOWN_TIME);
    nanos.addAndGet(1);
    assertThat(clock.getAsLong()).isEqualTo(RemoteTable.UNKNOWN_TIME);
  }

  @Test
  void shouldBelieveTheServerWhicheverWayItsClockWasSet() {
    clock.hear(500);
    assertThat(clock.getAsLong()).isEqualTo(500);
    clock.hear(90_000);
    assertThat(clock.getAsLong()).isEqualTo(90_000);
  }
}
