// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ServerOptionsTest {

  @Test
  void shouldChangeWhatWasAskedForAndNothingElse() {
    Endpoint endpoint = new Endpoint("10.0.0.1", 7);
    UncaughtExceptionHandler owner = (thread, cause) -> {};
    ServerOptions changed =
        ServerOptions.defaults()
            .withEndpoint(endpoint)
            .withThreads(2)
            .withMaxClients(3)
            .withIdleTimeout(Duration.ofSeconds(4))
            .withPassword("secret")
            .withBusyPoll(true)
            .withDevice("mlx5_0")
            .withAckTimeout(Duration.ofMillis(5))
            .withOnThreadLost(owner);
    assertThat(changed)
        .isEqualTo(
            new ServerOptions(
                endpoint,
                2,
                3,
                Duration.ofSeconds(4),
                "secret",
                Waiting.POLL,
                "mlx5_0",
                Duration.ofMillis(5),
                owner));
  }
}
