// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {

  @TempDir Path folder;
  private final List<String> complaints = new ArrayList<>();

  private @Nullable Path choose(@Nullable String state) {
    return HistoryFile.choose(state, folder.resolve("home").toString(), complaints::add);
  }

  @Test
  void shouldBeInTheFolderForStateOrElseInTheUsers() {
    Path state = folder.resolve("state");
    assertThat(choose(state.toString())).isEqualTo(state.resolve("wisp/history"));
    assertThat(state.resolve("wisp")).isDirectory();
    assertThat(choose(null)).isEqualTo(folder.resolve("home/.wisp_history"));
    assertThat(choose("")).isEqualTo(folder.resolve("home/.wisp_history"));
    assertThat(complaints).isEmpty();
  }

  @Test
  void shouldSayWhyThereIsNone() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(choose(file.toString())).isNull();
    assertThat(choose("\0")).isNull();
    String complaint = "no history is kept, since it cannot be written in ";
    assertThat(complaints).containsExactly(complaint + file, complaint + "\0");
  }
}
