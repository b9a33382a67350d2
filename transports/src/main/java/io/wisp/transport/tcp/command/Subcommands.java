// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A command whose first argument says what it does, as that of CLIENT and CONFIG. */
final class Subcommands implements Command.Handler {

  private final String command;
  private final List<Subcommand> subcommands;

  /** Those of a command, whose name is in upper case; and HELP, which every such command has. */
  Subcommands(String command, Subcommand... subcommands) {
    this.command = command;
    List<Subcommand> all = new ArrayList<>(Arrays.asList(subcommands));
    all.add(new Subcommand("HELP", 2, "These lines.", this::help));
    this.subcommands = List.copyOf(all);
  }

  @Override
  public List<Subcommand> subcommands() {
    return subcommands;
  }

  @Override
  public void execute(CommandRequest request) {
    Arguments arguments = request.arguments();
    Subcommand subcommand = named(arguments);
    String refusal = refusalOf(subcommand, arguments);
    if (subcommand == null || refusal != null) {
      if (subcommand != null) {
        request.counters().countRejected(numberOf(subcommand, request.counted()));
      }
      request.countAs(CommandRequest.NOT_COUNTED);
      request.fail(Objects.requireNonNull(refusal));
      return;
    }
    request.countAs(numberOf(subcommand, request.counted()));
    request.client().lastCommand(fullName(subcommand));
    subcommand.handler().execute(request);
  }

  private int numberOf(Subcommand subcommand, int numberOfCommand) {
    return numberOfCommand + 1 + subcommands.indexOf(subcommand);
  }

  @Override
  public @Nullable String refusalToQueue(Arguments arguments) {
    return refusalOf(named(arguments), arguments);
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
    if (subcommand == null) {
      return Errors.unknownSubcommand(arguments.quoted(1), command);
    }
    return subcommand.acceptsCount(arguments.count())
        ? null
        : Errors.wrongArity(fullName(subcommand));
  }

  private String fullName(Subcommand subcommand) {
    return (command + "|" + subcommand.name()).toLowerCase(Locale.ROOT);
  }

  private void help(CommandRequest request) {
    ReplyWriter reply = request.reply();
    reply.array(1 + subcommands.size());
    reply.simple(command + " <subcommand> [<arg> ...]. Subcommands are:");
    for (Subcommand subcommand : subcommands) {
      reply.simple(subcommand.name() + ": " + subcommand.help());
    }
  }
}
