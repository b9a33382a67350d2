// SPDX-License-Identifier: Apache-2.0
package io.wisp.verbs.raw;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IncludesTest {

  private static final Path INCLUDES = Path.of("src/jextract/includes.txt");
  private static final Path SOURCES = Path.of("src/main/java/io/wisp/verbs/raw");
  private static final Pattern LINK =
      Pattern.compile("Library\\.link(?:Capturing|System|Variadic)?\\(\\s*\"(\\w+)\"");

  private static List<String> included(String kind) throws IOException {
    String option = "--include-" + kind + " ";
    return Files.readAllLines(INCLUDES).stream()
        .filter(line -> line.startsWith(option))
        .map(line -> line.substring(option.length()))
        .toList();
  }

  @Test
  void shouldIncludeEveryStructure() throws IOException {
    assertThat(included("struct"))
        .containsAll(
            Definitions.structs().stream().map(struct -> struct.name().orElseThrow()).toList());
  }

  @Test
  void shouldIncludeEveryConstantAndNoOther() throws IOException {
    assertThat(included("constant"))
        .containsExactlyInAnyOrderElementsOf(Definitions.constants().keySet());
  }

  @Test
  void shouldIncludeEveryFunctionAndNoOther() throws IOException {
    try (Stream<Path> sources = Files.list(SOURCES)) {
      List<String> functions =
          sources
              .flatMap(source -> LINK.matcher(read(source)).results())
              .map((MatchResult result) -> result.group(1))
              .toList();
      assertThat(functions).hasSizeGreaterThan(30);
      assertThat(included("function")).containsExactlyInAnyOrderElementsOf(functions);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
