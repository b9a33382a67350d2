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
            new Subcommand("DOCS", -2, "What commands do.", this::documents),
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
    List<@Nullable Command> named = named(request);
    request.reply().array(named.size());
    named.forEach(command -> describe(request.reply(), command));
  }

  private void documents(CommandRequest request) {
    List<@Nullable Command> named = named(request);
    named.removeIf(command -> command == null);
    request.reply().map(named.size());
    named.forEach(command -> document(request.reply(), command));
  }

  private List<@Nullable Command> named(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (arguments.count() <= 2) {
      return new ArrayList<>(commands.all());
    }
    List<@Nullable Command> named = new ArrayList<>();
    for (int index = 2; index < arguments.count(); index++) {
      named.add(commands.find(arguments.text(index)));
    }
    return named;
  }

  private static void describe(ReplyWriter reply, @Nullable Command command) {
    if (command == null) {
      reply.absent();
      return;
    }
    List<Subcommand> subcommands = command.handler().subcommands();
    describe(
        reply,
        command,
        command.name(),
        command.arity(),
        command.firstKey(),
        command.lastKey(),
        command.keyStep());
    reply.array(subcommands.size());
    for (Subcommand each : subcommands) {
      String name = command.name() + "|" + each.name().toLowerCase(Locale.ROOT);
      int key = each.keyAt();
      describe(reply, command, name, each.arity(), key, key, Math.min(key, 1));
      reply.array(0);
    }
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

  private static void document(ReplyWriter reply, @Nullable Command command) {
    if (command == null) {
      return;
    }
    reply.bulk(command.name());
    reply.map(2);
    reply.bulk("summary");
    reply.bulk(command.summary());
    reply.bulk("group");
    reply.bulk(command.group());
  }
}
