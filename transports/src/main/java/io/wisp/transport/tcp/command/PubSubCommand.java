// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;

/** PUBSUB: there is no publishing here, so that no channel has a subscriber. */
final class PubSubCommand {

  private PubSubCommand() {}

  static Command.Handler handler() {
    return new Subcommands(
        "PUBSUB",
        new Subcommand("CHANNELS", -2, "None.", PubSubCommand::channels),
        new Subcommand("NUMPAT", 2, "Always 0.", request -> request.reply().integer(0)),
        new Subcommand("NUMSUB", -2, "0 for each channel.", PubSubCommand::subscribers),
        new Subcommand("SHARDCHANNELS", -2, "None.", PubSubCommand::channels),
        new Subcommand("SHARDNUMSUB", -2, "0 for each channel.", PubSubCommand::subscribers));
  }

  private static void channels(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (arguments.count() > 3) {
      request.fail(
          "ERR unknown subcommand or wrong number of arguments for '"
              + arguments.quoted(1)
              + "'. Try PUBSUB HELP.");
    } else {
      request.reply().array(0);
    }
  }

  private static void subscribers(CommandRequest request) {
    Arguments arguments = request.arguments();
    request.reply().array(2L * (arguments.count() - 2));
    for (int index = 2; index < arguments.count(); index++) {
      request.reply().bulk(arguments.bytes(index));
      request.reply().integer(0);
    }
  }
}
