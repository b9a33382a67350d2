// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench.floor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wisp.testing.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class CoreToCoreLatencyTest {

  @Test
  void shouldMeasureWithAnotherThreadThatItMoves() throws InterruptedException {
    assumeTrue(
        Runtime.getRuntime().availableProcessors() > 1,
        "on one processor a round trip takes as long as two turns of threads");
    Thread[] moved = new Thread[1];
    OptionalDouble[] roundTrip = new OptionalDouble[1];
    // The other core is silent while the machine stands still.
    Eventually.await(
        () -> {
          roundTrip[0] = CoreToCoreLatency.roundTripNanos(() -> moved[0] = Thread.currentThread());
          return roundTrip[0].isPresent();
        });
    assertThat(roundTrip[0].getAsDouble()).isPositive();
    assertThat(moved[0]).isNotSameAs(Thread.currentThread());
    assertThat(moved[0].isAlive()).isFalse();
  }

  @Test
  void shouldGiveUpAnotherCoreThatCannotBeHad() {
    PrintStream before = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      OptionalDouble roundTrip =
          CoreToCoreLatency.roundTripNanos(
              () -> {
                throw new IllegalStateException("it is somebody else's");
              });
      assertThat(roundTrip).isEmpty();
    } finally {
      System.setErr(before);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void shouldGiveUpAnotherCoreThatIsSilent() {
    OptionalDouble roundTrip =
        CoreToCoreLatency.roundTripNanos(
            () -> {
              try {
                Thread.sleep(1_000);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    assertThat(roundTrip).isEmpty();
  }
}
