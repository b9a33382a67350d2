// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementTest {

  @Test
  void shouldLeaveEverythingToTheKernelWhenFree() {
    Placement free = Placement.named("free", List.of(0, 1));

    assertThat(free.clientCores()).isEmpty();
    assertThat(free.serverCores()).isEmpty();
  }

  @Test
  void shouldGiveClientsAndServerTheSameCoreWhenShared() {
    Placement shared = Placement.named("shared", List.of(0, 1));

    assertThat(shared.clientCores()).contains("1");
    assertThat(shared.serverCores()).contains("1");
  }

  @Test
  void shouldGiveClientsAndServerACoreEachWhenSplit() {
    Placement split = Placement.named("split", List.of(2, 5, 7));

    assertThat(split.clientCores()).contains("7");
    assertThat(split.serverCores()).contains("5");
  }

  @Test
  void shouldRefuseToSplitASingleCore() {
    assertThatThrownBy(() -> Placement.named("split", List.of(0)))
        .hasMessage("placement \"split\" needs 2 cores, and there are 1");
  }

  @Test
  void shouldLeaveEverythingFreeWhereNoCoresAreKnown() {
    assertThat(Placement.named("free", List.of()).clientCores()).isEmpty();
    assertThatThrownBy(() -> Placement.named("shared", List.of()))
        .hasMessage("placement \"shared\" needs 1 cores, and there are 0");
  }
}
