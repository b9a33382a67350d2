// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * COMMAND, and COMMAND COUNT, LIST [FILTERBY ...], INFO [name ...], DOCS [name ...] and GETKEYS
 * name [argument ...].
 */
final class CommandCommand implements Command.Handler {

  /** They are about all keys, and Redis documents them with the server. */
  private static final Set<String> WITHOUT_KEY = Set.of("dbsize", "flushall", "flushdb");

  private static final String NO_COMMAND = "ERR Invalid command specified";
  private static final String NO_KEYS = "ERR The command has no key arguments";
  private static final String NO_COUNT = "ERR Invalid number of arguments specified for command";

  /** A command, or the subcommand of it that is meant. */
  private record Named(Command command, @Nullable Subcommand subcommand) {}

  private final CommandTable commands;
  private final Subcommands subcommands;
  private final KeyPositions positions;

  /** Tells of the commands of a table. */
  CommandCommand(CommandTable commands) {
    this.commands = commands;
    positions = new KeyPositions(commands);
    subcommands =
        new Subcommands(
            "COMMAND",
            new Subcommand("COUNT", 2, "How many commands there are.", this::count),
            new Subcommand("LIST", -2, "The names of commands.", this::list),
            new Subcommand("INFO", -2, "How commands are called.", this::information),
            new Subcommand("DOCS", -2, "What commands do and take.", this::documents),
            new Subcommand("GETKEYS", -4, "The keys of a command.", this::keys));
  }

  @Override
  public void execute(CommandRequest request) {
    if (request.arguments().count() == 1) {
      information(request);
    } else {
      subcommands.execute(request);
    }
  }

  @Override
  public List<Subcommand> subcommands() {
    return subcommands.subcommands();
  }

  @Override
  public @Nullable String refusalToQueue(Arguments arguments) {
    return arguments.count() == 1 ? null : subcommands.refusalToQueue(arguments);
  }

  private void count(CommandRequest request) {
    request.reply().integer(commands.all().size());
  }

  private void list(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (arguments.count() == 5) {
      // As much as a pattern may have to be looked at.
      request
          .execution()
          .countBytes(
              Math.min(arguments.length(4), Arguments.MAX_TEXT_LENGTH)
                  * CommandTable.MAX_NAME_LENGTH
                  * commands.all().size());
    }
    Predicate<Command> filter = arguments.count() == 2 ? command -> true : filter(arguments);
    if (filter == null) {
      request.fail(Errors.SYNTAX);
      return;
    }
    List<Command> listed = commands.all().stream().filter(filter).toList();
    request.reply().array(listed.size());
    listed.forEach(command -> request.reply().bulk(command.name()));
  }

  /** FILTERBY MODULE name, ACLCAT category or PATTERN pattern; null if it is none of these. */
  private static @Nullable Predicate<Command> filter(Arguments arguments) {
    if (arguments.count() != 5 || !arguments.is(2, "FILTERBY")) {
      return null;
    }
    String wanted = arguments.text(4).toLowerCase(Locale.ROOT);
    if (arguments.is(3, "MODULE")) {
      return command -> false;
    } else if (arguments.is(3, "ACLCAT")) {
      return command -> isOf(command, wanted);
    } else if (arguments.is(3, "PATTERN")) {
      GlobPattern pattern = new GlobPattern(wanted.getBytes(StandardCharsets.UTF_8));
      return command -> GlobMatch.matches(pattern, command.name().getBytes(StandardCharsets.UTF_8));
    }
    return null;
  }

  /** Whether a command is of a category of Redis' access control, of those that we know of. */
  private static boolean isOf(Command command, String category) {
    return switch (category) {
      case "read" -> command.access() == Command.Access.READ;
      case "write" -> command.access() == Command.Access.WRITE;
      case "string", "connection" -> command.group().equals(category);
      case "transaction" -> command.group().equals("transactions");
      case "keyspace" -> command.group().equals("generic") || WITHOUT_KEY.contains(command.name());
      default -> false;
    };
  }

  private void keys(CommandRequest request) {
    Arguments arguments = request.arguments();
    Command command = commands.find(arguments.text(2));
    KeyPositions.Outcome outcome =
        command == null ? KeyPositions.Outcome.NO_COMMAND : positions.find(command, arguments, 2);
    switch (outcome) {
      case NO_COMMAND -> request.fail(NO_COMMAND);
      case NO_KEYS -> request.fail(NO_KEYS);
      case WRONG_COUNT -> request.fail(NO_COUNT);
      case KEYS -> {
        request.reply().array(positions.count());
        for (int key = positions.first(); key <= positions.last(); key += positions.step()) {
          request.reply().bulk(arguments.bytes(key));
        }
      }
    }
  }

  private void information(CommandRequest request) {
    List<@Nullable Named> named = named(request);
    request.reply().array(named.size());
    named.forEach(each -> describe(request.reply(), each));
  }

  private void documents(CommandRequest request) {
    List<@Nullable Named> named = named(request);
    named.removeIf(each -> each == null);
    request.reply().map(named.size());
    named.forEach(each -> document(request.reply(), each));
  }

  /** What the arguments name, with null for what there is not; all commands if there are none. */
  private List<@Nullable Named> named(CommandRequest request) {
    Arguments arguments = request.arguments();
    List<@Nullable Named> named = new ArrayList<>();
    if (arguments.count() <= 2) {
      commands.all().forEach(command -> named.add(new Named(command, null)));
    }
    for (int index = 2; index < arguments.count(); index++) {
      named.add(find(arguments.text(index)));
    }
    return named;
  }

  private @Nullable Named find(String name) {
    int bar = name.indexOf('|');
    Command command = commands.find(bar < 0 ? name : name.substring(0, bar));
    if (command == null) {
      return null;
    }
    if (bar < 0) {
      return new Named(command, null);
    }
    for (Subcommand each : command.handler().subcommands()) {
      if (each.name().equalsIgnoreCase(name.substring(bar + 1))) {
        return new Named(command, each);
      }
    }
    return null;
  }

  private static void describe(ReplyWriter reply, @Nullable Named named) {
    if (named == null) {
      reply.absent();
      return;
    }
    Subcommand subcommand = named.subcommand();
    if (subcommand == null) {
      describe(reply, named.command());
    } else {
      describe(reply, named.command(), subcommand);
    }
  }

  private static void describe(ReplyWriter reply, Command command) {
    describe(
        reply,
        command,
        command.name(),
        command.arity(),
        command.firstKey(),
        command.lastKey(),
        command.keyStep());
    List<Subcommand> subcommands = command.handler().subcommands();
    reply.array(subcommands.size());
    subcommands.forEach(each -> describe(reply, command, each));
  }

  private static void describe(ReplyWriter reply, Command command, Subcommand subcommand) {
    int key = subcommand.keyAt();
    String name = command.nameOf(subcommand);
    describe(reply, command, name, subcommand.arity(), key, key, Math.min(key, 1));
    reply.array(0);
  }

  /**
   * Name, arity, flags, first key, last key, step between keys, and three lists that we leave out;
   * the subcommands are still to follow.
   */
  private static void describe(
      ReplyWriter reply, Command command, String name, int arity, int first, int last, int step) {
    reply.array(10);
    reply.bulk(name);
    reply.integer(arity);
    reply.set(1);
    // Subcommands that have a key only read it, whatever else the command does.
    boolean readsKey = first > 0 && !command.takesKey();
    reply.simple(
        switch (readsKey ? Command.Access.READ : command.access()) {
          case READ -> "readonly";
          case WRITE -> "write";
          case SERVER -> "loading";
          case CONNECTION -> "no_auth";
        });
    reply.integer(first);
    reply.integer(last);
    reply.integer(step);
    reply.set(0);
    reply.array(0);
    reply.array(0);
  }

  private static void document(ReplyWriter reply, @Nullable Named named) {
    if (named == null) {
      return;
    }
    Subcommand subcommand = named.subcommand();
    if (subcommand == null) {
      CommandDocs.write(reply, named.command());
    } else {
      CommandDocs.write(reply, named.command(), subcommand);
    }
  }
}
