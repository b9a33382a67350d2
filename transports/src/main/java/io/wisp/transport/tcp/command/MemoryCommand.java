// SPDX-License-Identifier: Apache-2.0
package io.wisp.transport.tcp.command;

import io.wisp.store.RecordAddress;
import io.wisp.store.RecordSink;
import io.wisp.store.Status;
import io.wisp.transport.tcp.command.Command.Subcommand;
import io.wisp.transport.tcp.resp.Arguments;
import io.wisp.transport.tcp.resp.Errors;

/** MEMORY USAGE and STATS. */
final class MemoryCommand {

  private MemoryCommand() {}

  static Command.Handler handler() {
    return new Subcommands(
        "MEMORY",
        Subcommand.ofKey("USAGE", -3, "The bytes of a key's record.", MemoryCommand::usage),
        new Subcommand("STATS", 2, "What takes the memory.", MemoryCommand::statistics));
  }

  private static void statistics(CommandRequest request) {
    // The store's statistics are gathered from all its pages.
    request.execution().countAsStep();
    MemoryStatistics.write(request.reply(), request.server().memory());
  }

  private static void usage(CommandRequest request) {
    String error = readOptions(request.arguments());
    if (!error.isEmpty()) {
      request.fail(error);
      return;
    }
    RecordSink found = request.found();
    Status status = request.store().get(request.key(2), found);
    if (status.isError()) {
      request.fail(status);
    } else if (status == Status.ABSENT) {
      request.reply().absent();
    } else {
      request.reply().integer(bytesOf(found, request.arguments().length(2)));
    }
  }

  /** SAMPLES says how many elements of a value to look at, and a string has none. */
  private static String readOptions(Arguments arguments) {
    for (int index = 3; index < arguments.count(); index += 2) {
      if (!arguments.is(index, "SAMPLES") || index + 1 == arguments.count()) {
        return Errors.SYNTAX;
      }
      if (!arguments.isNumber(index + 1)) {
        return Errors.NOT_AN_INTEGER;
      }
      if (arguments.number() < 0) {
        return Errors.SYNTAX;
      }
    }
    return "";
  }

  /** Of the record, or of key and value in a store that has no records. */
  private static long bytesOf(RecordSink found, int keyLength) {
    return found.address() == RecordAddress.NONE
        ? keyLength + found.valueLength()
        : RecordAddress.length(found.address());
  }
}
