// SPDX-License-Identifier: Apache-2.0
package io.wisp.measure.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {

  private static final Instant START = Instant.parse("2026-11-22T09:33:54Z");

  @TempDir Path folder;

  @Test
  void shouldSayWhenAndHowItWasStarted() {
    Environment environment = EnvironmentCapture.capture(START, List.of("-p", "keySize=3"));

    assertThat(environment.startedAt()).isEqualTo("2026-11-22T09:33:54Z");
    assertThat(environment.commandLine()).containsExactly("-p", "keySize=3");
    assertThat(environment.java().version()).startsWith("25");
    assertThat(environment.java().flags()).contains("--enable-native-access=ALL-UNNAMED");
    assertThat(environment.machine().cores())
        .isGreaterThanOrEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldDescribeALinuxMachine() {
    Environment.Machine machine = EnvironmentCapture.capture(START, List.of()).machine();

    assertThat(machine.kernel()).startsWith("Linux ");
    assertThat(machine.allowedCores()).matches("[0-9,-]+");
    assertThat(machine.memoryBytes()).isGreaterThan(1 << 28);
    assertThat(machine.loadAverage()).contains(".");
  }

  @Test
  void shouldReadBackWhatItWrote() {
    Environment environment = EnvironmentCapture.capture(START, List.of("-f", "1"));
    Path file = folder.resolve(Environment.FILE);

    Json.write(file, environment);

    assertThat(Json.read(file, Environment.class)).isEqualTo(environment);
  }

  @Test
  void shouldRefuseAFileWithAFieldTooMany() throws IOException {
    Path file = folder.resolve(Environment.FILE);
    Json.write(file, EnvironmentCapture.capture(START, List.of()));
    Files.writeString(file, Files.readString(file).replaceFirst("\\{", "{\"colour\":1,"));

    assertThatThrownBy(() -> Json.read(file, Environment.class)).hasMessageContaining("colour");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcg", "kvm"})
  void shouldSayWhatRunsTheGuestThatItIsIn(String guest) {
    assertThat(EnvironmentCapture.machine(Map.of("WISP_GUEST", guest)).guest()).isEqualTo(guest);
  }

  @Test
  void shouldKnowOfNoGuestUnlessToldOfOne() {
    assertThat(EnvironmentCapture.machine(Map.of()).guest()).isNull();
    assertThat(EnvironmentCapture.machine(Map.of("WISP_GUEST", "")).guest()).isNull();
  }
}
