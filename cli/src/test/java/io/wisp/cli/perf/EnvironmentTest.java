// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {

  @ParameterizedTest
  @ValueSource(strings = {"tcg", "kvm"})
  void shouldSayWhatRunsTheGuestThatTheClientIsIn(String guest) {
    assertThat(Environment.capture(Map.of("WISP_GUEST", guest))).containsEntry("guest", guest);
  }

  @Test
  void shouldKnowOfNoGuestUnlessToldOfOne() {
    assertThat(Environment.capture(Map.of())).containsEntry("guest", null);
    assertThat(Environment.capture(Map.of("WISP_GUEST", ""))).containsEntry("guest", null);
  }
}
