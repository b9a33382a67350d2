// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TransportSweepTest {

  private static final List<String> ALL = List.of("tcp", "rdma", "shm", "null");

  private static TransportSweep sweep(List<String> get, List<String> device) {
    Map<String, List<String>> values = Map.of("get", get, "device", device);
    return TransportSweep.over(ALL, name -> values.getOrDefault(name, List.of()));
  }

  @Test
  void shouldRunEverythingTogetherWhereEachParameterHasOneValue() {
    TransportSweep sweep = sweep(List.of("ring"), List.of("rxe0"));

    assertThat(sweep.parts()).containsExactly(Map.of("transport", ALL));
    assertThat(sweep.notes()).isEmpty();
  }

  @Test
  void shouldMeasureATransportOnceWhereItHasOneWayToGet() {
    TransportSweep sweep = sweep(List.of("ring", "onesided"), List.of("auto"));

    assertThat(sweep.parts())
        .containsExactly(
            Map.of("get", List.of("ring"), "transport", List.of("tcp", "null")),
            Map.of("transport", List.of("rdma", "shm")));
    assertThat(sweep.notes())
        .containsExactly("tcp, null: measured once for all values of get, which it has no use for");
  }

  @Test
  void shouldKeepTheDevicesForTheTransportThatHasThem() {
    TransportSweep sweep = sweep(List.of("ring", "onesided"), List.of("rxe0", "mlx5_0"));

    assertThat(sweep.parts())
        .containsExactly(
            Map.of(
                "get", List.of("ring"),
                "device", List.of("rxe0"),
                "transport", List.of("tcp", "null")),
            Map.of("transport", List.of("rdma")),
            Map.of("device", List.of("rxe0"), "transport", List.of("shm")));
    assertThat(sweep.notes())
        .first()
        .asString()
        .startsWith("tcp, null: measured once for all values of get and device,");
  }

  @Test
  void shouldRefuseAParameterThatNoTransportHasAUseFor() {
    assertThatThrownBy(
            () -> TransportSweep.requireUses(Set.of("keySize", "device"), List.of("tcp", "shm")))
        .isInstanceOf(UserError.class)
        .hasMessage("device is for rdma, and means nothing to tcp, shm");
  }

  @Test
  void shouldTakeAParameterThatOneOfTheTransportsHasAUseFor() {
    assertThatCode(() -> TransportSweep.requireUses(Set.of("get"), List.of("tcp", "shm")))
        .doesNotThrowAnyException();
  }
}
