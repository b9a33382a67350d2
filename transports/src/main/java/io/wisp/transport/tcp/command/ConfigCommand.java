// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/** CONFIG GET, SET, RESETSTAT and REWRITE. */
final class ConfigCommand {

  private ConfigCommand() {}

  static Command.Handler handler() {
    return new Subcommands(
        "CONFIG",
        new Subcommand("GET", -3, "Parameters that match a pattern.", ConfigCommand::get),
        new Subcommand("SET", -4, "Changes parameters: all, or none.", ConfigCommand::set),
        new Subcommand("RESETSTAT", 2, "Counts from 0 again.", ConfigCommand::resetStatistics),
        new Subcommand("REWRITE", 2, "An error: there is no file.", ConfigCommand::rewrite));
  }

  private static void get(CommandRequest request) {
    Arguments arguments = request.arguments();
    String refusal = refusalOf(arguments);
    if (!refusal.isEmpty()) {
      request.fail(refusal);
      return;
    }
    List<byte[]> patterns = new ArrayList<>();
    for (int index = 2; index < arguments.count(); index++) {
      // Whole, unlike Arguments.text, for what is at the end of a pattern counts.
      String pattern = new String(arguments.bytes(index), StandardCharsets.UTF_8);
      patterns.add(pattern.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
    }
    request.execution().goOnWith(new ParameterSearch(request.server().configuration(), patterns));
  }

  private static String refusalOf(Arguments arguments) {
    long together = 0;
    for (int index = 2; index < arguments.count(); index++) {
      int length = arguments.length(index);
      if (length > GlobPattern.MAX_LENGTH) {
        return Errors.patternTooLong(length, GlobPattern.MAX_LENGTH);
      }
      together += length;
    }
    return together > GlobPattern.MAX_LENGTH
        ? Errors.patternsTooLong(together, GlobPattern.MAX_LENGTH)
        : "";
  }

  private static void set(CommandRequest request) {
    Arguments arguments = request.arguments();
    if (arguments.count() % 2 != 0) {
      request.fail(Errors.SYNTAX);
      return;
    }
    Configuration configuration = request.server().configuration();
    SequencedMap<String, String> values = new LinkedHashMap<>();
    for (int index = 2; index < arguments.count(); index += 2) {
      String name = arguments.text(index).toLowerCase(Locale.ROOT);
      if (!configuration.has(name)) {
        request.fail(
            "ERR Unknown option or number of arguments for CONFIG SET - '"
                + arguments.quoted(index)
                + "'");
        return;
      }
      if (values.put(name, arguments.text(index + 1)) != null) {
        request.fail(Configuration.refusal(arguments.quoted(index), "duplicate parameter"));
        return;
      }
    }
    String refusal = configuration.set(values);
    if (refusal.isEmpty()) {
      request.reply().ok();
    } else {
      request.fail(refusal);
    }
  }

  private static void resetStatistics(CommandRequest request) {
    request.execution().countAsStep();
    request.server().resetStatistics();
    request.reply().ok();
  }

  private static void rewrite(CommandRequest request) {
    request.fail("ERR The server is running without a config file");
  }
}
