// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.List;

/** SLOWLOG GET, LEN and RESET. */
final class SlowLogCommand {

  private static final int DEFAULT_COUNT = 10;

  private SlowLogCommand() {}

  static Command.Handler handler() {
    return new Subcommands(
        "SLOWLOG",
        new Subcommand("GET", -2, "The latest slow commands; -1 is all.", SlowLogCommand::get),
        new Subcommand("LEN", 2, "How many there are.", SlowLogCommand::length),
        new Subcommand("RESET", 2, "Forgets all of them.", SlowLogCommand::reset));
  }

  private static void get(CommandRequest request) {
    Arguments arguments = request.arguments();
    long count = DEFAULT_COUNT;
    if (arguments.count() > 3) {
      request.fail(
          "ERR unknown subcommand or wrong number of arguments for '"
              + arguments.quoted(1)
              + "'. Try SLOWLOG HELP.");
      return;
    }
    if (arguments.count() == 3) {
      if (!arguments.isNumber(2) || arguments.number() < -1) {
        request.fail("ERR count should be greater than or equal to -1");
        return;
      }
      count = arguments.number();
    }
    request.execution().countAsStep();
    List<SlowLog.Entry> entries = request.server().slowLog().entries(count);
    request.reply().array(entries.size());
    entries.forEach(entry -> write(request.reply(), entry));
  }

  private static void write(ReplyWriter reply, SlowLog.Entry entry) {
    reply.array(6);
    reply.integer(entry.id());
    reply.integer(entry.second());
    reply.integer(entry.micros());
    reply.array(entry.words().size());
    entry.words().forEach(reply::bulk);
    reply.bulk(entry.address());
    reply.bulk(entry.name());
  }

  private static void length(CommandRequest request) {
    request.reply().integer(request.server().slowLog().length());
  }

  private static void reset(CommandRequest request) {
    request.server().slowLog().clear();
    request.reply().ok();
  }
}
