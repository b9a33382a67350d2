// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the arguments of a command, apart by spaces, each in one of these forms:
 *
 * <ul>
 *   <li>{@code value} is an argument of that name, a string, and {@code key} is a key;
 *   <li>{@code seconds:integer} is an argument of another type;
 *   <li>{@code newkey:key@1} is a key of Redis' second key specification of the command;
 *   <li>{@code NX} is a token, and {@code EX seconds:integer} an argument behind its token;
 *   <li>{@code name(a b)} is both arguments, and {@code name(a|b)} one of them;
 *   <li>{@code [a]} may be left out, and {@code a...} may be given again and again.
 * </ul>
 */
final class SyntaxParser {

  private static final Pattern PART = Pattern.compile("[\\w:/@-]+|\\.{3}|[\\[\\]()|]");

  private final String text;
  private final List<String> parts;
  private int at;

  private SyntaxParser(String text) {
    this.text = text;
    parts = PART.matcher(text).results().map(MatchResult::group).toList();
    if (!String.join("", parts).equals(text.replace(" ", ""))) {
      throw wrong("characters that have no meaning");
    }
  }

  /**
   * Reads all arguments of a command.
   *
   * @throws IllegalArgumentException if the text is not of this form
   */
  static List<ArgumentSyntax> parse(String text) {
    SyntaxParser parser = new SyntaxParser(text);
    List<ArgumentSyntax> arguments = new ArrayList<>();
    while (!parser.next().isEmpty()) {
      arguments.add(parser.argument());
    }
    return List.copyOf(arguments);
  }

  /** The part that is next, or nothing. */
  private String next() {
    return at < parts.size() ? parts.get(at) : "";
  }

  /** Goes behind the next part if it is this one. */
  private boolean accept(String part) {
    boolean isNext = next().equals(part);
    if (isNext) {
      at++;
    }
    return isNext;
  }

  private void expect(String part) {
    if (!accept(part)) {
      throw wrong("no " + part + " before '" + next() + "'");
    }
  }

  private IllegalArgumentException wrong(String reason) {
    return new IllegalArgumentException(reason + " in: " + text);
  }

  private ArgumentSyntax argument() {
    if (accept("[")) {
      ArgumentSyntax argument = argument();
      expect("]");
      return argument.asOptional();
    }
    String word = word();
    if (!Character.isUpperCase(word.charAt(0))) {
      return argument(word, null);
    }
    if (!next().isEmpty() && Character.isLowerCase(next().charAt(0))) {
      return argument(word(), word);
    }
    return leaf(word.toLowerCase(Locale.ROOT), ArgumentType.PURE_TOKEN, word, 0);
  }

  private String word() {
    String part = next();
    if (part.isEmpty() || !Character.isLetter(part.charAt(0))) {
      throw wrong("no word before '" + part + "'");
    }
    at++;
    return part;
  }

  private ArgumentSyntax argument(String word, @Nullable String token) {
    if (accept("(")) {
      return group(word, token);
    }
    int colon = word.lastIndexOf(':');
    if (colon < 0) {
      return leaf(word, word.equals("key") ? ArgumentType.KEY : ArgumentType.STRING, token, 0);
    }
    String name = word.substring(0, colon);
    String[] type = word.substring(colon + 1).split("@", 2);
    int keySpec = type.length == 1 ? 0 : Integer.parseInt(type[1]);
    return leaf(name, ArgumentType.named(type[0]), token, keySpec);
  }

  private ArgumentSyntax group(String name, @Nullable String token) {
    List<ArgumentSyntax> members = new ArrayList<>();
    members.add(argument());
    ArgumentType type = next().equals("|") ? ArgumentType.ONEOF : ArgumentType.BLOCK;
    while (!accept(")")) {
      if (type == ArgumentType.ONEOF) {
        expect("|");
      }
      members.add(argument());
    }
    return new ArgumentSyntax(name, type, token, 0, false, accept("..."), List.copyOf(members));
  }

  private ArgumentSyntax leaf(String name, ArgumentType type, @Nullable String token, int keySpec) {
    return new ArgumentSyntax(name, type, token, keySpec, false, accept("..."), List.of());
  }
}
