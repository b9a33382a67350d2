// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTableTest {

  private final CommandTable table = Commands.table();

  private @Nullable Command find(String name) {
    byte[] bytes = ("__" + name + "__").getBytes(US_ASCII);
    return table.find(MemorySegment.ofArray(bytes), 2, name.length());
  }

  @Test
  void shouldFindEveryCommandInAnyCase() {
    for (Command command : table.all()) {
      assertThat(find(command.name())).isSameAs(command);
      assertThat(find(command.name().toUpperCase(Locale.ROOT))).isSameAs(command);
      String mixed = command.name().substring(0, 1).toUpperCase(Locale.ROOT);
      assertThat(find(mixed + command.name().substring(1))).isSameAs(command);
      assertThat(table.find(command.name())).isSameAs(command);
    }
  }

  @Test
  void shouldFindNothingThatIsAlmostACommand() {
    for (Command command : table.all()) {
      assertThat(find(command.name() + "\0")).isNull();
      assertThat(find(command.name() + " ")).isNull();
      assertThat(find("x" + command.name())).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "se", "sett", "aaaaaaaaaaaaaaaaa", "expireat1234567", "GE\0"})
  void shouldFindNothingElse(String name) {
    assertThat(find(name)).isNull();
  }
}
