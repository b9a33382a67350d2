// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.List;

/**
 * What COMMAND DOCS tells of a command: what it does and which arguments it takes, by which
 * redis-cli gives hints.
 */
final class CommandDocs {

  private CommandDocs() {}

  /** Appends the name of a command, and what there is to tell of it and its subcommands. */
  static void write(ReplyWriter reply, Command command) {
    List<Subcommand> subcommands = command.handler().subcommands();
    int more = subcommands.isEmpty() ? 0 : 1;
    write(reply, command.name(), command.summary(), command.group(), more);
    if (!subcommands.isEmpty()) {
      reply.bulk("subcommands");
      reply.map(subcommands.size());
      subcommands.forEach(subcommand -> write(reply, command, subcommand));
    }
  }

  /** Appends the name of a subcommand, and what there is to tell of it. */
  static void write(ReplyWriter reply, Command command, Subcommand subcommand) {
    write(reply, command.nameOf(subcommand), subcommand.help(), command.group(), 0);
  }

  /** Appends a name and its fields but for so many that follow. */
  private static void write(
      ReplyWriter reply, String name, String summary, String group, int more) {
    List<ArgumentSyntax> arguments = CommandSyntax.of(name);
    reply.bulk(name);
    reply.map(2 + (arguments.isEmpty() ? 0 : 1) + more);
    reply.bulk("summary");
    reply.bulk(summary);
    reply.bulk("group");
    reply.bulk(group);
    if (!arguments.isEmpty()) {
      reply.bulk("arguments");
      ArgumentSyntax.write(reply, arguments);
    }
  }
}
