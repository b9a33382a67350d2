// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.testing.Property;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobPatternTest {

  private static boolean matches(String pattern, String text) {
    return GlobMatch.matches(new GlobPattern(pattern.getBytes(UTF_8)), text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "*,anything",
    "*,''",
    "'',''",
    "a*,a",
    "a*c,abbc",
    "*b*,abc",
    "**a**,xax",
    "a?c,abc",
    "[abc]x,bx",
    "[a-c]x,bx",
    "[c-a]x,bx",
    "[^a-c]x,dx",
    "[a\\]b]x,]x",
    "a\\*c,a*c",
    "\\a,a",
    "a\\,a\\",
    "[ab,a",
    "*.txt,a.b.txt"
  })
  void shouldMatch(String pattern, String text) {
    assertThat(matches(pattern, text)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'',a",
    "a,''",
    "?,''",
    "a*c,abcd",
    "a?c,ac",
    "[abc]x,dx",
    "[^a-c]x,ax",
    "a\\*c,abc",
    "[],a",
    "*.txt,a.txt2",
    "A,a"
  })
  void shouldNotMatch(String pattern, String text) {
    assertThat(matches(pattern, text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldMatchWhatTheDefinitionMatchesInBoundedPieces(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int matched = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] pattern = text(random, "ab*?[]^-\\", 12);
      byte[] text = text(random, "ab*]\\", 16);
      GlobPattern glob = new GlobPattern(pattern);
      boolean expected = isDefinedToMatch(glob, pattern.length, 0, text, 0);
      assertThat(GlobMatch.matches(glob, text))
          .as("seed %d: %s and %s", seed, new String(pattern, UTF_8), new String(text, UTF_8))
          .isEqualTo(expected);
      GlobMatch match = new GlobMatch(glob);
      match.begin(MemorySegment.ofArray(text), 0, text.length);
      int pieces = 1;
      while (match.proceed(1) == 0) {
        pieces++;
      }
      assertThat(match.matched()).isEqualTo(expected);
      assertThat(pieces).isLessThanOrEqualTo((pattern.length + 2) * (text.length + 2));
      matched += expected ? 1 : 0;
    }
    assertThat(matched).isBetween(100, 19_900);
  }

  private static byte[] text(SplittableRandom random, String letters, int longest) {
    byte[] bytes = new byte[random.nextInt(longest + 1)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) letters.charAt(random.nextInt(letters.length()));
    }
    return bytes;
  }

  private static boolean isDefinedToMatch(
      GlobPattern pattern, int length, int at, byte[] text, int position) {
    if (at == length) {
      return position == text.length;
    }
    if (pattern.isStar(at)) {
      return isDefinedToMatch(pattern, length, at + 1, text, position)
          || (position < text.length && isDefinedToMatch(pattern, length, at, text, position + 1));
    }
    return position < text.length
        && pattern.matchesOne(at, text[position])
        && isDefinedToMatch(pattern, length, pattern.behind(at), text, position + 1);
  }

  @Test
  void shouldCompareNoMoreThanItIsToldToBeforeItPauses() {
    byte[] text = "a".repeat(10_000).getBytes(UTF_8);
    GlobMatch match =
        new GlobMatch(new GlobPattern(("*" + "a".repeat(1_000) + "b").getBytes(UTF_8)));
    match.begin(MemorySegment.ofArray(text), 0, text.length);
    int pieces = 1;
    while (match.proceed(10_000) == 0) {
      pieces++;
    }
    assertThat(match.matched()).isFalse();
    assertThat(pieces).isBetween(900, 1_001);
  }

  @Test
  void shouldEndForAnyPatternAndText() {
    Property.check(
        draw -> {
          byte[] pattern = draw.bytes();
          byte[] text = draw.bytes();
          boolean matched = GlobMatch.matches(new GlobPattern(pattern), text);
          assertThat(matched && pattern.length == 0)
              .isEqualTo(matched && text.length == 0 && pattern.length == 0);
        });
  }
}
