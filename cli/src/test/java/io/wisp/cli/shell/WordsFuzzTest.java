// SPDX-License-Identifier: Apache-2.0
package io.wisp.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.fuzz.FuzzTest;
import java.util.List;
import java.util.stream.Collectors;

/** A line of the shell: it is refused in a sentence, or its words can be written down again. */
class WordsFuzzTest extends FuzzTest {

  @Override
  protected void check(byte[] input) {
    Words.isComment(input);
    // Any bytes can be a word.
    assertThat(Words.split(Quoting.word(input).getBytes(UTF_8))).containsExactly(input);
    List<byte[]> words;
    try {
      words = Words.split(input);
    } catch (SyntaxException e) {
      assertThat(e).message().isNotBlank();
      return;
    }
    assertThat(words.stream().mapToInt(word -> word.length).sum())
        .isLessThanOrEqualTo(input.length);
    String written = words.stream().map(Quoting::word).collect(Collectors.joining(" "));
    List<byte[]> again = Words.split(written.getBytes(UTF_8));
    assertThat(again).hasSameSizeAs(words);
    for (int i = 0; i < words.size(); i++) {
      assertThat(again.get(i)).isEqualTo(words.get(i));
    }
  }
}
