// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A command whose first argument says what it does, as that of CLIENT and CONFIG. */
final class Subcommands implements Command.Handler {

  /**
   * One of them.
   *
   * @param name in upper case
   * @param arity as of a {@link Command}: both names are counted
   * @param help what it does, in a sentence
   */
  record Subcommand(String name, int arity, String help, Command.Handler handler) {

    boolean acceptsCount(int count) {
      return arity >= 0 ? count == arity : count >= -arity;
    }
  }

  private final String command;
  private final List<Subcommand> subcommands;

  /** Those of a command, whose name is in upper case; and HELP, which every such command has. */
  Subcommands(String command, Subcommand... subcommands) {
    this.command = command;
    this.subcommands = Arrays.asList(subcommands);
  }

  @Override
  public void execute(CommandRequest request) {
    Arguments arguments = request.arguments();
    Subcommand subcommand = named(arguments);
    String refusal = refusalOf(subcommand, arguments);
    if (refusal != null) {
      request.fail(refusal);
    } else if (subcommand == null) {
      help(request.reply());
    } else {
      request.client().lastCommand(fullName(subcommand));
      subcommand.handler().execute(request);
    }
  }

  @Override
  public @Nullable String refusalToQueue(Arguments arguments) {
    Subcommand subcommand = named(arguments);
    if (subcommand != null && Command.isRefusedInTransactions(fullName(subcommand))) {
      return Errors.NOT_IN_TRANSACTION;
    }
    return refusalOf(subcommand, arguments);
  }

  private @Nullable Subcommand named(Arguments arguments) {
    for (Subcommand subcommand : subcommands) {
      if (arguments.is(1, subcommand.name())) {
        return subcommand;
      }
    }
    return null;
  }

  private @Nullable String refusalOf(@Nullable Subcommand subcommand, Arguments arguments) {
    if (subcommand != null) {
      return subcommand.acceptsCount(arguments.count())
          ? null
          : Errors.wrongArity(fullName(subcommand));
    }
    return arguments.is(1, "HELP") && arguments.count() == 2
        ? null
        : Errors.unknownSubcommand(arguments.quoted(1), command);
  }

  private String fullName(Subcommand subcommand) {
    return (command + "|" + subcommand.name()).toLowerCase(Locale.ROOT);
  }

  private void help(ReplyWriter reply) {
    reply.array(1 + subcommands.size());
    reply.simple(command + " <subcommand> [<arg> ...]. Subcommands are:");
    for (Subcommand subcommand : subcommands) {
      reply.simple(subcommand.name() + ": " + subcommand.help());
    }
  }
}
