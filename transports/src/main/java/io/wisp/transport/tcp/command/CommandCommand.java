// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Subcommands.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** COMMAND, COMMAND COUNT, COMMAND LIST, COMMAND INFO [name ...] and COMMAND DOCS [name ...]. */
final class CommandCommand implements Command.Handler {

  private final CommandTable commands;
  private final Subcommands subcommands;

  /** Tells of the commands of a table. */
  CommandCommand(CommandTable commands) {
    this.commands = commands;
    subcommands =
        new Subcommands(
            "COMMAND",
            new Subcommand("COUNT", 2, "How many commands there are.", this::count),
            new Subcommand("LIST", -2, "The names of all commands.", this::list),
            new Subcommand("INFO", -2, "How commands are called.", this::information),
            new Subcommand("DOCS", -2, "What commands do.", this::documents));
  }

  @Override
  public void execute(CommandRequest request) {
    if (request.arguments().count() == 1) {
      information(request);
    } else {
      subcommands.execute(request);
    }
  }

  private void count(CommandRequest request) {
    request.reply().integer(commands.all().size());
  }

  private void list(CommandRequest request) {
    if (request.arguments().count() > 2) {
      request.fail(Errors.SYNTAX);
      return;
    }
    List<Command> all = commands.all();
    request.reply().array(all.size());
    all.forEach(command -> request.reply().bulk(command.name()));
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

  /**
   * Name, arity, flags, first key, last key, step between keys, and four lists that we leave out.
   */
  private static void describe(ReplyWriter reply, @Nullable Command command) {
    if (command == null) {
      reply.absent();
      return;
    }
    boolean takesKey = command.takesKey();
    reply.array(10);
    reply.bulk(command.name());
    reply.integer(command.arity());
    reply.set(1);
    reply.simple(
        switch (command.access()) {
          case READ -> "readonly";
          case WRITE -> "write";
          case SERVER -> "loading";
          case CONNECTION -> "no_auth";
        });
    reply.integer(takesKey ? 1 : 0);
    reply.integer(command.lastKey());
    reply.integer(takesKey ? Math.max(1, command.step()) : 0);
    reply.set(0);
    reply.array(0);
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
