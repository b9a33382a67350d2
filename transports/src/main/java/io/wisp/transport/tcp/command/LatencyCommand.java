// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.command.LatencyHistory.Sample;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.ReplyWriter;
import java.util.List;
import java.util.Locale;

/** LATENCY LATEST, HISTORY, RESET and HISTOGRAM. */
final class LatencyCommand {

  private LatencyCommand() {}

  static Command.Handler handler() {
    return new Subcommands(
        "LATENCY",
        new Subcommand("LATEST", 2, "The latest and the longest.", LatencyCommand::latest),
        new Subcommand("HISTORY", 3, "Times of an event.", LatencyCommand::history),
        new Subcommand("RESET", -2, "Forgets events, or all.", LatencyCommand::reset),
        new Subcommand("HISTOGRAM", -2, "Nothing: not tracked.", LatencyCommand::histogram));
  }

  private static void latest(CommandRequest request) {
    LatencyHistory history = request.server().latency();
    List<Sample> samples = history.samples();
    ReplyWriter reply = request.reply();
    if (samples.isEmpty()) {
      reply.array(0);
      return;
    }
    reply.array(1);
    reply.array(4);
    reply.bulk(LatencyHistory.EVENT);
    reply.integer(samples.getLast().second());
    reply.integer(samples.getLast().millis());
    reply.integer(history.mostMillis());
  }

  private static void history(CommandRequest request) {
    List<Sample> samples =
        isEvent(request.arguments(), 2) ? request.server().latency().samples() : List.of();
    request.reply().array(samples.size());
    for (Sample sample : samples) {
      request.reply().array(2);
      request.reply().integer(sample.second());
      request.reply().integer(sample.millis());
    }
  }

  private static void reset(CommandRequest request) {
    Arguments arguments = request.arguments();
    boolean named = arguments.count() == 2;
    for (int index = 2; index < arguments.count(); index++) {
      named |= isEvent(arguments, index);
    }
    request.reply().bool(named && request.server().latency().reset());
  }

  private static boolean isEvent(Arguments arguments, int index) {
    return arguments.is(index, LatencyHistory.EVENT.toUpperCase(Locale.ROOT));
  }

  /** As Redis answers when {@code latency-tracking} is {@code no}. */
  private static void histogram(CommandRequest request) {
    request.reply().map(0);
  }
}
