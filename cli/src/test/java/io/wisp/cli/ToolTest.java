// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ToolTest {

  /** What the launcher tells apart, in its two statements at the margin. */
  private static final Pattern LABEL = Pattern.compile("(?m)^  ([a-z| -]+)\\)$");

  @Test
  void shouldBeTheCommandsOfTheLauncher() throws IOException {
    String launcher = Files.readString(GuestScript.ROOT.resolve("wisp"));
    String dispatch = launcher.substring(launcher.indexOf("\nfind_root\n"));
    List<String> labels =
        LABEL
            .matcher(dispatch)
            .results()
            .flatMap(label -> Arrays.stream(label.group(1).split("\\|")))
            .map(String::strip)
            .toList();
    assertThat(labels).containsExactlyInAnyOrderElementsOf(Tool.words());
  }
}
