package io.wisp.transport.tcp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** COMMAND, COMMAND COUNT, COMMAND LIST, COMMAND INFO [name ...] and COMMAND DOCS [name ...]. */
final class CommandCommand implements Command.Handler {

  @Override
  public void execute(Request request) {
    Arguments arguments = request.arguments();
    ReplyWriter reply = request.reply();
    List<Command> all = request.session().commands().all();
    if (arguments.count() == 1) {
      reply.array(all.size());
      all.forEach(command -> describe(reply, command));
    } else if (arguments.is(1, "COUNT") && arguments.count() == 2) {
      reply.integer(all.size());
    } else if (arguments.is(1, "LIST") && arguments.count() == 2) {
      reply.array(all.size());
      all.forEach(command -> reply.bulk(command.name()));
    } else if (arguments.is(1, "INFO")) {
      List<@Nullable Command> named = named(request);
      reply.array(named.size());
      named.forEach(command -> describe(reply, command));
    } else if (arguments.is(1, "DOCS")) {
      List<@Nullable Command> named = named(request);
      named.removeIf(command -> command == null);
      reply.map(named.size());
      named.forEach(command -> document(reply, command));
    } else {
      reply.error(Errors.unknownSubcommand(arguments.text(1), "COMMAND"));
    }
  }

  private static List<@Nullable Command> named(Request request) {
    Arguments arguments = request.arguments();
    CommandTable commands = request.session().commands();
    if (arguments.count() == 2) {
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
    reply.integer(takesKey ? (command.isStreamed() ? -1 : 1) : 0);
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
