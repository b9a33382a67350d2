// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransportSweepTest {

  private static final List<String> ALL = List.of("tcp", "rdma", "shm", "null");

  private static TransportSweep sweep(List<String> get, List<String> device) {
    return sweep(Map.of("get", get, "device", device));
  }

  private static TransportSweep sweep(Map<String, List<String>> values) {
    return TransportSweep.over(
        ALL,
        name -> values.getOrDefault(name, List.of()),
        new PlacementDefaults(List.of("free", "shared", "split"), 2));
  }

  private static Map<String, List<String>> part(
      List<String> placements, String busyPoll, String... transports) {
    return Map.of(
        "placement", placements, "busyPoll", List.of(busyPoll), "transport", List.of(transports));
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
  void shouldGiveEachTransportTheCoresThatSuitIt() {
    TransportSweep sweep = sweep(Map.of("placement", List.of("auto"), "busyPoll", List.of("auto")));

    assertThat(sweep.parts())
        .containsExactly(
            part(List.of("shared"), "false", "tcp", "null"),
            part(List.of("split"), "true", "rdma", "shm"));
    assertThat(sweep.notes()).isEmpty();
  }

  @Test
  void shouldKeepWhatWasAskedForAndPollOnlyWhereEachEndHasACore() {
    TransportSweep sweep =
        sweep(Map.of("placement", List.of("shared", "auto"), "busyPoll", List.of("auto")));

    assertThat(sweep.parts())
        .containsExactly(
            part(List.of("shared"), "false", "tcp", "null"),
            part(List.of("shared", "split"), "false", "rdma", "shm"));
  }

  @ParameterizedTest
  @CsvSource({
    "tcp, shared, 2, 2 threads take turns on 1 core",
    "tcp, split, 2,",
    "tcp, free, 1, 2 threads take turns on 1 core",
    "shm, free, 2,",
    "zmq, free, 2, '4 threads take turns on 2 cores, for ZeroMQ has one of its own at each end'",
    "zmq, split, 8, 4 threads take turns on 2 cores",
    "zmq, free, 4,",
    "null, shared, 1,"
  })
  void shouldSayWherePollingWillStarve(
      String transport, String placement, int cores, @Nullable String sentence) {
    Map<String, List<String>> values =
        Map.of("placement", List.of(placement), "busyPoll", List.of("false", "true"));
    List<String> notes =
        TransportSweep.over(
                List.of(transport),
                name -> values.getOrDefault(name, List.of()),
                new PlacementDefaults(List.of("free"), cores))
            .notes();

    if (sentence == null) {
      assertThat(notes).isEmpty();
    } else {
      assertThat(notes).singleElement().asString().contains(sentence, "expect few requests");
    }
  }

  @Test
  void shouldLeaveCoresFreeWhereNothingCanBePinned() {
    PlacementDefaults defaults = PlacementDefaults.unpinned();

    assertThat(defaults.placement("shm", "auto")).isEqualTo("free");
    assertThat(defaults.placement("tcp", "auto")).isEqualTo("free");
    assertThat(defaults.placement("shm", "split")).isEqualTo("split");
    assertThat(defaults.busyPoll("shm", "auto", List.of("free"))).isEqualTo("false");
    assertThat(defaults.busyPoll("tcp", "true", List.of("free"))).isEqualTo("true");
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

  @Test
  void shouldWarmUpLongerWhereBothEndsPoll() {
    assertThat(PlacementDefaults.warmupIterations(List.of("false", "true"))).isPresent();
    assertThat(PlacementDefaults.warmupIterations(List.of("false"))).isEmpty();
  }
}
