// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyntaxParserTest {

  private static ArgumentSyntax leaf(String name, ArgumentType type, @Nullable String token) {
    return new ArgumentSyntax(name, type, token, 0, false, false, List.of());
  }

  private static ArgumentSyntax group(
      String name, ArgumentType type, @Nullable String token, ArgumentSyntax... members) {
    return new ArgumentSyntax(name, type, token, 0, false, false, Arrays.asList(members));
  }

  private static ArgumentSyntax string(String name) {
    return leaf(name, ArgumentType.STRING, null);
  }

  private static ArgumentSyntax many(String name, ArgumentType type) {
    return new ArgumentSyntax(name, type, null, 0, false, true, List.of());
  }

  @Test
  void shouldReadArgumentsOfEachType() {
    String text = "key value key:string to:key@1 n:integer d:double p:pattern t:unix-time";
    assertThat(SyntaxParser.parse(text))
        .containsExactly(
            leaf("key", ArgumentType.KEY, null),
            string("value"),
            string("key"),
            new ArgumentSyntax("to", ArgumentType.KEY, null, 1, false, false, List.of()),
            leaf("n", ArgumentType.INTEGER, null),
            leaf("d", ArgumentType.DOUBLE, null),
            leaf("p", ArgumentType.PATTERN, null),
            leaf("t", ArgumentType.UNIX_TIME, null));
  }

  @Test
  void shouldKnowNamesWithMarks() {
    assertThat(SyntaxParser.parse("ip:port:string yes/no LIB-NAME lib_name"))
        .containsExactly(
            string("ip:port"), string("yes/no"), leaf("lib_name", ArgumentType.STRING, "LIB-NAME"));
  }

  @Test
  void shouldTellTokensAloneFromThoseBeforeAnArgument() {
    assertThat(SyntaxParser.parse("[GET] EX seconds:integer SYNC"))
        .containsExactly(
            leaf("get", ArgumentType.PURE_TOKEN, "GET").asOptional(),
            leaf("seconds", ArgumentType.INTEGER, "EX"),
            leaf("sync", ArgumentType.PURE_TOKEN, "SYNC"));
  }

  @Test
  void shouldTellOneOfSeveralFromAllOfThem() {
    assertThat(SyntaxParser.parse("one(NX|EQ value) all(key value) TYPE type(a|all(b c)) id(n)"))
        .containsExactly(
            group(
                "one",
                ArgumentType.ONEOF,
                null,
                leaf("nx", ArgumentType.PURE_TOKEN, "NX"),
                leaf("value", ArgumentType.STRING, "EQ")),
            group(
                "all",
                ArgumentType.BLOCK,
                null,
                leaf("key", ArgumentType.KEY, null),
                string("value")),
            group(
                "type",
                ArgumentType.ONEOF,
                "TYPE",
                string("a"),
                group("all", ArgumentType.BLOCK, null, string("b"), string("c"))),
            group("id", ArgumentType.BLOCK, null, string("n")));
  }

  @Test
  void shouldKnowWhatMayBeLeftOutOrGivenAgain() {
    assertThat(SyntaxParser.parse("key... [a...] pairs([a]|b...)..."))
        .containsExactly(
            many("key", ArgumentType.KEY),
            many("a", ArgumentType.STRING).asOptional(),
            new ArgumentSyntax(
                "pairs",
                ArgumentType.ONEOF,
                null,
                0,
                false,
                true,
                List.of(string("a").asOptional(), many("b", ArgumentType.STRING))));
  }

  @Test
  void shouldReadNothing() {
    assertThat(SyntaxParser.parse(" ")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[",
        "[a",
        "a]",
        "[a b]",
        "a(",
        "a()",
        "a(b",
        "a(b|c",
        "a(b|c d)",
        "a(b c|d)",
        "a)",
        "|a",
        "...",
        "a ... ...",
        "a;b",
        "a:nothing",
        "a:key@x",
        "1a"
      })
  void shouldRefuseWhatIsNoSyntax(String text) {
    assertThatThrownBy(() -> SyntaxParser.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
