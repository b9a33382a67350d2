// SPDX-License-Identifier: Apache-2.0
package io.wisp.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wisp.measure.input.UserError;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuiteArgumentsTest {

  @Test
  void shouldLeaveJmhItsOwnOptions() {
    SuiteArguments arguments =
        SuiteArguments.parse(List.of("-p", "keySize=3", "-prof", "gc", "--rounds", "3", "-f", "1"));

    assertThat(arguments.jmh()).containsExactly("-p", "keySize=3", "-prof", "gc", "-f", "1");
    assertThat(arguments.parameterNames()).containsExactly("keySize");
    assertThat(arguments.rounds()).isEqualTo(3);
    assertThat(arguments.results()).isEmpty();
  }

  @Test
  void shouldTakeTheFolderInBothSpellings() {
    assertThat(SuiteArguments.parse(List.of("--results", "a/b")).results())
        .contains(Path.of("a/b"));
    assertThat(SuiteArguments.parse(List.of("--results=a/b")).results()).contains(Path.of("a/b"));
  }

  @Test
  void shouldRefuseRoundsThatAreNoPositiveNumber() {
    assertThatThrownBy(() -> SuiteArguments.parse(List.of("--rounds", "0")))
        .isInstanceOf(UserError.class)
        .hasMessage("--rounds 0: a whole number from 1 on is wanted");
    assertThatThrownBy(() -> SuiteArguments.parse(List.of("--rounds=many")))
        .hasMessage("--rounds many: a whole number from 1 on is wanted");
  }

  @Test
  void shouldRefuseAnOptionWithoutItsValue() {
    assertThatThrownBy(() -> SuiteArguments.parse(List.of("--results")))
        .hasMessage("--results needs a value");
    assertThatThrownBy(() -> SuiteArguments.parse(List.of("-p"))).hasMessage("-p needs a value");
  }

  @Test
  void shouldRefuseAParameterThatIsNoPair() {
    assertThatThrownBy(() -> SuiteArguments.parse(List.of("-p", "keySize")))
        .hasMessage("-p wants NAME=VALUE, and \"keySize\" is not that");
    assertThatThrownBy(() -> SuiteArguments.parse(List.of("-pkeySize=3")))
        .hasMessage("write a space after -p: -p keySize=3");
  }
}
