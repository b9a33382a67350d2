package io.wisp.transport.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobPatternTest {

  private static boolean matches(String pattern, String text) {
    return new GlobPattern(pattern.getBytes(UTF_8)).matches(text.getBytes(UTF_8));
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

  @Test
  void shouldTakeNoLongerThanTheProductOfTheLengths() {
    assertThat(matches("a*".repeat(1_000) + "b", "a".repeat(10_000))).isFalse();
  }

  @Property
  void shouldEndForAnyPatternAndText(@ForAll byte[] pattern, @ForAll byte[] text) {
    boolean matched = new GlobPattern(pattern).matches(text);
    assertThat(matched && pattern.length == 0)
        .isEqualTo(matched && text.length == 0 && pattern.length == 0);
  }
}
