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
    int number = request.counted();
    for (Subcommand subcommand : subcommands) {
      number++;
      if (arguments.is(1, subcommand.name())) {
        request.countAs(number);
        execute(subcommand, request);
        return;
      }
    }
    request.countAs(CommandRequest.NOT_COUNTED);
    request.fail(Errors.unknownSubcommand(arguments.quoted(1), command));
  }

  private void execute(Subcommand subcommand, CommandRequest request) {
    String name = (command + "|" + subcommand.name()).toLowerCase(Locale.ROOT);
    if (subcommand.acceptsCount(request.arguments().count())) {
      request.client().lastCommand(name);
      subcommand.handler().execute(request);
    } else {
      request.counters().countRejected(request.counted());
      request.countAs(CommandRequest.NOT_COUNTED);
      request.fail(Errors.wrongArity(name));
    }
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
