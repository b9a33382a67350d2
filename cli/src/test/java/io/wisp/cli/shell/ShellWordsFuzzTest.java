// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.fuzz.FuzzTest;
import java.util.List;
import java.util.stream.Collectors;

/** A line of the shell: it is refused in a sentence, or its words can be written down again. */
class ShellWordsFuzzTest extends FuzzTest {

  @Override
  protected void check(byte[] input) {
    ShellWords.isComment(input);
    // Any bytes can be a word.
    assertThat(ShellWords.split(Quoting.word(input).getBytes(UTF_8))).containsExactly(input);
    List<byte[]> words;
    try {
      words = ShellWords.split(input);
    } catch (SyntaxException e) {
      assertThat(e).message().isNotBlank();
      return;
    }
    assertThat(words.stream().mapToInt(word -> word.length).sum())
        .isLessThanOrEqualTo(input.length);
    String written = words.stream().map(Quoting::word).collect(Collectors.joining(" "));
    List<byte[]> again = ShellWords.split(written.getBytes(UTF_8));
    assertThat(again).hasSameSizeAs(words);
    for (int i = 0; i < words.size(); i++) {
      assertThat(again.get(i)).isEqualTo(words.get(i));
    }
  }
}
