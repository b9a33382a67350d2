// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.session.SessionHarness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Whether commands take the arguments that COMMAND DOCS tells of. */
class CommandSyntaxTest {

  /** Values of arguments whose type says too little. */
  private static final Map<String, String> VALUES =
      Map.of("cursor", "0", "protover", "3", "yes/no", "yes");

  /** What is said of arguments that a command does not know, and not of values. */
  private static final Pattern REFUSAL =
      Pattern.compile(
          "syntax error|wrong number of|unknown (sub)?command|(unsupported|unrecognized) option",
          Pattern.CASE_INSENSITIVE);

  @Test
  void shouldHaveAsManyArgumentsAsTheAritySays() {
    for (Command command : Commands.table().all()) {
      List<Subcommand> subcommands = command.handler().subcommands();
      // QUIT takes whatever is said at parting.
      if (subcommands.isEmpty() && !command.name().equals("quit")) {
        assertThat(arity(command.name(), 1)).as("%s", command.name()).isEqualTo(command.arity());
      }
      for (Subcommand each : subcommands) {
        String name = command.nameOf(each);
        assertThat(arity(name, 2)).as("%s", name).isEqualTo(each.arity());
      }
    }
  }

  private static int arity(String name, int words) {
    List<ArgumentSyntax> arguments = CommandSyntax.of(name);
    int least = words + arguments.stream().mapToInt(CommandSyntaxTest::fewestWords).sum();
    return arguments.stream().anyMatch(CommandSyntaxTest::varies) ? -least : least;
  }

  private static int fewestWords(ArgumentSyntax argument) {
    return argument.optional() ? 0 : ways(argument).stream().mapToInt(List::size).min().orElse(0);
  }

  private static boolean varies(ArgumentSyntax argument) {
    return argument.optional()
        || ways(argument).stream().mapToInt(List::size).distinct().count() > 1;
  }

  /** Each option alone, each alternative, and what may be given again once and twice. */
  @Test
  void shouldTakeWhatItTells() {
    int requests = 0;
    for (String name : Commands.names()) {
      for (List<String> arguments : ways(CommandSyntax.of(name))) {
        List<String> words = new ArrayList<>(Arrays.asList(name.split("\\|", 2)));
        words.addAll(arguments);
        try (SessionHarness session = new SessionHarness()) {
          session.call("SET", "k", "1");
          assertThat(session.call(words.toArray(String[]::new)))
              .as("%s", words)
              .doesNotContainPattern(REFUSAL);
        }
        requests++;
      }
    }
    assertThat(requests).isGreaterThan(200);
  }

  /** The words that a sequence of arguments may be, with no more than one option at a time. */
  private static List<List<String>> ways(List<ArgumentSyntax> arguments) {
    List<List<String>> ways = new ArrayList<>();
    for (int varied = 0; varied < arguments.size(); varied++) {
      for (List<String> way : ways(arguments.get(varied))) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
          words.addAll(i == varied ? way : shortest(arguments.get(i)));
        }
        ways.add(words);
      }
    }
    return ways;
  }

  private static List<String> shortest(ArgumentSyntax argument) {
    return argument.optional() ? List.of() : ways(argument).getFirst();
  }

  /** The words that an argument may be if it is given. */
  private static List<List<String>> ways(ArgumentSyntax argument) {
    String token = argument.token();
    List<List<String>> ways = new ArrayList<>();
    for (List<String> way : waysBehindToken(argument)) {
      List<String> words = new ArrayList<>(token == null ? List.of() : List.of(token));
      words.addAll(way);
      ways.add(List.copyOf(words));
      if (argument.multiple()) {
        words.addAll(way);
        ways.add(words);
      }
    }
    return ways;
  }

  private static List<List<String>> waysBehindToken(ArgumentSyntax argument) {
    return switch (argument.type()) {
      case PURE_TOKEN -> List.of(List.of());
      case BLOCK -> ways(argument.arguments());
      case ONEOF -> argument.arguments().stream().flatMap(each -> ways(each).stream()).toList();
      default -> List.of(List.of(value(argument)));
    };
  }

  private static String value(ArgumentSyntax argument) {
    return VALUES.getOrDefault(argument.name(), valueOf(argument.type()));
  }

  private static String valueOf(ArgumentType type) {
    return switch (type) {
      case KEY -> "k";
      case INTEGER -> "1";
      case DOUBLE -> "1.5";
      case PATTERN -> "*";
      case UNIX_TIME -> "4102444800000";
      default -> "v";
    };
  }
}
