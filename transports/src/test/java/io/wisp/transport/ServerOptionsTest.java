// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.cluster.ClusterMap;
import io.wisp.cluster.ClusterMember;
import io.wisp.cluster.ClusterNode;
import io.wisp.store.HeapStore;
import java.lang.Thread.UncaughtExceptionHandler;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ServerOptionsTest {

  @Test
  void shouldChangeWhatWasAskedForAndNothingElse() {
    Endpoint endpoint = new Endpoint("10.0.0.1", 7);
    ClusterMember member =
        new ClusterMember("a", new ClusterMap(1, List.of(new ClusterNode("a", "h", 1, List.of()))));
    WriteLog log = new HeldLog(new HeapStore());
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
            .withMember(member)
            .withWriteLog(log)
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
                member,
                log,
                null,
                owner));
  }

  static Stream<Transport> transportsWithoutLogs() {
    return Transports.all().stream().filter(transport -> !transport.logsWrites());
  }

  @ParameterizedTest
  @MethodSource("transportsWithoutLogs")
  void shouldRefuseALogWhereWritesAreNotLogged(Transport transport) {
    HeapStore store = new HeapStore();
    ServerOptions options = ServerOptions.defaults().withWriteLog(new HeldLog(store));
    assertThatThrownBy(() -> transport.serve(store, options))
        .isInstanceOf(TransportException.class)
        .hasMessageContaining(transport.name() + " logs no writes");
  }
}
