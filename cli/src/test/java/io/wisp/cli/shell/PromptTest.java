// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jline.reader.LineReader;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PromptTest {

  @TempDir Path folder;

  private String typed(String keys) throws IOException {
    try (Terminal terminal =
        new DumbTerminal(
            "test",
            "ansi",
            new ByteArrayInputStream(keys.getBytes(UTF_8)),
            new ByteArrayOutputStream(),
            UTF_8)) {
      LineReader reader = Prompt.reader(terminal, folder.resolve("state/history"));
      String line = reader.readLine("> ");
      reader.getHistory().save();
      return line;
    }
  }

  @ParameterizedTest
  @CsvSource({"'exis\tk', exists k", "'mg\tk', mget k", "'MG\tk', mget k", "'put k\tv', put kv"})
  void shouldCompleteCommandsAndNothingElse(String keys, String line) throws IOException {
    assertThat(typed(keys + "\n")).isEqualTo(line);
  }

  @ParameterizedTest
  @CsvSource({"put k a!b", "put k \"two words\"", "put k a\\nb", "put k 'it''s'", "put k \"open"})
  void shouldLeaveEveryLineAsItWasTyped(String line) throws IOException {
    assertThat(typed(line + "\n")).isEqualTo(line);
  }

  @Test
  void shouldRememberLinesFromOneRunToTheNext() throws IOException {
    typed("put k v\n");
    assertThat(typed("\u001b[A\n")).isEqualTo("put k v");
    assertThat(Files.readString(folder.resolve("state/history"))).contains("put k v");
  }
}
